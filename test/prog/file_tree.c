/* SPDX-License-Identifier: Apache-2.0 */
/* A tree of directories and files made, walked with nftw, renamed and removed again. */
#include "t.h"

static int files, dirs, links;
static long bytes;

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)path, (void)ftw;
	files += type == FTW_F;
	dirs += type == FTW_D;
	links += type == FTW_SL;
	bytes += type == FTW_F ? (long)st->st_size : 0;
	return 0;
}

static void make(int level)
{
	char name[16];

	for (int i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		close(t_file(name, "some content"));
	}
	MUST(symlink("f0", "l") == 0);
	for (int i = 0; level && i < 3; i++) {
		snprintf(name, sizeof(name), "d%d", i);
		MUST(mkdir(name, 0755) == 0 && chdir(name) == 0);
		make(level - 1);
		MUST(chdir("..") == 0);
	}
}

static void run(void)
{
	files = dirs = links = 0;
	bytes = 0;
	MUST(mkdir("top", 0755) == 0 && chdir("top") == 0);
	make(3);
	MUST(chdir("..") == 0);
	SHOW(nftw("top", visit, 16, FTW_PHYS));
	printf("files %d dirs %d links %d bytes %ld\n", files, dirs, links, bytes);
	SHOW(rename("top/d1", "top/d2/moved"));
	t_cat("top/d2/moved/d0/d2/f3");
	SHOW(rmdir("top"));
	SHOW(nftw("top", t_remove_one, 16, FTW_DEPTH | FTW_PHYS));
	SHOW(access("top", F_OK));
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
