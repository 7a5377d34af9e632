/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From file to file inside the kernel: sendfile(2), copy_file_range(2), splice(2), tee(2),
 * vmsplice(2). All of them copy through one buffer; nothing is shared between files.
 */
#include "syscall.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "pipe.h"
#include "proc.h"
#include "uaccess.h"
#include "vfs.h"

#define COPY_CHUNK 0x10000u

struct copy_end {
	struct file *f;
	bool positional;
	uint64_t off;
	unsigned flags; /* RWF_NOWAIT for SPLICE_F_NONBLOCK */
};

static long move(struct copy_end *e, void *buf, size_t len, bool out)
{
	struct uio u;
	long n;

	uio_kernel(&u, buf, len);
	u.positional = e->positional;
	u.off = e->off;
	u.flags = e->flags;
	n = out ? vfs_write(e->f, &u) : vfs_read(e->f, &u);
	if (n > 0)
		e->off += (uint64_t)n;
	return n;
}

/* Bytes that were read but could not be written go back where that is possible: the position of a
 * file. What came out of a pipe is lost only if the writing fails altogether, as on Linux without a
 * bounce. */
static void give_back(struct copy_end *in, uint64_t n)
{
	in->off -= n;
	if (!in->positional && !(in->f->mode & FM_STREAM))
		in->f->pos -= n;
}

static long copy(struct copy_end *in, struct copy_end *out, uint64_t len)
{
	char *buf = kmalloc(COPY_CHUNK);
	uint64_t done = 0;
	long r = 0;

	if (buf == NULL)
		return -ENOMEM;
	len = len > RW_COUNT_MAX ? RW_COUNT_MAX : len;
	while (done < len) {
		size_t want = len - done < COPY_CHUNK ? (size_t)(len - done) : COPY_CHUNK;
		long n = move(in, buf, want, false), w = 0;

		if (n <= 0) {
			r = n;
			break;
		}
		while (w < n) {
			r = move(out, buf + w, (size_t)(n - w), true);
			if (r <= 0)
				break;
			w += r;
		}
		done += (uint64_t)w;
		if (w < n) {
			give_back(in, (uint64_t)(n - w));
			break;
		}
		/* From a stream: what is there, not more. */
		if ((in->f->mode & FM_STREAM) && (size_t)n < want)
			break;
	}
	kfree(buf);
	return done > 0 ? (long)done : r;
}

/* An offset argument: NULL means the file's own position. */
static int load_off(struct copy_end *e, uaddr_t p)
{
	int64_t off;
	int err;

	if (p.v == 0)
		return 0;
	if (e->f->mode & FM_STREAM)
		return -ESPIPE;
	err = get_user(&off, p);
	if (err < 0)
		return err;
	if (off < 0)
		return -EINVAL;
	e->positional = true;
	e->off = (uint64_t)off;
	return 0;
}

static int store_off(const struct copy_end *e, uaddr_t p)
{
	return e->positional ? put_user(p, &e->off) : 0;
}

long sys_sendfile(const struct sysargs *a)
{
	struct copy_end in = {.f = fd_get((int)a->v[1])}, out = {.f = fd_get((int)a->v[0])};
	long n = in.f == NULL || out.f == NULL ? -EBADF : 0;

	if (n == 0 && (!file_readable(in.f) || !file_writable(out.f)))
		n = -EBADF;
	if (n == 0 && (in.f->mode & FM_STREAM)) /* sendfile(2): must be mmap-able */
		n = -EINVAL;
	if (n == 0 && (out.f->flags & O_APPEND))
		n = -EINVAL;
	if (n == 0)
		n = load_off(&in, arg_addr(a, 2));
	if (n == 0)
		n = copy(&in, &out, a->v[3]);
	if (n >= 0 && store_off(&in, arg_addr(a, 2)) < 0)
		n = -EFAULT;
	file_put(in.f);
	file_put(out.f);
	return n;
}

static bool is_regular(const struct file *f)
{
	return f->inode != NULL && S_ISREG(f->inode->st.mode);
}

static long check_range(const struct copy_end *in, const struct copy_end *out, uint64_t len)
{
	uint64_t ipos = in->positional ? in->off : in->f->pos;
	uint64_t opos = out->positional ? out->off : out->f->pos;

	if (in->f->inode == out->f->inode && ipos < opos + len && opos < ipos + len && len > 0)
		return -EINVAL; /* overlap */
	return 0;
}

long sys_copy_file_range(const struct sysargs *a)
{
	struct copy_end in = {.f = fd_get((int)a->v[0])}, out = {.f = fd_get((int)a->v[2])};
	long n = in.f == NULL || out.f == NULL ? -EBADF : 0;

	if (n == 0 && a->v[5] != 0)
		n = -EINVAL;
	if (n == 0 && (!file_readable(in.f) || !file_writable(out.f) || (out.f->flags & O_APPEND)))
		n = -EBADF;
	if (n == 0 && ((in.f->inode != NULL && S_ISDIR(in.f->inode->st.mode)) ||
			      (out.f->inode != NULL && S_ISDIR(out.f->inode->st.mode))))
		n = -EISDIR;
	if (n == 0 && (!is_regular(in.f) || !is_regular(out.f)))
		n = -EINVAL;
	if (n == 0)
		n = load_off(&in, arg_addr(a, 1));
	if (n == 0)
		n = load_off(&out, arg_addr(a, 3));
	if (n == 0)
		n = check_range(&in, &out, a->v[4]);
	if (n == 0)
		n = copy(&in, &out, a->v[4]);
	if (n >= 0 && (store_off(&in, arg_addr(a, 1)) < 0 || store_off(&out, arg_addr(a, 3)) < 0))
		n = -EFAULT;
	file_put(in.f);
	file_put(out.f);
	return n;
}

long sys_splice(const struct sysargs *a)
{
	struct copy_end in = {.f = fd_get((int)a->v[0])}, out = {.f = fd_get((int)a->v[2])};
	unsigned flags = (unsigned)a->v[5];
	long n = in.f == NULL || out.f == NULL ? -EBADF : 0;

	if (n == 0 &&
		(flags & ~(SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT)) != 0)
		n = -EINVAL;
	if (n == 0 && (!file_readable(in.f) || !file_writable(out.f)))
		n = -EBADF;
	if (n == 0 && !file_is_pipe(in.f) && !file_is_pipe(out.f))
		n = -EINVAL;
	if (n == 0 && file_is_pipe(in.f) && file_is_pipe(out.f) && in.f->inode == out.f->inode)
		n = -EINVAL;
	if (n == 0 && (out.f->flags & O_APPEND))
		n = -EINVAL;
	if (n == 0)
		n = load_off(&in, arg_addr(a, 1));
	if (n == 0)
		n = load_off(&out, arg_addr(a, 3));
	if (n == 0) {
		in.flags = out.flags = flags & SPLICE_F_NONBLOCK ? RWF_NOWAIT : 0;
		n = copy(&in, &out, a->v[4]);
	}
	if (n >= 0 && (store_off(&in, arg_addr(a, 1)) < 0 || store_off(&out, arg_addr(a, 3)) < 0))
		n = -EFAULT;
	file_put(in.f);
	file_put(out.f);
	return n;
}

/* vmsplice(2) copies: the pages stay the program's own. */
long sys_vmsplice(const struct sysargs *a)
{
	struct file *f = fd_get((int)a->v[0]);
	struct uio u;
	long n = f == NULL ? -EBADF : file_is_pipe(f) ? 0 : -EBADF;

	if (n == 0 && a->v[3] > 15)
		n = -EINVAL;
	if (n == 0)
		n = uio_user_iov(&u, arg_addr(a, 1), a->v[2]);
	if (n == 0) {
		u.flags = a->v[3] & SPLICE_F_NONBLOCK ? RWF_NOWAIT : 0;
		n = file_writable(f) ? vfs_write(f, &u) : vfs_read(f, &u);
		uio_done(&u);
	}
	file_put(f);
	return n;
}

long sys_tee(const struct sysargs *a)
{
	struct file *in = fd_get((int)a->v[0]), *out = fd_get((int)a->v[1]);
	unsigned flags = (unsigned)a->v[3];
	long n = in == NULL || out == NULL ? -EBADF : 0;

	if (n == 0 &&
		(flags & ~(SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT)) != 0)
		n = -EINVAL;
	if (n == 0 && (!file_readable(in) || !file_writable(out)))
		n = -EBADF;
	if (n == 0 && (!file_is_pipe(in) || !file_is_pipe(out) || in->inode == out->inode))
		n = -EINVAL;
	if (n == 0)
		n = pipe_tee(in, out, a->v[2], flags & SPLICE_F_NONBLOCK);
	file_put(in);
	file_put(out);
	return n;
}
