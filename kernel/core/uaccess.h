/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only way from kernel to user memory and back. Every copy first makes sure, under the kernel
 * lock, that the whole range belongs to the process with the needed protection and is committed, so
 * that the copy itself cannot fault (doc/adr/0012). Nothing is partly copied on error, except where
 * the comment says so. Kernel lock held.
 */
#ifndef CLOISTER_UACCESS_H
#define CLOISTER_UACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "addr.h"

struct mm;

int copy_from_user(void *dst, uaddr_t src, size_t n);  /* 0 or -EFAULT, -ENOMEM */
int copy_to_user(uaddr_t dst, const void *src, size_t n);
int clear_user(uaddr_t dst, size_t n);
/* Length without NUL, or -EFAULT, or -ENAMETOOLONG if there is no NUL in cap bytes. */
long strncpy_from_user(char *dst, uaddr_t src, size_t cap);
/* In another address space than the caller's (exec's new stack, /proc/PID/mem). */
int copy_to_mm(struct mm *mm, uaddr_t dst, const void *src, size_t n);
int copy_from_mm(struct mm *mm, void *dst, uaddr_t src, size_t n);
/* Aligned 32-bit user word, for futexes: 0 or -EFAULT. */
int user_load32(uaddr_t a, uint32_t *val);
int user_cmpxchg32(uaddr_t a, uint32_t old, uint32_t new, uint32_t *seen);

#define get_user(dst, a) copy_from_user((dst), (a), sizeof(*(dst)))
#define put_user(a, src) copy_to_user((a), (src), sizeof(*(src)))

/* A list of user (or kernel) spans being filled or drained. */
#define UIO_MAXIOV 1024
struct uio_span {
	uint64_t base, len;
};
struct uio {
	struct uio_span one;         /* storage for the common case */
	struct uio_span *span;       /* &one, or kmalloc'ed (owned) */
	unsigned nspan, cur;
	uint64_t cur_off;            /* into span[cur] */
	uint64_t resid;              /* bytes left */
	uint64_t off;                /* file offset of the operation; UINT64_MAX for streams */
	bool kernel;                 /* spans are kernel memory */
	bool positional;             /* pread/pwrite: do not move the file position */
	unsigned flags;              /* RWF_* */
};
int uio_user(struct uio *u, uaddr_t base, uint64_t len);             /* 0 or -EFAULT, -EINVAL */
int uio_user_iov(struct uio *u, uaddr_t iov, unsigned long n);       /* readv/writev: copies the vector in */
void uio_kernel(struct uio *u, void *base, uint64_t len);
void uio_done(struct uio *u);                                        /* frees a copied vector */
/* Move min(n, resid) bytes; returns bytes moved, or -EFAULT if not even one could be. */
long uio_put(struct uio *u, const void *src, size_t n);              /* to the user */
long uio_get(struct uio *u, void *dst, size_t n);                    /* from the user */
long uio_zero(struct uio *u, size_t n);
/* Of kernel memory: the next contiguous piece, to be filled; then say how much of it was. */
void *uio_kernel_piece(struct uio *u, size_t *n);
void uio_advance(struct uio *u, size_t n);

#endif
