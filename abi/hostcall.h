/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wire format between the enclave and the loader. All of it lies in memory that the host may change
 * at any time: the enclave copies a message in once and out once, in aligned 8-byte words (stale-data
 * rule, INTEL-SA-00657), and looks only at its copy. There are no pointers and no padding: a span is
 * (offset, length) in the bounce arena.
 */
#ifndef CLOISTER_HOSTCALL_H
#define CLOISTER_HOSTCALL_H

#include <stdint.h>
#include "hostcall.def"

enum hc_op {
	HC_NONE,
#define X(name, args, ret, blocking, note) HC_##name,
	HOSTCALLS(X)
#undef X
	HC_COUNT
};

#define HC_ARGS      8
#define HC_SLOTS     256    /* per direction; a power of two */
#define HC_ERRNO_MAX 133    /* EHWPOISON: any other negative return is a lie */
#define HC_FD_MAX    0x100000
#define HC_PATH_MAX  4096

struct hc_msg {
	uint64_t token; /* chosen by the enclave, returned as it is; 0 is never used */
	uint64_t op;    /* enum hc_op */
	int64_t ret;    /* >= 0 or -errno */
	uint64_t a[HC_ARGS];
	uint64_t zero[5];
};
_Static_assert(sizeof(struct hc_msg) == 128, "two cache lines, no padding");

/* One producer and one consumer at a time on either side (each side serialises its own threads). */
struct hc_ring {
	uint64_t head; /* next slot the consumer takes; free-running */
	uint64_t pad0[7];
	uint64_t tail; /* next slot the producer fills; free-running */
	uint64_t pad1[7];
	struct hc_msg slot[HC_SLOTS];
};

struct hc_stat {
	uint64_t dev, ino, mode, nlink, uid, gid, rdev, size, blksize, blocks;
	int64_t atime_ns, mtime_ns, ctime_ns, btime_ns; /* since the epoch */
};
_Static_assert(sizeof(struct hc_stat) == 112, "no padding");

struct hc_statfs {
	uint64_t type, bsize, blocks, bfree, bavail, files, ffree, namelen, frsize, flags;
};

struct hc_tty { /* struct termios of the kernel (c_cc padded) and struct winsize */
	uint64_t iflag, oflag, cflag, lflag;
	uint8_t line, cc[19];
	uint8_t zero[4];
	uint64_t rows, cols;
};
_Static_assert(sizeof(struct hc_tty) == 72, "no padding");

#endif
