/* SPDX-License-Identifier: Apache-2.0 */
/* statx(2) agrees with stat and says which fields are valid. */
#include "t.h"

/* The kernel's struct: not every C library has it. */
struct stx_time {
	int64_t sec;
	uint32_t nsec, pad;
};
struct stx {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, pad;
	uint64_t ino, size, blocks, attributes_mask;
	struct stx_time atime, btime, ctime, mtime;
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint64_t more[14];
};

enum { BASIC = 0x7ff, SIZE_ONLY = 0x200 };

static void run(void)
{
	struct stx x;
	struct stat st;
	int fd = t_file("f", "12345");

	memset(&x, 0xee, sizeof(x));
	SHOW(syscall(SYS_statx, AT_FDCWD, "f", 0, BASIC, &x));
	MUST(stat("f", &st) == 0);
	YES((x.mask & BASIC) == BASIC);
	printf("mode %o size %d links %d\n", x.mode, (int)x.size, x.nlink);
	YES(x.ino == st.st_ino && x.uid == st.st_uid && x.blksize == (uint32_t)st.st_blksize);
	YES(x.mtime.sec == st.st_mtim.tv_sec && x.mtime.nsec == st.st_mtim.tv_nsec);
	YES(x.blocks == (uint64_t)st.st_blocks);
	SHOW(syscall(SYS_statx, fd, "", AT_EMPTY_PATH, SIZE_ONLY, &x));
	YES((x.mask & SIZE_ONLY) && x.size == 5);
	SHOW(syscall(SYS_statx, fd, "", 0, BASIC, &x));
	SHOW(syscall(SYS_statx, AT_FDCWD, "none", 0, BASIC, &x));
	SHOW(syscall(SYS_statx, AT_FDCWD, "f", 0x80000, BASIC, &x));
	SHOW(syscall(SYS_statx, AT_FDCWD, "f", 0, 0x80000000u, &x));
	SHOW(syscall(SYS_statx, AT_FDCWD, "f", 0, BASIC, 8));
	SHOW(syscall(SYS_statx, 99, "f", 0, BASIC, &x));
	close(fd);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
