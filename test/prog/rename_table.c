/* SPDX-License-Identifier: Apache-2.0 */
/* rename(2) and renameat2(2): replacing, the errors, and that both names of one file stay. */
#include "t.h"

static const struct {
	const char *from, *to;
} rows[] = {
	{"file", "new"},
	{"new", "file"},
	{"none", "x"},
	{"file", "none/x"},
	{"file", "dir"},
	{"dir", "file"},
	{"dir", "full"},
	{"dir", "dir/sub"},
	{"dir", "dir"},
	{"file", "file"},
	{"file", "hard"},
	{"full", "full/in/deep"},
	{"dir", "empty"},
	{"empty", "dir"},
	{"file/x", "y"},
	{"file", "other/x"},
	{"file", "new/"},
	{"dir", "new/"},
	{"new/", "dir"},
	{".", "x"},
	{"dir/..", "x"},
	{"", "x"},
	{"file", ""},
	{"link", "link2"},
	{"link2", "file2"},
	{"file", "link3"},
	{"link3", "dangle"},
	{"dangle", "file"},
};

static long t_renameat2(int from, const char *a, int to, const char *b, unsigned flags)
{
	return syscall(SYS_renameat2, from, a, to, b, flags);
}

static void table(void)
{
	struct stat st;

	close(t_file("file", "file"));
	close(t_file("other", "other"));
	MUST(link("file", "hard") == 0);
	MUST(mkdir("dir", 0755) == 0 && mkdir("empty", 0755) == 0 && mkdir("full", 0755) == 0);
	MUST(mkdir("full/in", 0755) == 0);
	MUST(symlink("file", "link") == 0 && symlink("nowhere", "dangle") == 0);
	for (size_t i = 0; i < T_COUNT(rows); i++) {
		char what[64];

		snprintf(what, sizeof(what), "rename(\"%s\", \"%s\")", rows[i].from, rows[i].to);
		SHOW_AS(what, rename(rows[i].from, rows[i].to));
	}
	SHOW(stat("hard", &st));
	printf("links %d\n", (int)st.st_nlink);
	t_cat("hard");
	SHOW(t_renameat2(AT_FDCWD, "hard", AT_FDCWD, "other", 1 /* RENAME_NOREPLACE */));
	SHOW(t_renameat2(AT_FDCWD, "hard", AT_FDCWD, "other", 2 /* RENAME_EXCHANGE */));
	t_cat("other");
	SHOW(t_renameat2(AT_FDCWD, "hard", AT_FDCWD, "absent", 2));
	SHOW(t_renameat2(AT_FDCWD, "hard", AT_FDCWD, "absent", 1));
	SHOW(t_renameat2(AT_FDCWD, "absent", AT_FDCWD, "x", 3));
	t_cat("absent");
}

int main(void)
{
	t_in_dirs(table);
	return 0;
}
