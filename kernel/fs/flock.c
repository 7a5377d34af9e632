/* SPDX-License-Identifier: Apache-2.0 */
/*
 * File locks, all advisory: POSIX record locks (owner = descriptor table), open file description
 * locks (owner = open file), flock(2) (owner = open file, whole file). Kept per inode, sorted by
 * owner and start. POSIX waits are checked for deadlock along the chain of waiting owners. Kernel
 * lock held.
 */
#include "vfs.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "proc.h"
#include "thread.h"
#include "uaccess.h"

#define FLK_END         INT64_MAX
#define DEADLOCK_CHAIN  64u
#define FLK_OWNER_LOCKS 16384u /* on one inode: ENOLCK beyond */

struct flk {
	struct list link;
	void *owner;        /* struct fdtable or struct file */
	int type;           /* F_RDLCK, F_WRLCK */
	int pid;            /* who; -1 for open file description locks */
	int64_t start, end; /* inclusive */
};

/* POSIX lockers asleep, for deadlock detection. */
struct flk_wait {
	struct list link;
	void *owner, *blocker;
};
static struct list waits = {&waits, &waits};

static struct flk *conflict(struct list *l, const struct flk *want)
{
	list_for_each(p, l)
	{
		struct flk *k = container_of(p, struct flk, link);

		if (k->owner != want->owner && k->start <= want->end && k->end >= want->start &&
			(k->type == F_WRLCK || want->type == F_WRLCK))
			return k;
	}
	return NULL;
}

static bool deadlock(void *me, void *blocker)
{
	for (unsigned n = 0; n < DEADLOCK_CHAIN && blocker != NULL; n++) {
		void *next = NULL;

		if (blocker == me)
			return true;
		list_for_each(p, &waits)
		{
			struct flk_wait *w = container_of(p, struct flk_wait, link);

			if (w->owner == blocker)
				next = w->blocker;
		}
		blocker = next;
	}
	return false;
}

/* Replaces what the owner holds in [start, end] by want (F_UNLCK: by nothing). spare[2]: allocated
 * by the caller, so that the change cannot fail half way; unused ones stay there. */
static void apply(struct inode *i, const struct flk *want, struct flk *spare[2])
{
	list_for_each_safe(p, tmp, &i->locks)
	{
		struct flk *k = container_of(p, struct flk, link);

		if (k->owner != want->owner || k->start > want->end || k->end < want->start)
			continue;
		if (k->start < want->start && k->end > want->end) { /* split */
			struct flk *right = spare[1];

			*right = *k;
			right->start = want->end + 1;
			k->end = want->start - 1;
			list_push_front(&k->link, &right->link);
			spare[1] = NULL;
		} else if (k->start < want->start) {
			k->end = want->start - 1;
		} else if (k->end > want->end) {
			k->start = want->end + 1;
		} else {
			list_del(&k->link);
			kfree(k);
		}
	}
	if (want->type != F_UNLCK) {
		*spare[0] = *want;
		list_push_back(&i->locks, &spare[0]->link);
		spare[0] = NULL;
	}
	waitq_wake(&i->lock_wait, 0, WAKE_ALL);
}

static unsigned count(struct list *l)
{
	unsigned n = 0;

	list_for_each(p, l) n++;
	return n;
}

/* Merges neighbours of one owner and type, so that a file locked byte by byte costs one entry. */
static void merge(struct inode *i, void *owner)
{
	list_for_each(p, &i->locks)
	{
		struct flk *a = container_of(p, struct flk, link);

		if (a->owner != owner)
			continue;
		list_for_each_safe(q, tmp, &i->locks)
		{
			struct flk *b = container_of(q, struct flk, link);

			if (b == a || b->owner != owner || b->type != a->type)
				continue;
			if (b->start - 1 == a->end || a->start - 1 == b->end) {
				a->start = b->start < a->start ? b->start : a->start;
				a->end = b->end > a->end ? b->end : a->end;
				list_del(&b->link);
				kfree(b);
			}
		}
	}
}

static int wait_for(struct inode *i, struct flk *want, struct flk *blocker, bool posix)
{
	struct flk_wait w = {.owner = want->owner, .blocker = blocker->owner};
	int err;

	if (posix && deadlock(want->owner, blocker->owner))
		return -EDEADLK;
	list_push_back(&waits, &w.link);
	err = waitq_sleep(&i->lock_wait, NO_DEADLINE, true);
	list_del(&w.link);
	return err == -EINTR ? -ERESTARTSYS : err;
}

static int set_lock(struct inode *i, struct flk *want, bool wait, bool posix)
{
	struct flk *spare[2], *blocker;
	int err = 0;

	spare[0] = kzalloc(sizeof(*spare[0]));
	spare[1] = kzalloc(sizeof(*spare[1]));
	if (spare[0] == NULL || spare[1] == NULL)
		err = -ENOLCK;
	while (err == 0 && want->type != F_UNLCK && (blocker = conflict(&i->locks, want)) != NULL)
		err = wait ? wait_for(i, want, blocker, posix) : -EAGAIN;
	if (err == 0 && want->type != F_UNLCK && count(&i->locks) > FLK_OWNER_LOCKS)
		err = -ENOLCK;
	if (err == 0) {
		apply(i, want, spare);
		merge(i, want->owner);
	}
	kfree(spare[0]);
	kfree(spare[1]);
	return err;
}

/* fcntl(2): where l_start counts from, and that a negative length counts backwards. */
static int decode(struct file *f, const struct linux_flock *l, struct flk *k)
{
	int64_t base = 0;

	if (l->whence == SEEK_CUR)
		base = (int64_t)f->pos;
	else if (l->whence == SEEK_END)
		base = (int64_t)file_size(f);
	else if (l->whence != SEEK_SET)
		return -EINVAL;
	if (__builtin_add_overflow(base, l->start, &k->start))
		return -EOVERFLOW;
	if (k->start < 0)
		return -EINVAL;
	if (l->len == 0) {
		k->end = FLK_END;
	} else if (l->len > 0) {
		if (__builtin_add_overflow(k->start, l->len - 1, &k->end))
			return -EOVERFLOW;
	} else {
		k->end = k->start - 1;
		k->start += l->len;
		if (k->start < 0)
			return -EINVAL;
	}
	k->type = l->type;
	return 0;
}

static long get_lock(struct file *f, struct linux_flock *l, struct flk *k, uaddr_t arg)
{
	struct flk *c;

	if (k->type == F_UNLCK)
		return -EINVAL;
	c = conflict(&f->inode->locks, k);
	if (c == NULL) {
		l->type = F_UNLCK;
	} else {
		l->type = (int16_t)c->type;
		l->whence = SEEK_SET;
		l->start = c->start;
		l->len = c->end == FLK_END ? 0 : c->end - c->start + 1;
		l->pid = c->pid;
	}
	return put_user(arg, l);
}

long flk_fcntl(struct file *f, unsigned cmd, uaddr_t arg)
{
	bool ofd = cmd == F_OFD_GETLK || cmd == F_OFD_SETLK || cmd == F_OFD_SETLKW;
	struct flk k = {.owner = ofd ? (void *)f : (void *)fdtable_current(),
		.pid = ofd ? -1 : proc_self()->pid};
	struct linux_flock l;
	int err;

	if (f->inode == NULL || (f->mode & FM_PATH))
		return -EBADF;
	err = get_user(&l, arg);
	if (err < 0)
		return err;
	if (ofd && l.pid != 0)
		return -EINVAL;
	if (l.type != F_RDLCK && l.type != F_WRLCK && l.type != F_UNLCK)
		return -EINVAL;
	err = decode(f, &l, &k);
	if (err < 0)
		return err;
	if (cmd == F_GETLK || cmd == F_OFD_GETLK)
		return get_lock(f, &l, &k, arg);
	if ((k.type == F_RDLCK && !file_readable(f)) || (k.type == F_WRLCK && !file_writable(f)))
		return -EBADF;
	return set_lock(f->inode, &k, cmd == F_SETLKW || cmd == F_OFD_SETLKW, !ofd);
}

static struct flk *flock_of(struct inode *i, struct file *f)
{
	list_for_each(p, &i->flocks)
	{
		struct flk *k = container_of(p, struct flk, link);

		if (k->owner == f)
			return k;
	}
	return NULL;
}

static void flock_drop(struct inode *i, struct file *f)
{
	struct flk *k = flock_of(i, f);

	if (k == NULL)
		return;
	list_del(&k->link);
	kfree(k);
	waitq_wake(&i->lock_wait, 0, WAKE_ALL);
}

/* flock(2): a conversion first gives up what it had. */
long flk_flock(struct file *f, unsigned op)
{
	struct flk want = {.owner = f, .end = FLK_END}, *k;
	struct inode *i = f->inode;

	if (i == NULL || (f->mode & FM_PATH))
		return -EBADF;
	switch (op & ~(unsigned)LOCK_NB) {
	case LOCK_UN:
		flock_drop(i, f);
		return 0;
	case LOCK_SH:
		want.type = F_RDLCK;
		break;
	case LOCK_EX:
		want.type = F_WRLCK;
		break;
	default:
		return -EINVAL;
	}
	k = flock_of(i, f);
	if (k != NULL && k->type == want.type)
		return 0;
	k = kmalloc(sizeof(*k));
	if (k == NULL)
		return -ENOLCK;
	flock_drop(i, f);
	while (conflict(&i->flocks, &want) != NULL) {
		int err = op & LOCK_NB ? -EAGAIN : waitq_sleep(&i->lock_wait, NO_DEADLINE, true);

		if (err < 0) {
			kfree(k);
			return err == -EINTR ? -ERESTARTSYS : err;
		}
	}
	*k = want;
	list_push_back(&i->flocks, &k->link);
	return 0;
}

static void drop_owner(struct inode *i, void *owner)
{
	bool any = false;

	list_for_each_safe(p, tmp, &i->locks)
	{
		struct flk *k = container_of(p, struct flk, link);

		if (k->owner == owner) {
			list_del(&k->link);
			kfree(k);
			any = true;
		}
	}
	if (any)
		waitq_wake(&i->lock_wait, 0, WAKE_ALL);
}

void flk_close(struct file *f, struct fdtable *owner)
{
	drop_owner(f->inode, owner);
}

void flk_release(struct file *f)
{
	drop_owner(f->inode, f);
	flock_drop(f->inode, f);
}
