/* SPDX-License-Identifier: Apache-2.0 */
/* A directory emptied while it is read: as rm -r does it, in several rounds, nothing stays. */
#include "t.h"
#include <dirent.h>

enum { FILES = 1000 };

static void run(void)
{
	int gone = 0, left = 0;
	char name[64];
	DIR *d;

	MUST(mkdir("d", 0755) == 0);
	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "d/a-rather-long-name-%d", i);
		close(t_file(name, ""));
	}
	d = opendir("d");
	for (struct dirent *e; (e = readdir(d));)
		if (e->d_name[0] != '.')
			gone += unlinkat(dirfd(d), e->d_name, 0) == 0;
	closedir(d);
	d = opendir("d");
	while (readdir(d))
		left++;
	closedir(d);
	printf("%d removed, %d entries left\n", gone, left);
	SHOW(rmdir("d"));
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
