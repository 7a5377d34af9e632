/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /dev: a directory in memory whose device nodes lead here by their number (mem(4), random(4),
 * tty(4)). The loader's descriptors 0..2 are open files on nodes of this file system too, so that
 * /dev/stdin and /proc/self/fd/0 can be opened again.
 */
#include "vfs.h"
#include "devfs.h"
#include "fmt.h"
#include "hostio.h"
#include "kmem.h"
#include "linux_errno.h"
#include "linux_tty.h"
#include "mem.h"
#include "plat.h"
#include "poll.h"
#include "proc.h"
#include "pty.h"
#include "thread.h"
#include "tty.h"
#include "uaccess.h"

#define RANDOM_CHUNK 256u

static long null_read(struct file *f, struct uio *u)
{
	return 0;
}

static long null_write(struct file *f, struct uio *u)
{
	return (long)u->resid;
}

static long zero_read(struct file *f, struct uio *u)
{
	return uio_zero(u, u->resid);
}

static long full_write(struct file *f, struct uio *u)
{
	return -ENOSPC;
}

static long random_read(struct file *f, struct uio *u)
{
	uint8_t buf[RANDOM_CHUNK];
	long done = 0;

	while (u->resid > 0) {
		size_t n = u->resid < sizeof(buf) ? (size_t)u->resid : sizeof(buf);
		long k;

		plat_random(buf, n);
		k = uio_put(u, buf, n);
		if (k <= 0) {
			done = done > 0 ? done : k;
			break;
		}
		done += k;
	}
	memset(buf, 0, sizeof(buf));
	return done;
}

static int dev_seek(struct file *f, int64_t off, int whence, int64_t *pos)
{
	*pos = 0; /* as Linux's null_lseek */
	return 0;
}

static const struct file_ops null_ops = {.read = null_read, .write = null_write, .seek = dev_seek};
static const struct file_ops zero_ops = {.read = zero_read, .write = null_write, .seek = dev_seek};
static const struct file_ops full_ops = {.read = zero_read, .write = full_write, .seek = dev_seek};
static const struct file_ops random_ops = {
	.read = random_read, .write = null_write, .seek = dev_seek};

#define DEV_NULL    DEV_MAKE(1, 3)
#define DEV_ZERO    DEV_MAKE(1, 5)
#define DEV_FULL    DEV_MAKE(1, 7)
#define DEV_RANDOM  DEV_MAKE(1, 8)
#define DEV_URANDOM DEV_MAKE(1, 9)
#define DEV_TTY     DEV_MAKE(TTYAUX_MAJOR, 0)
#define DEV_PTMX    DEV_MAKE(TTYAUX_MAJOR, 2)

static const struct device {
	const char *name;
	uint64_t rdev;
	const struct file_ops *ops; /* NULL: a terminal */
} devices[] = {
	{"null", DEV_NULL, &null_ops},
	{"zero", DEV_ZERO, &zero_ops},
	{"full", DEV_FULL, &full_ops},
	{"random", DEV_RANDOM, &random_ops},
	{"urandom", DEV_URANDOM, &random_ops},
	{"tty", DEV_TTY, NULL},
	{"ptmx", DEV_PTMX, NULL},
};

static const struct {
	const char *name, *target;
} links[] = {
	{"fd", "/proc/self/fd"},
	{"stdin", "/proc/self/fd/0"},
	{"stdout", "/proc/self/fd/1"},
	{"stderr", "/proc/self/fd/2"},
};

static uint64_t console_rdev; /* of the terminal's own node; 0: none */

int devfs_open_device(struct dentry *d, struct file *f)
{
	uint64_t rdev = d->inode->st.rdev;

	if (d->inode->sb->flags & SB_NODEV)
		return -EACCES;
	if (rdev == DEV_TTY) {
		struct tty *t = proc_self()->ctty;

		return t == NULL ? -ENXIO : t->open(t, f);
	}
	if (rdev == DEV_PTMX)
		return pty_open_master(f);
	if (console_rdev != 0 && rdev == console_rdev)
		return tty_loader()->open(tty_loader(), f);
	if (DEV_MAJOR(rdev) == PTY_SLAVE_MAJOR)
		return pty_open_slave(f, DEV_MINOR(rdev));
	for (unsigned k = 0; k < sizeof(devices) / sizeof(devices[0]); k++)
		if (devices[k].rdev == rdev && devices[k].ops != NULL) {
			f->ops = devices[k].ops;
			return 0;
		}
	return -ENXIO;
}

/* Makes one entry in dir at boot. */
static int node(
	struct dentry *dir, const char *name, uint32_t mode, uint64_t rdev, const char *target)
{
	struct mkargs a = {.mode = mode, .rdev = rdev, .target = target};
	struct dentry *d = dentry_new(dir->sb, dir, name, strlen(name));
	int err;

	if (d == NULL)
		return -ENOMEM;
	err = dir->inode->ops->make(dir, d, &a);
	if (err == 0)
		d_add(d);
	dput(d);
	return err;
}

struct super *devfs_new(void)
{
	struct super *sb = memfs_new("devtmpfs", 0755);
	int err = sb == NULL ? -ENOMEM : 0;

	if (sb == NULL)
		return NULL;
	sb->type = "devtmpfs";
	for (unsigned k = 0; err == 0 && k < sizeof(devices) / sizeof(devices[0]); k++)
		err = node(sb->root, devices[k].name, S_IFCHR | 0666, devices[k].rdev, NULL);
	for (unsigned k = 0; err == 0 && k < sizeof(links) / sizeof(links[0]); k++)
		err = node(sb->root, links[k].name, S_IFLNK | 0777, 0, links[k].target);
	if (err == 0)
		err = node(sb->root, "shm", S_IFDIR | 01777, 0, NULL);
	if (err == 0)
		err = node(sb->root, "pts", S_IFDIR | 0755, 0, NULL);
	/* On failure the boot ends; what was made stays. */
	return err < 0 ? NULL : sb;
}

/* ---- the loader's descriptors ---- */

static int stdio_open(struct dentry *d, struct file *f)
{
	hostio_attach(f, d->inode->priv);
	return 0;
}

static int stdio_getattr(struct dentry *d, struct file *f, struct stat_info *st)
{
	struct hostio *io = d->inode->priv;
	struct hc_stat s;

	*st = d->inode->st;
	if (io->seekable && host_fstat(io->fd, &s) == 0 && s.size <= INT64_MAX) {
		st->size = s.size;
		st->blocks = s.blocks;
		st->mtime = s.mtime_ns;
	}
	return 0;
}

static int stdio_setattr(struct dentry *d, struct file *f, const struct setattr *a)
{
	struct hostio *io = d->inode->priv;

	if ((a->valid & SETATTR_SIZE) && io->seekable)
		return host_ftruncate(io->fd, a->size);
	return -EPERM;
}

static const struct inode_ops stdio_inode_ops = {
	.open = stdio_open,
	.getattr = stdio_getattr,
	.setattr = stdio_setattr,
};

static int hidden_node(
	struct super *dev, struct hostio *io, const struct hc_stat *s, struct dentry **out)
{
	struct dentry *d;
	char name[40];

	snprintf(name, sizeof(name), "%s:[%llu]", S_ISFIFO(s->mode) ? "pipe" : "host",
		(unsigned long long)s->ino);
	d = dentry_new(dev, NULL, name, strlen(name));
	if (d == NULL)
		return -ENOMEM;
	d->inode = inode_new(dev, &stdio_inode_ops, (uint32_t)s->mode);
	if (d->inode == NULL) {
		dput(d);
		return -ENOMEM;
	}
	d->inode->priv = io;
	d->inode->st.dev = s->dev;
	d->inode->st.ino = s->ino;
	d->inode->st.rdev = s->rdev;
	d->inode->st.uid = (uint32_t)s->uid;
	d->inode->st.gid = (uint32_t)s->gid;
	*out = d;
	return 0;
}

int devfs_stdio(struct super *dev, int fd, enum stdio_kind kind, struct file **out)
{
	static struct dentry *console_entry; /* one for all descriptors of the terminal; ref */
	struct hostio *io;
	struct dentry *d = NULL;
	struct hc_stat s;
	unsigned flags = kind == STDIO_TTY ? O_RDWR : fd == 0 ? O_RDONLY : O_WRONLY;
	int err = host_fstat(fd, &s);

	if (err < 0)
		return err;
	if (kind == STDIO_TTY && tty_loader() != NULL) {
		d = dget(console_entry);
	} else {
		io = hostio_new(fd, false); /* stays for ever */
		if (io == NULL)
			return -ENOMEM;
		io->tty = kind == STDIO_TTY;
		io->seekable = kind == STDIO_FILE;
		if (io->tty) {
			/* Under the host's number, so that ttyname(3) agrees with itself. */
			err = devpts_foreign(DEV_MINOR(s.rdev), s.rdev, &d);
			console_rdev = s.rdev;
			tty_set_loader(io);
			console_entry = err == 0 ? dget(d) : NULL;
		} else {
			err = hidden_node(dev, io, &s, &d);
		}
	}
	if (err == 0)
		err = vfs_open_dentry(d, flags, out);
	dput(d);
	return err;
}
