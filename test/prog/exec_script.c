/* SPDX-License-Identifier: Apache-2.0 */
/* #! lines: the interpreter's argument, the script's path, nested scripts, long lines, spaces. */
#include "t.h"

static void script(const char *path, const char *text)
{
	close(t_file(path, text));
	MUST(chmod(path, 0755) == 0);
}

static void run(const char *path)
{
	char *argv[] = {"argv0", "one", "two words", NULL};
	pid_t pid;
	int e = posix_spawn(&pid, path, NULL, NULL, argv, environ);

	if (e)
		printf("%s: %s\n", path, t_errname(e));
	else
		t_wait(path, pid);
}

static void all(void)
{
	script("echo", "#!/bin/echo\n");
	script("arg", "#!/bin/echo -n  two three \nignored");
	script("blank", "#!  \t /bin/echo\t tabs\t\n");
	script("sh", "#!/bin/sh\necho \"$0|$1|$2\"\nexit 6\n");
	script("shx", "#!/bin/sh -e\nfalse\necho never\n");
	script("nested", "#!./sh extra\n");
	script("deeper", "#!./nested\n");
	script("nonl", "#!/bin/echo last");
	run("./echo");
	run("./arg");
	printf("\n");
	run("./blank");
	run("./sh");
	run("./shx");
	run("./nested");
	run("./deeper");
	run("./nonl");
}

int main(void)
{
	t_in_dirs(all);
	return 0;
}
