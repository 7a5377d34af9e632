/* SPDX-License-Identifier: Apache-2.0 */
/* chdir, fchdir, getcwd: relative to what, a removed directory, a buffer too small. */
#include "t.h"

static void run(void)
{
	char buf[4096], *start = getcwd(NULL, 0);

	MUST(start && mkdir("a", 0755) == 0 && mkdir("a/b", 0755) == 0);
	close(t_file("f", ""));
	SHOW(chdir("a/b"));
	MUST(getcwd(buf, sizeof(buf)));
	YES(strncmp(buf, start, strlen(start)) == 0);
	printf("%s\n", buf + strlen(start));
	SHOW(chdir("../.."));
	MUST(getcwd(buf, sizeof(buf)));
	YES(strcmp(buf, start) == 0);
	SHOW(chdir("f"));
	SHOW(chdir("none"));
	SHOW(chdir(""));
	SHOW(chdir("a"));
	YES(getcwd(buf, 2) == NULL && errno == ERANGE);
	YES(getcwd(buf, 0) == NULL && errno == EINVAL);
	SHOW(syscall(SYS_getcwd, buf, 2));
	SHOW(syscall(SYS_getcwd, 8, sizeof(buf)));
	SHOW(chdir("b"));
	SHOW(rmdir("../b"));
	YES(getcwd(buf, sizeof(buf)) == NULL && errno == ENOENT);
	SHOW(open("x", O_CREAT | O_RDWR, 0600));
	SHOW(mkdir("x", 0700));
	SHOW(chdir(".."));
	SHOW(access("../f", F_OK));
	SHOW(chdir("/"));
	printf("%s\n", getcwd(buf, sizeof(buf)));
	SHOW(chdir(".."));
	printf("%s\n", getcwd(buf, sizeof(buf)));
	MUST(chdir(start) == 0);
	free(start);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
