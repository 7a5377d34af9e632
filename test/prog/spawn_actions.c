/* SPDX-License-Identifier: Apache-2.0 */
/* posix_spawn file actions run in order: open, dup2, close, chdir; a failing one is the error. */
#include "t.h"

static void run(void (*prepare)(posix_spawn_file_actions_t *), const char *name)
{
	posix_spawn_file_actions_t fa;
	char *argv[] = {"sh", "-c",
		"pwd | sed 's|.*/||'; read x && echo \"read $x\"; echo out; echo err >&2; "
		"ls /proc/self/fd | wc -l",
		NULL};
	pid_t pid;
	int e;

	posix_spawn_file_actions_init(&fa);
	prepare(&fa);
	e = posix_spawn(&pid, "/bin/sh", &fa, NULL, argv, environ);
	if (e)
		printf("%s: %s\n", name, t_errname(e));
	else
		t_wait(name, pid);
	posix_spawn_file_actions_destroy(&fa);
}

static void to_files(posix_spawn_file_actions_t *fa)
{
	posix_spawn_file_actions_addopen(fa, 0, "in", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(fa, 1, "out", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	posix_spawn_file_actions_adddup2(fa, 1, 2);
	for (int fd = 3; fd < 10; fd++)
		posix_spawn_file_actions_addclose(fa, fd);
}

static void missing(posix_spawn_file_actions_t *fa)
{
	posix_spawn_file_actions_addopen(fa, 0, "no/such", O_RDONLY, 0);
}

static void bad_dup(posix_spawn_file_actions_t *fa)
{
	posix_spawn_file_actions_adddup2(fa, 77, 1);
}

static void other_dir(posix_spawn_file_actions_t *fa)
{
	posix_spawn_file_actions_addchdir_np(fa, "dir");
	posix_spawn_file_actions_addopen(fa, 0, "../in", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(fa, 1, "../out2", O_WRONLY | O_CREAT, 0600);
	posix_spawn_file_actions_addopen(fa, 2, "/dev/null", O_WRONLY, 0);
}

static void all(void)
{
	close(t_file("in", "line\n"));
	MUST(mkdir("dir", 0755) == 0);
	run(missing, "missing");
	run(bad_dup, "bad dup2");
	run(other_dir, "chdir");
	t_cat("out2");
	if (chdir("dir") == 0 && chdir("..") == 0)
		run(to_files, "to files");
	truncate("out", 0);
	run(to_files, "again");
}

int main(void)
{
	t_in_dirs(all);
	return 0;
}
