/* SPDX-License-Identifier: Apache-2.0 */
/* run: plain */
/* Files in the working directory: create, write at offsets, read back, list, rename, remove. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *dir)
{
	char *names[32];
	int n = 0;
	DIR *d = opendir(dir);

	for (struct dirent *e; d && (e = readdir(d)) != NULL && n < 32;)
		if (e->d_name[0] != '.')
			names[n++] = strdup(e->d_name);
	qsort(names, n, sizeof *names, cmp);
	printf("%s:", dir);
	for (int i = 0; i < n; i++)
		printf(" %s", names[i]);
	printf("\n");
	if (d)
		closedir(d);
}

static void show(const char *what, int ret)
{
	printf("%s: %s\n", what, ret < 0 ? strerror(errno) : "ok");
}

int main(void)
{
	char buf[64] = "";
	struct stat st;
	int fd = open("a", O_RDWR | O_CREAT | O_EXCL, 0640);

	show("create", fd);
	show("create again", open("a", O_RDWR | O_CREAT | O_EXCL, 0640));
	printf("write %zd\n", write(fd, "hello", 5));
	printf("pwrite %zd\n", pwrite(fd, "world", 5, 10));
	printf("read at end %zd\n", read(fd, buf, sizeof buf));
	printf("seek %ld\n", (long)lseek(fd, 0, SEEK_SET));
	printf("read %zd", read(fd, buf, sizeof buf));
	printf(" %d %d %.5s\n", buf[5], buf[9], buf + 10);
	fstat(fd, &st);
	printf("size %ld mode %o links %lu\n", (long)st.st_size, st.st_mode,
		(unsigned long)st.st_nlink);
	show("truncate", ftruncate(fd, 3));
	fstat(fd, &st);
	printf("size %ld\n", (long)st.st_size);
	show("mkdir", mkdir("d", 0755));
	show("mkdir again", mkdir("d", 0755));
	show("link", link("a", "d/b"));
	show("symlink", symlink("d/b", "s"));
	printf("readlink %zd\n", readlink("s", buf, sizeof buf));
	list(".");
	list("d");
	show("rename", rename("a", "d/c"));
	show("rmdir of a full one", rmdir("d"));
	list("d");
	show("open through link", open("s", O_RDONLY));
	show("stat gone", stat("a", &st));
	show("unlink dir", unlink("d"));
	show("unlink b", unlink("d/b"));
	show("open dangling", open("s", O_RDONLY));
	show("unlink c", unlink("d/c"));
	show("rmdir", rmdir("d"));
	printf("still there %zd\n", pread(fd, buf, sizeof buf, 0));
	return 0;
}
