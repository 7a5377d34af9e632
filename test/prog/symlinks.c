/* SPDX-License-Identifier: Apache-2.0 */
/* symlink(7): relative and absolute targets, chains up to the limit, readlink truncation, lstat. */
#include "t.h"

static void run(void)
{
	char name[16], target[16], buf[64];
	struct stat st;

	MUST(mkdir("d", 0755) == 0);
	close(t_file("d/f", "content"));
	SHOW(symlink("f", "d/rel"));
	t_cat("d/rel");
	SHOW(symlink("d", "dl"));
	t_cat("dl/rel");
	SHOW(symlink("/dev/null", "abs"));
	SHOW(stat("abs", &st));
	YES(S_ISCHR(st.st_mode));
	SHOW(lstat("d/rel", &st));
	printf("size %d mode %o\n", (int)st.st_size, st.st_mode);
	memset(buf, '#', sizeof(buf));
	SHOW(readlink("abs", buf, 4));
	printf("%.6s\n", buf);
	SHOW(readlink("abs", buf, sizeof(buf)));
	SHOW(readlink("abs", buf, 0));
	SHOW(readlink("d/f", buf, 8));
	SHOW(lstat("dl/", &st));
	YES(S_ISDIR(st.st_mode));
	for (int i = 0; i < 42; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		snprintf(target, sizeof(target), i ? "c%d" : "d/f", i - 1);
		MUST(symlink(target, name) == 0);
	}
	t_cat("c38");
	t_cat("c39");
	t_cat("c40");
	SHOW(lstat("c41", &st));
	SHOW(chmod("d/rel", 0600));
	SHOW(lstat("d/rel", &st));
	printf("mode %o\n", st.st_mode);
	SHOW(stat("d/f", &st));
	printf("mode %o\n", st.st_mode);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
