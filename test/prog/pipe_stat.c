/* SPDX-License-Identifier: Apache-2.0 */
/* A pipe as a file: fstat, FIONREAD, and calls that make no sense on it. */
#include "t.h"
#include <sys/ioctl.h>
#include <sys/mman.h>

int main(void)
{
	struct stat st, other;
	int p[2], n = -1;

	MUST(pipe(p) == 0);
	SHOW(fstat(p[0], &st));
	SHOW(fstat(p[1], &other));
	YES(S_ISFIFO(st.st_mode));
	printf("mode %o links %d size %d block %d\n", st.st_mode & 07777, (int)st.st_nlink,
		(int)st.st_size, (int)st.st_blksize);
	YES(st.st_ino == other.st_ino && st.st_dev == other.st_dev);
	SHOW(write(p[1], "12345", 5));
	SHOW(ioctl(p[0], FIONREAD, &n));
	printf("readable %d\n", n);
	SHOW(ftruncate(p[1], 0));
	SHOW(fsync(p[1]));
	SHOW(fchdir(p[0]));
	SHOW(isatty(p[0]));
	SHOW(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, p[0], 0) == MAP_FAILED ? -1 : 0);
	SHOW(fchmod(p[0], 0640));
	SHOW(fstat(p[1], &st));
	printf("mode %o\n", st.st_mode & 07777);
	return 0;
}
