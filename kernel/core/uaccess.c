/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies between kernel and user memory. mm_pin makes the range present and returns its linear
 * address; from then until the copy is done the kernel lock is not dropped, so nothing can take it
 * away. This file, mm/pages.c and enclave/ are the only places that make pointers of user
 * addresses.
 */
#include "uaccess.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "upcalls.h"
#include "layout.h"
#include "thread.h"

#define CHUNK 0x10000u /* bytes pinned and copied at a time by uio */

static void *pin(struct mm *mm, uaddr_t a, uint64_t n, bool write, int *err)
{
	return (void *)mm_pin(mm, a, n, write, err);
}

static int copy_in(struct mm *mm, void *dst, uaddr_t src, size_t n)
{
	int err = 0;

	if (n == 0)
		return 0;
	const void *p = pin(mm, src, n, false, &err);

	if (p == NULL)
		return err;
	memcpy(dst, p, n);
	return 0;
}

static int copy_out(struct mm *mm, uaddr_t dst, const void *src, size_t n)
{
	int err = 0;

	if (n == 0)
		return 0;
	void *p = pin(mm, dst, n, true, &err);

	if (p == NULL)
		return err;
	memcpy(p, src, n);
	return 0;
}

int copy_from_user(void *dst, uaddr_t src, size_t n)
{
	return copy_in(mm_current(), dst, src, n);
}

int copy_to_user(uaddr_t dst, const void *src, size_t n)
{
	return copy_out(mm_current(), dst, src, n);
}

int copy_to_mm(struct mm *mm, uaddr_t dst, const void *src, size_t n)
{
	return copy_out(mm, dst, src, n);
}

int copy_from_mm(struct mm *mm, void *dst, uaddr_t src, size_t n)
{
	return copy_in(mm, dst, src, n);
}

int clear_user(uaddr_t dst, size_t n)
{
	int err = 0;

	if (n == 0)
		return 0;
	void *p = pin(mm_current(), dst, n, true, &err);

	if (p == NULL)
		return err;
	memset(p, 0, n);
	return 0;
}

long strncpy_from_user(char *dst, uaddr_t src, size_t cap)
{
	size_t n = 0;

	while (n < cap) {
		size_t left = PAGE_SIZE - (src.v + n) % PAGE_SIZE;
		size_t k = left < cap - n ? left : cap - n;
		int err = 0;
		const char *p = pin(mm_current(), uaddr_add(src, n), k, false, &err);

		if (p == NULL)
			return err;
		size_t len = strnlen(p, k);

		memcpy(dst + n, p, len);
		n += len;
		if (len < k) {
			dst[n] = '\0';
			return (long)n;
		}
	}
	return -ENAMETOOLONG;
}

int user_load32(uaddr_t a, uint32_t *val)
{
	int err = 0;
	const uint32_t *p = pin(mm_current(), a, sizeof(*p), false, &err);

	if (p == NULL)
		return err;
	*val = __atomic_load_n(p, __ATOMIC_SEQ_CST);
	return 0;
}

int user_cmpxchg32(uaddr_t a, uint32_t old, uint32_t new, uint32_t *seen)
{
	int err = 0;
	uint32_t *p = pin(mm_current(), a, sizeof(*p), true, &err);

	if (p == NULL)
		return err;
	*seen = old;
	__atomic_compare_exchange_n(p, seen, new, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	return 0;
}

/* ---- uio ---- */

#define LEN_MAX 0x7ffff000ull /* MAX_RW_COUNT of read(2) */

static void uio_start(struct uio *u, unsigned nspan, uint64_t total)
{
	u->nspan = nspan;
	u->cur = 0;
	u->cur_off = 0;
	u->resid = total < LEN_MAX ? total : LEN_MAX;
	u->off = UINT64_MAX;
	u->positional = false;
	u->flags = 0;
}

int uio_user(struct uio *u, uaddr_t base, uint64_t len)
{
	if (len > INT64_MAX || base.v + len < base.v)
		return -EFAULT;
	u->one = (struct uio_span){base.v, len};
	u->span = &u->one;
	u->kernel = false;
	uio_start(u, 1, len);
	return 0;
}

int uio_user_iov(struct uio *u, uaddr_t iov, unsigned long n)
{
	uint64_t total = 0;

	u->span = &u->one;
	u->kernel = false;
	if (n > UIO_MAXIOV)
		return -EINVAL;
	if (n > 1) {
		u->span = kmalloc(n * sizeof(*u->span));
		if (u->span == NULL)
			return -ENOMEM;
	}
	int r = copy_from_user(u->span, iov, n * sizeof(*u->span));

	for (unsigned long i = 0; r == 0 && i < n; i++) {
		if (u->span[i].len > INT64_MAX - total)
			r = -EINVAL;
		else if (u->span[i].base + u->span[i].len < u->span[i].base)
			r = -EFAULT;
		total += u->span[i].len;
	}
	if (r < 0) {
		uio_done(u);
		return r;
	}
	uio_start(u, (unsigned)n, total);
	return 0;
}

void uio_kernel(struct uio *u, void *base, uint64_t len)
{
	u->one = (struct uio_span){(uint64_t)base, len};
	u->span = &u->one;
	u->kernel = true;
	uio_start(u, 1, len);
}

void uio_done(struct uio *u)
{
	if (u->span != &u->one)
		kfree(u->span);
	u->span = &u->one;
}

/* The next contiguous piece, at most max bytes, pinned; NULL with *err. */
static void *uio_piece(struct uio *u, size_t max, bool write, size_t *n, int *err)
{
	while (u->cur_off == u->span[u->cur].len) {
		u->cur++;
		u->cur_off = 0;
	}
	const struct uio_span *s = &u->span[u->cur];
	uint64_t k = s->len - u->cur_off;

	if (k > max)
		k = max;
	if (k > u->resid)
		k = u->resid;
	*n = k;
	if (u->kernel)
		return (void *)(s->base + u->cur_off);
	void *p = pin(mm_current(), uaddr(s->base + u->cur_off), k, write, err);

	if (p == NULL && *err == -EFAULT) { /* as far as the page that can be reached */
		uint64_t left = PAGE_SIZE - (s->base + u->cur_off) % PAGE_SIZE;

		*n = k < left ? k : left;
		p = pin(mm_current(), uaddr(s->base + u->cur_off), *n, write, err);
	}
	return p;
}

enum uio_op { UIO_PUT, UIO_GET, UIO_ZERO };

static long uio_move(struct uio *u, void *buf, size_t n, enum uio_op op)
{
	size_t moved = 0;

	if (n > u->resid)
		n = u->resid;
	while (moved < n) {
		size_t want = n - moved < CHUNK ? n - moved : CHUNK, k;
		int err = 0;
		void *p = uio_piece(u, want, op != UIO_GET, &k, &err);

		if (p == NULL)
			return moved > 0 ? (long)moved : err;
		if (op == UIO_PUT)
			memcpy(p, (uint8_t *)buf + moved, k);
		else if (op == UIO_GET)
			memcpy((uint8_t *)buf + moved, p, k);
		else
			memset(p, 0, k);
		moved += k;
		u->cur_off += k;
		u->resid -= k;
	}
	return (long)moved;
}

long uio_put(struct uio *u, const void *src, size_t n)
{
	return uio_move(u, (void *)src, n, UIO_PUT);
}

long uio_get(struct uio *u, void *dst, size_t n)
{
	return uio_move(u, dst, n, UIO_GET);
}

long uio_zero(struct uio *u, size_t n)
{
	return uio_move(u, NULL, n, UIO_ZERO);
}

void *uio_kernel_piece(struct uio *u, size_t *n)
{
	int err;

	return uio_piece(u, u->resid, true, n, &err);
}

void uio_advance(struct uio *u, size_t n)
{
	u->cur_off += n;
	u->resid -= n;
}
