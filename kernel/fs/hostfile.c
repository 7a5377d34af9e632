/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contents of the host's files and directories: one host descriptor per open file. Bytes pass
 * through a kernel buffer of at most HOSTFILE_CHUNK. Special files of the host (FIFOs, devices) are
 * streams: hostio.c.
 */
#include "hostfs.h"
#include "host.h"
#include "hostio.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "thread.h"
#include "uaccess.h"

#define HOSTFILE_CHUNK 0x20000u /* 128 KiB */
#define HOSTDIR_BUF    0x8000u
#define HOSTDIR_VIRTUAL                                                                            \
	(INT64_MAX - 0x10000) /* positions of entries that the host does not have                  \
			       */

struct hostfile {
	int fd;     /* -1: not opened yet (FM_LAZY) */
	char *dbuf; /* directories: records from the host */
	size_t dlen, doff;
	uint64_t cursor; /* directories: the position that dbuf + doff stands for */
	bool eof;
};

static size_t chunk_of(uint64_t n)
{
	return n < HOSTFILE_CHUNK ? (size_t)n : HOSTFILE_CHUNK;
}

/* Past the size that the host gave us a moment ago there is nothing: saves asking at every end. */
static bool known_end(struct inode *i, uint64_t pos)
{
	return i->st.size > 0 && pos >= i->st.size && time_mono() < hostnode_of(i)->fresh_until;
}

/* The host's descriptor, or -errno. */
static int opened(struct file *f)
{
	struct hostfile *h = f->priv;
	struct hostpath p;

	if (h->fd >= 0)
		return h->fd;
	int err = hostpath_make(&p, f->dentry);

	if (err < 0)
		return err;
	long fd = host_open(p.s, O_RDONLY | O_NOFOLLOW, 0);

	hostpath_free(&p);
	if (fd >= 0 && h->fd >= 0)
		host_close((int)fd); /* somebody else was here while we waited */
	else if (fd >= 0)
		h->fd = (int)fd;
	return fd < 0 ? (int)fd : h->fd;
}

/* Straight into kernel memory: what exec and page faults ask for. */
static long read_to_kernel(int fd, struct uio *u)
{
	size_t n;
	void *p = uio_kernel_piece(u, &n);
	long r = host_pread(fd, u->off, p, n);

	if (r > 0)
		uio_advance(u, (size_t)r);
	return r;
}

static long hostfile_read(struct file *f, struct uio *u)
{
	char *buf;
	long done = 0;

	if (u->resid == 0 || known_end(f->inode, u->off))
		return 0;
	int fd = opened(f);

	if (fd < 0)
		return fd;
	if (u->kernel)
		return read_to_kernel(fd, u);
	buf = kmalloc(chunk_of(u->resid));
	if (buf == NULL)
		return -ENOMEM;
	while (u->resid > 0) {
		size_t want = chunk_of(u->resid);
		long n = host_pread(fd, u->off + (uint64_t)done, buf, want), k;

		if (n <= 0) {
			done = done > 0 ? done : n;
			break;
		}
		k = uio_put(u, buf, (size_t)n);
		if (k <= 0) {
			done = done > 0 ? done : k;
			break;
		}
		done += k;
		if ((size_t)n < want || k < n)
			break;
	}
	kfree(buf);
	return done;
}

/* O_APPEND: the host's descriptor appends by itself; where it did is asked for. */
static int append_at(struct file *f, struct uio *u)
{
	struct hostfile *h = f->priv;
	struct hc_stat s;
	int err;

	if (!(f->flags & O_APPEND) && !(u->flags & RWF_APPEND))
		return 0;
	err = host_fstat(h->fd, &s);
	if (err == 0)
		u->off = s.size;
	return err;
}

static long hostfile_write(struct file *f, struct uio *u)
{
	struct hostfile *h = f->priv;
	char *buf;
	long done = 0;
	int err = append_at(f, u);

	if (err < 0)
		return err;
	if (u->resid == 0)
		return 0;
	buf = kmalloc(chunk_of(u->resid));
	if (buf == NULL)
		return -ENOMEM;
	while (u->resid > 0) {
		long k = uio_get(u, buf, chunk_of(u->resid)), n;

		n = k <= 0 ? k : host_pwrite(h->fd, u->off + (uint64_t)done, buf, (size_t)k);
		if (n <= 0) {
			done = done > 0 ? done : n;
			break;
		}
		done += n;
		if (n < k)
			break;
	}
	kfree(buf);
	hostnode_stale(f->inode);
	return done;
}

static int hostfile_sync(struct file *f, bool datasync)
{
	struct hostfile *h = f->priv;

	return f->mode & FM_WRITE ? host_fsync(h->fd, datasync) : 0;
}

static void hostfile_release(struct file *f)
{
	struct hostfile *h = f->priv;

	if (h->fd >= 0)
		host_close(h->fd);
	kfree(h->dbuf);
	kfree(h);
}

/* ---- directories ---- */

static int refill(struct file *f, struct hostfile *h)
{
	long n;

	if (h->dbuf == NULL)
		h->dbuf = kmalloc(HOSTDIR_BUF);
	if (h->dbuf == NULL)
		return -ENOMEM;
	n = host_getdents(h->fd, h->dbuf, HOSTDIR_BUF);
	if (n < 0)
		return (int)n;
	h->dlen = (size_t)n;
	h->doff = 0;
	h->eof = n == 0;
	return 0;
}

/* Mount points and what leads to them, where the host has nothing of that name. */
static void emit_virtual(struct file *f, struct dirsink *s)
{
	uint64_t pos = HOSTDIR_VIRTUAL;

	list_for_each(l, &f->dentry->children)
	{
		struct dentry *d = container_of(l, struct dentry, sibling);

		if (!(d->flags & D_PINNED) || d->fresh_until != UINT64_MAX || d->inode == NULL)
			continue;
		if (pos++ < f->pos)
			continue;
		if (!s->emit(s, d->name, d->len, d->inode->st.ino, pos,
			    MODE_TO_DT(d->inode->st.mode)))
			return;
		f->pos = pos;
	}
}

static int hostdir_readdir(struct file *f, struct dirsink *s)
{
	struct hostfile *h = f->priv;
	int err;

	if (f->pos >= HOSTDIR_VIRTUAL) {
		emit_virtual(f, s);
		return 0;
	}
	if (f->pos != h->cursor) { /* somebody used lseek */
		err = host_seekdir(h->fd, f->pos);
		if (err < 0)
			return err;
		h->cursor = f->pos;
		h->dlen = h->doff = 0;
		h->eof = false;
	}
	while (!h->eof) {
		const struct linux_dirent64 *e;

		if (h->doff >= h->dlen) {
			err = refill(f, h);
			if (err < 0)
				return err;
			continue;
		}
		e = (const struct linux_dirent64 *)(h->dbuf +
						    h->doff); /* host_getdents checked it */
		if (!s->emit(s, e->name, strlen(e->name), e->ino, (uint64_t)e->off, e->type))
			return 0;
		h->doff += e->reclen;
		h->cursor = f->pos = (uint64_t)e->off;
	}
	f->pos = HOSTDIR_VIRTUAL;
	emit_virtual(f, s);
	return 0;
}

static const struct file_ops hostfile_ops = {
	.read = hostfile_read,
	.write = hostfile_write,
	.sync = hostfile_sync,
	.release = hostfile_release,
};
static const struct file_ops hostdir_ops = {
	.readdir = hostdir_readdir,
	.sync = hostfile_sync,
	.release = hostfile_release,
};

int hostfile_fd(struct file *f)
{
	if (f->ops != &hostfile_ops && f->ops != &hostdir_ops)
		return -1;
	return ((struct hostfile *)f->priv)->fd;
}

#define HOST_OPEN_FLAGS (O_ACCMODE | O_APPEND | O_DIRECT | O_SYNC | O_NOATIME)

int hostfs_open(struct dentry *d, struct file *f)
{
	uint32_t type = d->inode->st.mode & S_IFMT;
	struct hostfile *h;
	struct hostpath p;
	long fd;
	int flags = (int)(f->flags & HOST_OPEN_FLAGS), err;

	if (type == S_IFLNK || type == S_IFSOCK || type == S_IFBLK)
		return -ENXIO;
	if ((f->mode & FM_WRITE) && (d->sb->flags & SB_RDONLY))
		return -EROFS;
	err = hostpath_make(&p, d);
	if (err < 0)
		return err;
	if (type == S_IFDIR)
		flags |= O_DIRECTORY;
	if (d->parent != NULL)
		flags |= O_NOFOLLOW;
	flags &= ~O_DIRECT; /* buffers here are not the program's */
	bool lazy = (f->mode & FM_LAZY) && type == S_IFREG;
	fd = lazy ? -1 : host_open(p.s, flags, 0);
	hostpath_free(&p);
	if (fd < 0 && !lazy)
		return (int)fd;
	if (type == S_IFIFO || type == S_IFCHR) {
		err = hostio_open_fd(f, (int)fd);
		if (err < 0)
			host_close((int)fd);
		return err;
	}
	h = kzalloc(sizeof(*h));
	if (h == NULL) {
		if (!lazy)
			host_close((int)fd);
		return -ENOMEM;
	}
	h->fd = (int)fd;
	f->priv = h;
	f->ops = type == S_IFDIR ? &hostdir_ops : &hostfile_ops;
	return 0;
}
