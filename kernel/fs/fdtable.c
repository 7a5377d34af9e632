/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptor tables. A table grows by doubling up to RLIMIT_NOFILE, at most FD_TABLE_MAX. The
 * lowest free descriptor is found from a hint below which everything is taken. Kernel lock held;
 * closing may sleep.
 */
#include "vfs.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "proc.h"
#include "thread.h"

#define FD_TABLE_MAX   1048576u
#define FD_TABLE_FIRST 64u
#define RLIMIT_NOFILE  7
#define NOFILE_DEFAULT 1024u /* without a process: boot */

struct fdslot {
	struct file *file; /* ref or NULL */
	bool cloexec;
	bool reserved; /* taken by an open that is still under way; file is NULL */
};

struct fdtable {
	int refs;
	unsigned cap;
	unsigned low;  /* every descriptor below is taken */
	unsigned high; /* one more than the highest descriptor ever used */
	struct fdslot *slot;
};

struct fdtable *fdtable_new(void)
{
	struct fdtable *t = kzalloc(sizeof(*t));

	if (t == NULL)
		return NULL;
	t->refs = 1;
	t->cap = FD_TABLE_FIRST;
	t->slot = kzalloc(t->cap * sizeof(*t->slot));
	if (t->slot == NULL) {
		kfree(t);
		return NULL;
	}
	return t;
}

struct fdtable *fdtable_clone(struct fdtable *t)
{
	struct fdtable *n = kzalloc(sizeof(*n));

	if (n == NULL)
		return NULL;
	n->refs = 1;
	n->cap = t->cap;
	n->low = t->low;
	n->high = t->high;
	n->slot = kzalloc(n->cap * sizeof(*n->slot));
	if (n->slot == NULL) {
		kfree(n);
		return NULL;
	}
	for (unsigned fd = 0; fd < t->high; fd++) {
		n->slot[fd] = t->slot[fd];
		n->slot[fd].reserved = false;
		if (n->slot[fd].file != NULL)
			file_get(n->slot[fd].file);
	}
	return n;
}

struct fdtable *fdtable_get(struct fdtable *t)
{
	t->refs++;
	return t;
}

/* The descriptor is out of the table already: an owner's POSIX locks on the file go with any of its
 * descriptors (fcntl(2)). */
static void close_file(struct fdtable *t, struct file *f)
{
	if (f->inode != NULL)
		flk_close(f, t);
	file_put(f);
}

static bool taken(const struct fdslot *s)
{
	return s->file != NULL || s->reserved;
}

static struct file *take(struct fdtable *t, unsigned fd)
{
	struct file *f = fd < t->high ? t->slot[fd].file : NULL;

	if (f == NULL)
		return NULL;
	t->slot[fd].file = NULL;
	t->slot[fd].cloexec = false;
	if (fd < t->low)
		t->low = fd;
	return f;
}

void fdtable_put(struct fdtable *t)
{
	if (t == NULL || --t->refs > 0)
		return;
	t->refs = 1; /* closing may sleep */
	for (unsigned fd = 0; fd < t->high; fd++) {
		struct file *f = take(t, fd);

		if (f != NULL)
			close_file(t, f);
	}
	kfree(t->slot);
	kfree(t);
}

int fdtable_unshare(struct fdtable **t)
{
	struct fdtable *n;

	if ((*t)->refs == 1)
		return 0;
	n = fdtable_clone(*t);
	if (n == NULL)
		return -ENOMEM;
	fdtable_put(*t);
	*t = n;
	return 0;
}

void fdtable_close_exec(struct fdtable *t)
{
	for (unsigned fd = 0; fd < t->high; fd++)
		if (t->slot[fd].cloexec) {
			struct file *f = take(t, fd);

			if (f != NULL)
				close_file(t, f);
		}
}

struct fdtable *fdtable_current(void)
{
	struct proc *p = proc_self();

	return p == NULL ? NULL : p->files;
}

struct file *fdtable_lookup(struct fdtable *t, int fd)
{
	return fd >= 0 && (unsigned)fd < t->high ? t->slot[fd].file : NULL;
}

unsigned fdtable_size(struct fdtable *t)
{
	return t->high;
}

struct file *fd_get(int fd)
{
	struct fdtable *t = fdtable_current();
	struct file *f = t == NULL ? NULL : fdtable_lookup(t, fd);

	return f == NULL ? NULL : file_get(f);
}

static unsigned fd_limit(void)
{
	struct proc *p = proc_self();
	uint64_t lim = p == NULL ? NOFILE_DEFAULT : p->rlim[RLIMIT_NOFILE].cur;

	return lim < FD_TABLE_MAX ? (unsigned)lim : FD_TABLE_MAX;
}

/* Room for descriptor fd. */
static int ensure(struct fdtable *t, unsigned fd)
{
	unsigned cap = t->cap;
	struct fdslot *n;

	if (fd < cap)
		return 0;
	while (cap <= fd)
		cap *= 2;
	n = kzalloc(cap * sizeof(*n));
	if (n == NULL)
		return -ENOMEM;
	memcpy(n, t->slot, t->cap * sizeof(*n));
	kfree(t->slot);
	t->slot = n;
	t->cap = cap;
	return 0;
}

static void put_in(struct fdtable *t, unsigned fd, struct file *f, bool cloexec)
{
	t->slot[fd].file = f;
	t->slot[fd].cloexec = cloexec;
	if (fd >= t->high)
		t->high = fd + 1;
}

/* The lowest free descriptor >= min, with room for it in the table. */
static int find_free(struct fdtable *t, unsigned min)
{
	unsigned fd = min > t->low ? min : t->low;

	while (fd < t->high && taken(&t->slot[fd]))
		fd++;
	if (min <= t->low)
		t->low = fd; /* everything from the old hint to here is taken */
	if (fd >= fd_limit() || ensure(t, fd) < 0)
		return -EMFILE;
	return (int)fd;
}

int fdtable_install(struct fdtable *t, struct file *f, bool cloexec, unsigned min)
{
	int fd = find_free(t, min);

	if (fd >= 0)
		put_in(t, (unsigned)fd, f, cloexec);
	return fd;
}

int fd_install(struct file *f, unsigned cloexec, int min)
{
	if (min < 0 || (min > 0 && (unsigned)min >= fd_limit()))
		return -EINVAL;
	return fdtable_install(fdtable_current(), f, cloexec != 0, (unsigned)min);
}

int fd_reserve(struct fdtable **t)
{
	int fd = find_free(fdtable_current(), 0);

	if (fd < 0)
		return fd;
	*t = fdtable_get(fdtable_current());
	put_in(*t, (unsigned)fd, NULL, false);
	(*t)->slot[fd].reserved = true;
	return fd;
}

void fd_settle(struct fdtable *t, int fd, struct file *f, unsigned cloexec)
{
	t->slot[fd].reserved = false;
	if (f != NULL)
		put_in(t, (unsigned)fd, f, cloexec != 0);
	else if ((unsigned)fd < t->low)
		t->low = (unsigned)fd;
	fdtable_put(t);
}

int fd_close(int fd)
{
	struct fdtable *t = fdtable_current();
	struct file *f = fd < 0 ? NULL : take(t, (unsigned)fd);

	if (f == NULL)
		return -EBADF;
	close_file(t, f);
	return 0;
}

int fd_dup2(int old, int fd, unsigned cloexec)
{
	struct fdtable *t = fdtable_current();
	struct file *f = fdtable_lookup(t, old), *victim;

	if (f == NULL || fd < 0 || (unsigned)fd >= fd_limit())
		return -EBADF;
	if (ensure(t, (unsigned)fd) < 0)
		return -ENOMEM;
	if (t->slot[fd].reserved)
		return -EBUSY; /* dup2(2): an open in another thread is about to use it */
	victim = take(t, (unsigned)fd);
	put_in(t, (unsigned)fd, file_get(f), cloexec != 0);
	if (t->low == (unsigned)fd)
		t->low = (unsigned)fd + 1;
	if (victim != NULL)
		close_file(t, victim);
	return fd;
}

int fd_cloexec(int fd, int set)
{
	struct fdtable *t = fdtable_current();

	if (fdtable_lookup(t, fd) == NULL)
		return -EBADF;
	if (set >= 0)
		t->slot[fd].cloexec = set != 0;
	return t->slot[fd].cloexec;
}

int fd_close_range(unsigned first, unsigned last, unsigned flags)
{
	struct proc *p = proc_self();
	struct fdtable *t;

	if (first > last || (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) != 0)
		return -EINVAL;
	if (flags & CLOSE_RANGE_UNSHARE) {
		int err = fdtable_unshare(&p->files);

		if (err < 0)
			return err;
	}
	t = p->files;
	for (unsigned fd = first; fd < t->high && fd <= last; fd++) {
		struct file *f;

		if (flags & CLOSE_RANGE_CLOEXEC) {
			t->slot[fd].cloexec = t->slot[fd].file != NULL;
			continue;
		}
		f = take(t, fd);
		if (f != NULL)
			close_file(t, f);
	}
	return 0;
}
