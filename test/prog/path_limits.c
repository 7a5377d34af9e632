/* SPDX-License-Identifier: Apache-2.0 */
/* Names of 255 bytes, paths of 4095: one more is ENAMETOOLONG; deep directories work. */
#include "t.h"
#include <limits.h>

static void run(void)
{
	static char path[PATH_MAX + 8];
	char name[NAME_MAX + 2];
	struct stat st;
	int depth = 0;

	memset(name, 'n', sizeof(name));
	name[NAME_MAX + 1] = 0;
	SHOW(mkdir(name, 0755));
	SHOW(stat(name, &st));
	name[NAME_MAX] = 0;
	SHOW(mkdir(name, 0755));
	SHOW(rmdir(name));
	memset(path, '/', sizeof(path) - 1);
	path[PATH_MAX - 1] = 0;
	SHOW(stat(path, &st));
	path[PATH_MAX - 1] = '/';
	path[PATH_MAX] = 0;
	SHOW(stat(path, &st));
	memcpy(path, "./", 2);
	for (size_t i = 2; i < PATH_MAX - 1; i += 2)
		memcpy(path + i, "./", 2);
	path[PATH_MAX - 1] = 0;
	SHOW(stat(path, &st));
	for (; depth < 100; depth++)
		if (mkdir("deep", 0755) || chdir("deep"))
			break;
	printf("%d deep\n", depth);
	close(t_file("bottom", "here"));
	t_cat("bottom");
	SHOW(unlink("bottom"));
	for (; depth; depth--)
		if (chdir("..") || rmdir("deep"))
			break;
	printf("%d left\n", depth);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
