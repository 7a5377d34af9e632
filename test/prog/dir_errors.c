/* SPDX-License-Identifier: Apache-2.0 */
/* mkdir, rmdir, unlink, link, symlink, rename: the error of each wrong use. */
#include "t.h"

static void make(void)
{
	SHOW(mkdir("d", 0755));
	SHOW(mkdir("d", 0755));
	SHOW(mkdir("d/", 0755));
	SHOW(mkdir("slash/", 0755));
	SHOW(mkdir("none/x", 0755));
	SHOW(mkdir("", 0755));
	SHOW(mkdir(".", 0755));
	SHOW(mkdir("d/..", 0755));
	SHOW(mkdir("/", 0755));
	close(t_file("f", "x"));
	SHOW(mkdir("f", 0755));
	SHOW(mkdir("f/x", 0755));
	SHOW(symlink("nowhere", "dangling"));
	SHOW(mkdir("dangling", 0755));
	SHOW(symlink("", "empty"));
	SHOW(symlink("x", "f"));
	SHOW(symlink("x", "none/x"));
	SHOW(symlink("x", ""));
}

static void drop(void)
{
	SHOW(mkdir("d/sub", 0755));
	SHOW(rmdir("d"));
	SHOW(rmdir("d/sub/."));
	SHOW(rmdir("d/sub/.."));
	SHOW(rmdir("."));
	SHOW(rmdir("f"));
	SHOW(rmdir("none"));
	SHOW(rmdir(""));
	SHOW(rmdir("dangling"));
	SHOW(unlink("d"));
	SHOW(unlink("none"));
	SHOW(unlink("f/x"));
	SHOW(unlink("f/"));
	SHOW(unlink("dangling/"));
	SHOW(unlink(""));
	SHOW(unlink("."));
	SHOW(unlink("dangling"));
	SHOW(rmdir("slash/"));
	SHOW(rmdir("d/sub"));
}

static void links(void)
{
	SHOW(link("f", "g"));
	SHOW(link("f", "g"));
	SHOW(link("none", "h"));
	SHOW(link("d", "h"));
	SHOW(link("f", "none/h"));
	SHOW(link("f/x", "h"));
	SHOW(link("f", "d"));
	SHOW(link("f", ""));
	SHOW(link("", "h"));
	SHOW(link("f", "h/"));
	SHOW(readlink("f", (char[4]){0}, 4));
	SHOW(readlink("none", (char[4]){0}, 4));
	SHOW(unlink("f"));
	t_cat("g");
}

static void run(void)
{
	make();
	drop();
	links();
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
