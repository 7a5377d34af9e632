/* SPDX-License-Identifier: Apache-2.0 */
/* open(2): which flags make which files, and the errors of wrong ones. */
#include "t.h"

static const struct {
	const char *name;
	int flags;
	const char *path;
} rows[] = {
#define ROW(path, flags)                                                                           \
	{                                                                                          \
#flags, flags, path                                                                \
	}
	ROW("none", O_RDONLY),
	ROW("none", O_WRONLY),
	ROW("new", O_RDWR | O_CREAT),
	ROW("new", O_RDWR | O_CREAT),
	ROW("new", O_RDWR | O_CREAT | O_EXCL),
	ROW("file", O_RDONLY),
	ROW("file", O_RDONLY | O_DIRECTORY),
	ROW("file", O_RDWR | O_CREAT | O_EXCL),
	ROW("dir", O_RDONLY),
	ROW("dir", O_WRONLY),
	ROW("dir", O_RDWR),
	ROW("dir", O_RDONLY | O_DIRECTORY),
	ROW("dir", O_RDONLY | O_CREAT),
	ROW("dir", O_PATH),
	ROW("file/x", O_RDONLY),
	ROW("file/x", O_WRONLY | O_CREAT),
	ROW("file/", O_RDONLY),
	ROW("dir/", O_RDONLY),
	ROW("new2/", O_WRONLY | O_CREAT),
	ROW("", O_RDONLY),
	ROW("", O_WRONLY | O_CREAT),
	ROW("none/x", O_WRONLY | O_CREAT),
	ROW("link", O_RDONLY),
	ROW("link", O_RDONLY | O_NOFOLLOW),
	ROW("link", O_PATH | O_NOFOLLOW),
	ROW("link", O_WRONLY | O_CREAT | O_EXCL),
	ROW("dangling", O_RDONLY),
	ROW("dangling", O_WRONLY | O_CREAT | O_EXCL),
	ROW("dangling", O_WRONLY | O_CREAT),
	ROW("target", O_RDONLY),
	ROW("loop", O_RDONLY),
	ROW("loop", O_WRONLY | O_CREAT),
	ROW("loop/x", O_RDONLY),
	ROW("link/x", O_RDONLY),
	ROW("file/..", O_RDONLY),
	ROW("dir/../file", O_RDONLY),
	ROW("./././file", O_RDONLY),
	ROW("dir//..//file", O_RDONLY),
};

static void table(void)
{
	close(t_file("file", "text"));
	MUST(mkdir("dir", 0755) == 0);
	MUST(symlink("file", "link") == 0);
	MUST(symlink("target", "dangling") == 0);
	MUST(symlink("loop", "loop") == 0);
	for (size_t i = 0; i < T_COUNT(rows); i++) {
		char what[96];
		int fd;

		snprintf(what, sizeof(what), "open(\"%s\", %s)", rows[i].path, rows[i].name);
		fd = (int)SHOW_AS(what, open(rows[i].path, rows[i].flags, 0644));
		if (fd >= 0)
			close(fd);
	}
}

int main(void)
{
	t_in_dirs(table);
	return 0;
}
