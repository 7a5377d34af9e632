/* SPDX-License-Identifier: Apache-2.0 */
/* Renaming over an open file: the old one stays readable through its descriptor. */
#include "t.h"

static void run(void)
{
	char buf[8] = "";
	int old = t_file("a", "old"), new = t_file("b", "new"), dir;
	struct stat st, st2;

	SHOW(rename("b", "a"));
	SHOW(read(old, buf, 7));
	printf("%s\n", buf);
	SHOW(read(new, buf, 7));
	printf("%s\n", buf);
	SHOW(fstat(old, &st));
	printf("links of the old %d\n", (int)st.st_nlink);
	SHOW(fstat(new, &st));
	SHOW(stat("a", &st2));
	YES(st.st_ino == st2.st_ino);
	MUST(mkdir("d", 0755) == 0 && mkdir("e", 0755) == 0 && mkdir("d/x", 0755) == 0);
	SHOW(rename("a", "d/x/a"));
	SHOW(chdir("d/x"));
	SHOW(rename("../../d", "../../e"));
	t_cat("a");
	t_cat("../../e/x/a");
	SHOW(chdir("../.."));
	SHOW(dir = open("e", O_RDONLY));
	SHOW(rename("e/x", "x"));
	SHOW(rmdir("e"));
	SHOW(openat(dir, "y", O_CREAT | O_RDWR, 0600));
	SHOW(mkdirat(dir, "y", 0755));
	close(dir), close(old), close(new);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
