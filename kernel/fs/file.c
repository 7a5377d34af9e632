/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open files: life, position, and the errno of every empty slot:
 *     read, write: EINVAL    readdir: ENOTDIR    poll: always ready    ioctl: ENOTTY    sync:
 * EINVAL seek: by position and size Kernel lock held; whatever copies to or from a program may
 * sleep.
 */
#include "vfs.h"
#include "fsnotify.h"
#include "kmem.h"
#include "epoll.h"
#include "linux_errno.h"
#include "mem.h"
#include "proc.h"
#include "thread.h"
#include "uaccess.h"

#define RLIMIT_FSIZE 1
#define SIGXFSZ      25
#define SI_KERNEL    0x80

struct file *file_new(const struct file_ops *ops, unsigned flags, void *priv)
{
	struct file *f = kzalloc(sizeof(*f));

	if (f == NULL)
		return NULL;
	f->refs = 1;
	f->ops = ops;
	f->flags = flags & ~(unsigned)(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC);
	f->priv = priv;
	if (flags & O_PATH) {
		f->mode = FM_PATH;
	} else {
		f->mode = (flags & O_ACCMODE) == O_WRONLY ? FM_WRITE
			  : (flags & O_ACCMODE) == O_RDWR ? FM_READ | FM_WRITE
							  : FM_READ;
		f->mode |= flags & O_NOCTTY ? FM_NOCTTY : 0;
	}
	slock_init(&f->pos_lock);
	list_init(&f->epitems);
	return f;
}

struct file *file_anon(const struct file_ops *ops, unsigned flags, void *priv, const char *name)
{
	struct file *f = file_new(ops, flags, priv);

	if (f == NULL)
		return NULL;
	f->mode |= FM_STREAM;
	f->path = kstrdup(name);
	if (f->path == NULL) {
		kfree(f);
		return NULL;
	}
	return f;
}

struct file *file_get(struct file *f)
{
	f->refs++;
	return f;
}

void file_put(struct file *f)
{
	if (f == NULL || --f->refs > 0)
		return;
	f->refs = 1; /* release may sleep and look at it */
	if (f->ops != NULL && !(f->mode & FM_PATH))
		fsnotify(f->dentry, f->mode & FM_WRITE ? IN_CLOSE_WRITE : IN_CLOSE_NOWRITE);
	epoll_file_gone(f);
	if (f->inode != NULL)
		flk_release(f);
	if (f->ops != NULL && f->ops->release != NULL)
		f->ops->release(f);
	dput(f->dentry);
	inode_put(f->inode);
	kfree(f->path);
	kfree(f);
}

bool file_readable(const struct file *f)
{
	return f->mode & FM_READ;
}

bool file_writable(const struct file *f)
{
	return f->mode & FM_WRITE;
}

uint64_t file_size(struct file *f)
{
	struct stat_info st;

	return vfs_file_stat(f, &st) < 0 ? 0 : st.size;
}

int file_identity(struct file *f, struct file_id *id)
{
	struct stat_info st;
	int err;

	if (f->inode == NULL || !S_ISREG(f->inode->st.mode) || (f->inode->sb->flags & SB_NOCACHE))
		return -ENOENT;
	err = vfs_file_stat(f, &st);
	if (err < 0)
		return -ENOENT;
	*id = (struct file_id){st.dev, st.ino, st.size, st.mtime};
	return 0;
}

int vfs_file_stat(struct file *f, struct stat_info *st)
{
	if (f->dentry != NULL)
		return vfs_getattr(f->dentry, f, st);
	memset(st, 0, sizeof(*st));
	st->mode = 0600;
	st->nlink = 1;
	st->blksize = 4096;
	st->ino = 1;
	return 0;
}

/* Positional operations of everything with a position; streams do not look at u->off. */
static long read_at(struct file *f, struct uio *u)
{
	if (u->resid > RW_COUNT_MAX)
		u->resid = RW_COUNT_MAX;
	return f->ops->read != NULL ? f->ops->read(f, u) : -EINVAL;
}

/* setrlimit(2): a write that begins at the limit fails, one that crosses it is cut. */
static int limit_size(struct uio *u)
{
	struct proc *p = proc_self();
	uint64_t max = p == NULL ? RLIM_INFINITY : p->rlim[RLIMIT_FSIZE].cur;

	if (u->off > INT64_MAX - u->resid)
		return -EFBIG;
	if (max == RLIM_INFINITY || u->resid == 0)
		return 0;
	if (u->off >= max) {
		signal_send_thread(thread_self(), SIGXFSZ, SI_KERNEL);
		return -EFBIG;
	}
	if (u->resid > max - u->off)
		u->resid = max - u->off;
	return 0;
}

static long write_at(struct file *f, struct uio *u)
{
	int err;

	if (u->resid > RW_COUNT_MAX)
		u->resid = RW_COUNT_MAX;
	if (f->ops->write == NULL)
		return -EINVAL;
	if (f->inode != NULL && S_ISREG(f->inode->st.mode)) {
		if (f->inode->sb->flags & SB_RDONLY)
			return -EROFS;
		err = limit_size(u);
		if (err < 0)
			return err;
	}
	return f->ops->write(f, u);
}

typedef long moved_fn(struct file *f, struct uio *u);

/* Runs fn at the file's position and moves it; one at a time per open file. */
static long at_pos(struct file *f, struct uio *u, moved_fn *fn)
{
	long n;

	if (f->mode & FM_STREAM) {
		u->off = UINT64_MAX;
		return fn(f, u);
	}
	if (u->positional)
		return fn(f, u);
	slock_take(&f->pos_lock);
	u->off = f->pos;
	n = fn(f, u);
	if (n > 0)
		f->pos = u->off +
			 (uint64_t)n; /* an appending write has set u->off to where it began */
	slock_drop(&f->pos_lock);
	return n;
}

long vfs_read(struct file *f, struct uio *u)
{
	long n;

	if (!(f->mode & FM_READ))
		return -EBADF;
	if (f->inode != NULL && S_ISDIR(f->inode->st.mode))
		return -EISDIR;
	if (u->positional && (f->mode & FM_STREAM))
		return -ESPIPE;
	if (u->positional && u->off > INT64_MAX)
		return -EINVAL;
	n = at_pos(f, u, read_at);
	if (n > 0)
		fsnotify(f->dentry, IN_ACCESS);
	return n;
}

static bool sync_write(const struct file *f, const struct uio *u)
{
	return (f->flags & (O_SYNC | O_DSYNC)) || (u->flags & (RWF_SYNC | RWF_DSYNC));
}

long vfs_write(struct file *f, struct uio *u)
{
	long n;

	if (!(f->mode & FM_WRITE))
		return -EBADF;
	if (u->positional && (f->mode & FM_STREAM))
		return -ESPIPE;
	if (u->positional && u->off > INT64_MAX)
		return -EINVAL;
	n = at_pos(f, u, write_at);
	if (n > 0)
		fsnotify(f->dentry, IN_MODIFY);
	if (n > 0 && sync_write(f, u) && f->ops->sync != NULL) {
		int err = f->ops->sync(f, (u->flags & RWF_DSYNC) != 0);

		if (err < 0)
			return err;
	}
	return n;
}

long file_pread(struct file *f, uint64_t off, void *kbuf, size_t len)
{
	size_t done = 0;

	if (f->mode & FM_STREAM)
		return -ESPIPE;
	while (done < len) { /* short counts happen where the file ends only */
		struct uio u;
		long n;

		uio_kernel(&u, (char *)kbuf + done, len - done);
		u.off = off + done;
		u.positional = true;
		n = read_at(f, &u);
		if (n < 0)
			return done > 0 ? (long)done : n;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (long)done;
}

long file_pwrite(struct file *f, uint64_t off, const void *kbuf, size_t len)
{
	size_t done = 0;

	if (f->mode & FM_STREAM)
		return -ESPIPE;
	while (done < len) {
		struct uio u;
		long n;

		uio_kernel(&u, (char *)(uintptr_t)kbuf + done, len - done);
		u.off = off + done;
		u.positional = true;
		n = write_at(f, &u);
		if (n < 0)
			return done > 0 ? (long)done : n;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (long)done;
}

/* The plain kind of file: SEEK_DATA and SEEK_HOLE see one extent, as lseek(2) allows. */
static int seek_by_size(struct file *f, int64_t off, int whence, int64_t *pos)
{
	int64_t base = 0, size = 0;

	if (whence == SEEK_END || whence == SEEK_DATA || whence == SEEK_HOLE) {
		struct stat_info st;
		int err = vfs_file_stat(f, &st);

		if (err < 0)
			return err;
		size = (int64_t)st.size;
	}
	switch (whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		base = (int64_t)f->pos;
		break;
	case SEEK_END:
		base = size;
		break;
	case SEEK_DATA:
	case SEEK_HOLE:
		if (off < 0 || off >= size)
			return -ENXIO;
		*pos = whence == SEEK_DATA ? off : size;
		return 0;
	default:
		return -EINVAL;
	}
	if (__builtin_add_overflow(base, off, pos))
		return -EINVAL; /* beyond the largest file, as Linux says it */
	return *pos < 0 ? -EINVAL : 0;
}

int64_t vfs_seek(struct file *f, int64_t off, int whence)
{
	int64_t pos;
	int err;

	if (f->mode & FM_PATH)
		return -EBADF;
	if (f->mode & FM_STREAM)
		return -ESPIPE;
	slock_take(&f->pos_lock);
	err = f->ops->seek != NULL ? f->ops->seek(f, off, whence, &pos)
				   : seek_by_size(f, off, whence, &pos);
	if (err == 0)
		f->pos = (uint64_t)pos;
	slock_drop(&f->pos_lock);
	return err < 0 ? err : pos;
}

/* "." and ".." at positions 0 and 1. */
bool dir_emit_dots(struct file *f, struct dirsink *s)
{
	struct dentry *up = f->dentry;

	if (f->pos == 0) {
		if (!s->emit(s, ".", 1, f->inode->st.ino, 1, DT_DIR))
			return false;
		f->pos = 1;
	}
	if (f->pos == 1) {
		if (up->parent == NULL && up->sb->covered != NULL)
			up = up->sb->covered;
		if (up->parent != NULL)
			up = up->parent;
		if (!s->emit(s, "..", 2, up->inode->st.ino, 2, DT_DIR))
			return false;
		f->pos = 2;
	}
	return true;
}
