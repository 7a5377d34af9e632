/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers and structures of the x86-64 Linux file calls (open(2), stat(2), statx(2), fcntl(2),
 * getdents64(2), poll(2), epoll(7), termios(3) ...). Inert: no code. Structures are named linux_x so
 * that hosted tests can include the C library's headers beside this one.
 */
#ifndef CLOISTER_LINUX_FS_H
#define CLOISTER_LINUX_FS_H

#include <stdint.h>

#define PATH_MAX 4096
#define NAME_MAX 255

/* ---- open(2) ---- */
#define O_RDONLY    0
#define O_WRONLY    1
#define O_RDWR      2
#define O_ACCMODE   3
#define O_CREAT     0100
#define O_EXCL      0200
#define O_NOCTTY    0400
#define O_TRUNC     01000
#define O_APPEND    02000
#define O_NONBLOCK  04000
#define O_DSYNC     010000
#define O_ASYNC     020000
#define O_DIRECT    040000
#define O_LARGEFILE 0100000
#define O_DIRECTORY 0200000
#define O_NOFOLLOW  0400000
#define O_NOATIME   01000000
#define O_CLOEXEC   02000000
#define O_SYNC      04010000
#define O_PATH      010000000
#define O_TMPFILE   020200000
#define OPEN_FLAGS_ALL                                                                             \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_ASYNC |     \
		O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC |        \
		O_SYNC | O_PATH | O_TMPFILE)

struct linux_open_how {
	uint64_t flags, mode, resolve;
};
#define RESOLVE_NO_XDEV       0x01
#define RESOLVE_NO_MAGICLINKS 0x02
#define RESOLVE_NO_SYMLINKS   0x04
#define RESOLVE_BENEATH       0x08
#define RESOLVE_IN_ROOT       0x10
#define RESOLVE_CACHED        0x20

#define AT_FDCWD            (-100)
#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_EACCESS          0x200
#define AT_REMOVEDIR        0x200
#define AT_SYMLINK_FOLLOW   0x400
#define AT_NO_AUTOMOUNT     0x800
#define AT_EMPTY_PATH       0x1000
#define AT_STATX_SYNC_TYPE  0x6000

#define RENAME_NOREPLACE (1 << 0)
#define RENAME_EXCHANGE (1 << 1)
#define RENAME_WHITEOUT (1 << 2)

#define F_OK 0
#define X_OK 1
#define W_OK 2
#define R_OK 4

/* ---- modes ---- */
#define S_IFMT   0170000
#define S_IFSOCK 0140000
#define S_IFLNK  0120000
#define S_IFREG  0100000
#define S_IFBLK  0060000
#define S_IFDIR  0040000
#define S_IFCHR  0020000
#define S_IFIFO  0010000
#define S_ISUID  04000
#define S_ISGID  02000
#define S_ISVTX  01000

#define S_ISREG(m)  (((m)&S_IFMT) == S_IFREG)
#define S_ISDIR(m)  (((m)&S_IFMT) == S_IFDIR)
#define S_ISLNK(m)  (((m)&S_IFMT) == S_IFLNK)
#define S_ISCHR(m)  (((m)&S_IFMT) == S_IFCHR)
#define S_ISBLK(m)  (((m)&S_IFMT) == S_IFBLK)
#define S_ISFIFO(m) (((m)&S_IFMT) == S_IFIFO)
#define S_ISSOCK(m) (((m)&S_IFMT) == S_IFSOCK)

#define DT_UNKNOWN 0
#define DT_FIFO    1
#define DT_CHR     2
#define DT_DIR     4
#define DT_BLK     6
#define DT_REG     8
#define DT_LNK     10
#define DT_SOCK    12
#define MODE_TO_DT(m) (((m)&S_IFMT) >> 12)

/* new_encode_dev(): what stat(2) shows */
#define DEV_MAKE(maj, min)                                                                         \
	((((uint64_t)(maj)&0xfff) << 8) | ((uint64_t)(min)&0xff) | (((uint64_t)(min) & ~0xffull) << 12))
#define DEV_MAJOR(dev) ((unsigned)(((dev) >> 8) & 0xfff))
#define DEV_MINOR(dev) ((unsigned)(((dev)&0xff) | (((dev) >> 12) & 0xfff00)))

struct linux_stat {
	uint64_t dev, ino, nlink;
	uint32_t mode, uid, gid, pad0;
	uint64_t rdev;
	int64_t size, blksize, blocks;
	int64_t atime, atime_nsec, mtime, mtime_nsec, ctime, ctime_nsec;
	int64_t unused[3];
};
_Static_assert(sizeof(struct linux_stat) == 144, "struct stat of x86-64");

struct linux_statx_timestamp {
	int64_t sec;
	uint32_t nsec, pad;
};
struct linux_statx {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, pad0;
	uint64_t ino, size, blocks, attributes_mask;
	struct linux_statx_timestamp atime, btime, ctime, mtime;
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint64_t mnt_id;
	uint32_t dio_mem_align, dio_offset_align;
	uint64_t spare[12];
};
_Static_assert(sizeof(struct linux_statx) == 256, "struct statx");
#define STATX_BASIC_STATS 0x7ffu
#define STATX_BTIME       0x800u
#define STATX__RESERVED   0x80000000u

struct linux_statfs {
	int64_t type, bsize;
	uint64_t blocks, bfree, bavail, files, ffree;
	int32_t fsid[2];
	int64_t namelen, frsize, flags, spare[4];
};
_Static_assert(sizeof(struct linux_statfs) == 120, "struct statfs");
#define TMPFS_MAGIC  0x01021994
#define PROC_MAGIC   0x9fa0
#define SYSFS_MAGIC  0x62656572
#define PIPEFS_MAGIC 0x50495045
#define ST_RDONLY    1
#define ST_VALID     0x20

struct linux_dirent64 {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};
#define DIRENT64_NAME_OFF 19u

#define UTIME_NOW  0x3fffffff
#define UTIME_OMIT 0x3ffffffe

#define SEEK_SET  0
#define SEEK_CUR  1
#define SEEK_END  2
#define SEEK_DATA 3
#define SEEK_HOLE 4

#define RWF_HIPRI  1
#define RWF_DSYNC  2
#define RWF_SYNC   4
#define RWF_NOWAIT 8
#define RWF_APPEND 16

#define FALLOC_FL_KEEP_SIZE  1
#define FALLOC_FL_PUNCH_HOLE 2
#define FALLOC_FL_ZERO_RANGE 16

/* ---- fcntl(2), flock(2) ---- */
#define FD_CLOEXEC       1
#define F_DUPFD          0
#define F_GETFD          1
#define F_SETFD          2
#define F_GETFL          3
#define F_SETFL          4
#define F_GETLK          5
#define F_SETLK          6
#define F_SETLKW         7
#define F_SETOWN         8
#define F_GETOWN         9
#define F_SETSIG         10
#define F_GETSIG         11
#define F_OFD_GETLK      36
#define F_OFD_SETLK      37
#define F_OFD_SETLKW     38
#define F_SETLEASE       1024
#define F_GETLEASE       1025
#define F_NOTIFY         1026
#define F_DUPFD_CLOEXEC  1030
#define F_SETPIPE_SZ     1031
#define F_GETPIPE_SZ     1032
#define F_ADD_SEALS      1033
#define F_GET_SEALS      1034
#define F_RDLCK          0
#define F_WRLCK          1
#define F_UNLCK          2
#define F_SEAL_SEAL      1
#define F_SEAL_SHRINK    2
#define F_SEAL_GROW      4
#define F_SEAL_WRITE     8
#define LOCK_SH          1
#define LOCK_EX          2
#define LOCK_NB          4
#define LOCK_UN          8

struct linux_flock {
	int16_t type, whence;
	int32_t pad0;
	int64_t start, len;
	int32_t pid, pad1;
};
_Static_assert(sizeof(struct linux_flock) == 32, "struct flock");

#define CLOSE_RANGE_UNSHARE 2u
#define CLOSE_RANGE_CLOEXEC 4u

#define MFD_CLOEXEC       1u
#define MFD_ALLOW_SEALING 2u
#define MFD_HUGETLB       4u
#define MFD_NOEXEC_SEAL   8u
#define MFD_EXEC          16u

/* ---- poll(2), select(2), epoll(7) ---- */
#define POLLIN     0x1u
#define POLLPRI    0x2u
#define POLLOUT    0x4u
#define POLLERR    0x8u
#define POLLHUP    0x10u
#define POLLNVAL   0x20u
#define POLLRDNORM 0x40u
#define POLLRDBAND 0x80u
#define POLLWRNORM 0x100u
#define POLLWRBAND 0x200u
#define POLLMSG    0x400u
#define POLLRDHUP  0x2000u

struct linux_pollfd {
	int32_t fd;
	int16_t events, revents;
};
#define FD_SETSIZE_MAX 65536 /* select(2): the largest nfds that is looked at */

#define EPOLL_CTL_ADD  1
#define EPOLL_CTL_DEL  2
#define EPOLL_CTL_MOD  3
#define EPOLLEXCLUSIVE (1u << 28)
#define EPOLLWAKEUP    (1u << 29)
#define EPOLLONESHOT   (1u << 30)
#define EPOLLET        (1u << 31)
struct linux_epoll_event {
	uint32_t events;
	uint32_t data[2];
};
_Static_assert(sizeof(struct linux_epoll_event) == 12, "packed on x86-64");

#define EFD_SEMAPHORE       1
#define TFD_TIMER_ABSTIME   1
#define TFD_TIMER_CANCEL_ON_SET 2

#define SPLICE_F_MOVE     1u
#define SPLICE_F_NONBLOCK 2u
#define SPLICE_F_MORE     4u
#define SPLICE_F_GIFT     8u

#define PIPE_BUF 4096u

/* ---- ioctl(2) ---- */
#define TCGETS      0x5401
#define TCSETS      0x5402
#define TCSETSW     0x5403
#define TCSETSF     0x5404
#define TCSBRK      0x5409
#define TCXONC      0x540a
#define TCFLSH      0x540b
#define TIOCEXCL    0x540c
#define TIOCNXCL    0x540d
#define TIOCSCTTY   0x540e
#define TIOCGPGRP   0x540f
#define TIOCSPGRP   0x5410
#define TIOCOUTQ    0x5411
#define TIOCGWINSZ  0x5413
#define TIOCSWINSZ  0x5414
#define FIONREAD    0x541b
#define FIONBIO     0x5421
#define TIOCNOTTY   0x5422
#define TIOCGSID    0x5429
#define TCSBRKP     0x5425
#define FIONCLEX    0x5450
#define FIOCLEX     0x5451
#define FIOASYNC    0x5452
#define FIOQSIZE    0x5460

struct linux_termios { /* the kernel's, not the C library's */
	uint32_t iflag, oflag, cflag, lflag;
	uint8_t line, cc[19];
};
_Static_assert(sizeof(struct linux_termios) == 36, "struct termios");
struct linux_winsize {
	uint16_t row, col, xpixel, ypixel;
};

#endif
