/* SPDX-License-Identifier: Apache-2.0 */
/* readdir sees every entry once with its type, "." and ".." too; rewinddir and seekdir work. */
#include "t.h"
#include <dirent.h>

enum { FILES = 700 };

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *path)
{
	char *names[16];
	int n = 0;
	DIR *d = opendir(path);

	MUST(d);
	for (struct dirent *e; (e = readdir(d)) && n < 16;) {
		MUST(asprintf(&names[n], "%s type %d", e->d_name, e->d_type) > 0);
		n++;
	}
	closedir(d);
	qsort(names, n, sizeof(*names), compare);
	for (int i = 0; i < n; i++) {
		printf("%s\n", names[i]);
		free(names[i]);
	}
}

static void count(DIR *d)
{
	static char seen[FILES];
	int n = 0, twice = 0;

	memset(seen, 0, sizeof(seen));
	for (struct dirent *e; (e = readdir(d));) {
		if (e->d_name[0] != 'n')
			continue;
		twice += seen[strtol(e->d_name + 1, NULL, 10)]++;
		n++;
	}
	printf("%d files, %d twice\n", n, twice);
}

static void run(void)
{
	char name[16], first[256];
	long where;
	DIR *d;

	MUST(mkdir("d", 0755) == 0 && mkdir("d/sub", 0755) == 0 && mkdir("many", 0755) == 0);
	close(t_file("d/file", ""));
	MUST(symlink("file", "d/link") == 0);
	list("d");
	list("d/sub");
	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "many/n%d", i);
		close(t_file(name, ""));
	}
	d = opendir("many");
	count(d);
	rewinddir(d);
	count(d);
	rewinddir(d);
	for (int i = 0; i < 100; i++)
		readdir(d);
	where = telldir(d);
	snprintf(first, sizeof(first), "%s", readdir(d)->d_name);
	for (int i = 0; i < 300; i++)
		readdir(d);
	seekdir(d, where);
	YES(strcmp(readdir(d)->d_name, first) == 0);
	closedir(d);
	YES(opendir("d/file") == NULL && errno == ENOTDIR);
	YES(opendir("none") == NULL && errno == ENOENT);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
