/* SPDX-License-Identifier: Apache-2.0 */
/* execve(2): the error of each thing that cannot be executed. */
#include "t.h"

static void try(const char *path)
{
	static char *const argv[] = {"x", NULL};
	static volatile int e;
	pid_t pid = vfork();

	if (pid == 0) {
		execve(path, argv, environ);
		e = errno;
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	printf("%s: %s\n", path, t_errname(e));
}

static void file(const char *path, const char *text, mode_t mode)
{
	close(t_file(path, text));
	MUST(chmod(path, mode) == 0);
}

static void all(void)
{
	char big[300];

	file("text", "echo hello\n", 0755);
	file("empty", "", 0755);
	file("noexec", "#!/bin/sh\n", 0644);
	file("short", "\177ELF", 0755);
	file("badinterp", "#!/no/such/interpreter\n", 0755);
	file("nointerp", "#!\n", 0755);
	file("dirinterp", "#!/tmp\n", 0755);
	file("selfscript", "#!./selfscript\n", 0755);
	memset(big, 0, sizeof(big));
	memcpy(big, "\177ELF\2\1\1", 7);
	file("elfhead", big, 0755);
	MUST(mkdir("dir", 0755) == 0);
	MUST(symlink("loop", "loop") == 0 && symlink("nowhere", "dangling") == 0);
	try("none");
	try("none/x");
	try("");
	try("text");
	try("text/x");
	try("empty");
	try("noexec");
	try("short");
	try("elfhead");
	try("badinterp");
	try("nointerp");
	try("dirinterp");
	try("selfscript");
	try("dir");
	try("/");
	try("loop");
	try("dangling");
	try("/dev/null");
	memset(big, 'n', 256);
	big[256] = 0;
	SHOW(execve(big, (char *[]){"x", NULL}, environ));
	SHOW(syscall(SYS_execve, 8, 0, 0));
	SHOW(syscall(SYS_execve, "/bin/true", 8, 0));
	SHOW(syscall(SYS_execve, "/bin/true", (char *[]){(char *)8, NULL}, 0));
}

int main(void)
{
	t_in_dirs(all);
	return 0;
}
