/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/self/fd lists exactly the open descriptors. */
#include "t.h"
#include <dirent.h>

static void list(void)
{
	bool open_now[64] = {false};
	DIR *d = opendir("/proc/self/fd");
	int self;

	MUST(d);
	self = dirfd(d);
	for (struct dirent *e; (e = readdir(d));)
		if (e->d_name[0] != '.')
			open_now[strtol(e->d_name, NULL, 10) & 63] = true;
	closedir(d);
	for (int i = 0; i < 64; i++)
		if (open_now[i] && i != self)
			printf("%d ", i);
	printf("\n");
}

int main(void)
{
	int p[2];

	list();
	MUST(pipe(p) == 0);
	list();
	dup2(p[0], 40);
	close(p[1]);
	list();
	return 0;
}
