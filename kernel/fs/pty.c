/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pseudo terminals (pty(7), pts(4)): two files on one line discipline. What is written to the
 * master is typed; what is written to the slave, and echo, is what the master reads. When the
 * master is closed the line is gone: the slave reads end of file and writes EIO. Kernel lock held;
 * sleeps are waits on the other side and copies.
 */
#include "fmt.h"
#include "kmem.h"
#include "linux_errno.h"
#include "linux_proc.h"
#include "mem.h"
#include "poll.h"
#include "proc.h"
#include "pty_impl.h"
#include "uaccess.h"

#define PTY_MAX   4096u
#define PTY_CHUNK 1024u
#define TENTH_NS  100000000ull /* the unit of VTIME */
#define NO_NUMBER UINT32_MAX

static struct super *devpts;
static struct pty *ptys[PTY_MAX];
static unsigned foreign_number = NO_NUMBER;

void pty_wake(struct pty *p)
{
	waitq_wake(&p->master_wait, 0, WAKE_ALL);
	waitq_wake(&p->slave_wait, 0, WAKE_ALL);
}

static bool no_wait(const struct file *f, const struct uio *u)
{
	return (f->flags & O_NONBLOCK) || (u->flags & RWF_NOWAIT);
}

/* ---- the master ---- */

static bool status_waits(const struct pty *p)
{
	return p->packet && p->ld.packet != 0;
}

static long master_wait_data(struct file *f, struct uio *u, struct pty *p)
{
	while (ld_screen_len(&p->ld) == 0 && !status_waits(p)) {
		if (p->idle)
			return -EIO;
		if (no_wait(f, u))
			return -EAGAIN;
		if (waitq_sleep(&p->master_wait, NO_DEADLINE, true) < 0)
			return -ERESTARTSYS;
	}
	return 0;
}

static long master_read(struct file *f, struct uio *u)
{
	struct pty *p = f->priv;
	uint8_t buf[PTY_CHUNK];
	size_t n = 0, cap = u->resid < sizeof(buf) ? (size_t)u->resid : sizeof(buf);

	if (cap == 0)
		return 0;
	long err = master_wait_data(f, u, p);
	if (err < 0)
		return err;
	if (status_waits(p)) {
		buf[n++] = (uint8_t)p->ld.packet;
		p->ld.packet = 0;
	} else {
		if (p->packet)
			buf[n++] = 0;
		n += ld_screen(&p->ld, buf + n, cap - n);
		pty_wake(p);
	}
	return uio_put(u, buf, n);
}

static long master_write(struct file *f, struct uio *u)
{
	struct pty *p = f->priv;
	uint8_t buf[PTY_CHUNK];
	long done = 0;

	while (u->resid > 0) {
		long n = uio_get(u, buf, sizeof(buf));

		if (n <= 0)
			return done > 0 ? done : n;
		for (long k = 0; k < n;) {
			size_t m = ld_type(&p->ld, buf + k, (size_t)(n - k));

			k += (long)m;
			done += (long)m;
			pty_wake(p);
			if (k == n)
				break;
			if (no_wait(f, u))
				return done > 0 ? done : -EAGAIN;
			if (waitq_sleep(&p->master_wait, NO_DEADLINE, true) < 0)
				return done > 0 ? done : -ERESTARTSYS;
		}
	}
	return done;
}

static unsigned master_poll(struct file *f, struct polltable *pt)
{
	struct pty *p = f->priv;
	unsigned ready = 0;

	poll_wait(pt, &p->master_wait);
	if (ld_screen_len(&p->ld) > 0)
		ready |= POLLIN | POLLRDNORM;
	if (status_waits(p))
		ready |= POLLPRI | POLLIN | POLLRDNORM;
	if (p->idle)
		ready |= POLLHUP;
	if ((int)ld_type_room(&p->ld) > 0)
		ready |= POLLOUT | POLLWRNORM;
	return ready;
}

static long master_ioctl(struct file *f, unsigned cmd, uaddr_t arg)
{
	return pty_ioctl(f, f->priv, true, cmd, arg);
}

static void remove_node(struct dentry *d)
{
	struct dentry *dir = devpts->root;

	if (dir->inode->ops->unlink(dir, d) == 0)
		d_delete(d);
	dput(d);
}

static void master_release(struct file *f)
{
	struct pty *p = f->priv;
	struct dentry *node = p->node;

	ptys[p->number] = NULL;
	p->node = NULL;
	p->hung = true;
	tty_hangup(&p->tty);
	pty_wake(p);
	remove_node(node);
	tty_put(&p->tty);
}

static const struct file_ops master_ops = {
	.read = master_read,
	.write = master_write,
	.poll = master_poll,
	.ioctl = master_ioctl,
	.release = master_release,
};

/* ---- the slave ---- */

struct wanted { /* what VMIN and VTIME ask for (termios(3)) */
	size_t min;
	uint64_t deadline, gap; /* ns: of the next byte; after each byte, 0: none */
};

static struct wanted wanted(const struct ldisc *ld)
{
	uint64_t time = ld->t.cc[VTIME] * TENTH_NS;
	struct wanted w = {1, NO_DEADLINE, 0};

	if (ld->t.lflag & ICANON)
		return w;
	if (ld->t.cc[VMIN] > 0) {
		w.min = ld->t.cc[VMIN];
		w.gap = time;
	} else {
		w.deadline = time > 0 ? time_mono() + time : 0;
	}
	return w;
}

/* Waits for input. 0: look again; 1: nothing came in time, or the line is gone; or -errno. */
static int wait_input(struct file *f, struct uio *u, struct pty *p, uint64_t deadline)
{
	int err;

	if (p->hung || deadline == 0)
		return 1;
	if (no_wait(f, u))
		return -EAGAIN;
	err = waitq_sleep(&p->slave_wait, deadline, true);
	return err == -EINTR ? -ERESTARTSYS : err == -ETIMEDOUT ? 1 : 0;
}

static long read_input(struct file *f, struct uio *u, struct pty *p, uint8_t *buf, size_t cap)
{
	struct wanted w = wanted(&p->ld);
	size_t done = 0;
	int err = 0;

	while (done < cap && err == 0) {
		if (!ld_readable(&p->ld, 1)) {
			err = wait_input(f, u, p, w.deadline);
			continue;
		}
		done += ld_read(&p->ld, buf + done, cap - done);
		if ((p->ld.t.lflag & ICANON) || done >= w.min)
			break;
		if (w.gap > 0)
			w.deadline = time_mono() + w.gap;
	}
	return err < 0 && done == 0 ? err : (long)done;
}

static long slave_read(struct file *f, struct uio *u)
{
	struct pty *p = f->priv;
	size_t cap = u->resid < LD_SIZE ? (size_t)u->resid : LD_SIZE;
	uint8_t *buf;
	long n;

	if (p->hung || cap == 0)
		return 0;
	n = tty_check_job(&p->tty, SIGTTIN);
	if (n < 0)
		return n;
	buf = kmalloc(cap);
	if (buf == NULL)
		return -ENOMEM;
	n = read_input(f, u, p, buf, cap);
	if (n > 0) {
		n = uio_put(u, buf, (size_t)n);
		waitq_wake(&p->master_wait, POLLOUT, WAKE_ALL);
	}
	kfree(buf);
	return n;
}

static long slave_write(struct file *f, struct uio *u)
{
	struct pty *p = f->priv;
	uint8_t buf[PTY_CHUNK];
	long done = 0;

	if (p->ld.t.lflag & TOSTOP) {
		int err = tty_check_job(&p->tty, SIGTTOU);

		if (err < 0)
			return err;
	}
	while (u->resid > 0) {
		long n = uio_get(u, buf, sizeof(buf));

		if (n <= 0)
			return done > 0 ? done : n;
		for (long k = 0; k < n;) {
			if (p->hung)
				return done > 0 ? done : -EIO;
			size_t m = ld_write(&p->ld, buf + k, (size_t)(n - k));
			k += (long)m;
			done += (long)m;
			waitq_wake(&p->master_wait, POLLIN, WAKE_ALL);
			if (k == n)
				break;
			if (no_wait(f, u))
				return done > 0 ? done : -EAGAIN;
			if (waitq_sleep(&p->slave_wait, NO_DEADLINE, true) < 0)
				return done > 0 ? done : -ERESTARTSYS;
		}
	}
	return p->hung && done == 0 ? -EIO : done;
}

static unsigned slave_poll(struct file *f, struct polltable *pt)
{
	struct pty *p = f->priv;
	const uint8_t *cc = p->ld.t.cc;
	unsigned ready = 0;

	poll_wait(pt, &p->slave_wait);
	if (p->hung)
		return POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDNORM | POLLWRNORM;
	if (ld_readable(&p->ld, cc[VTIME] == 0 ? cc[VMIN] : 1))
		ready |= POLLIN | POLLRDNORM;
	if (ld_write_room(&p->ld))
		ready |= POLLOUT | POLLWRNORM;
	return ready;
}

static long slave_ioctl(struct file *f, unsigned cmd, uaddr_t arg)
{
	struct pty *p = f->priv;

	if (p->hung)
		return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
	return pty_ioctl(f, p, false, cmd, arg);
}

static void slave_release(struct file *f)
{
	struct pty *p = f->priv;

	if (--p->slaves == 0) {
		p->idle = true;
		p->exclusive = false;
		tty_forget(&p->tty);
		pty_wake(p);
	}
	tty_put(&p->tty);
}

static const struct file_ops slave_ops = {
	.read = slave_read,
	.write = slave_write,
	.poll = slave_poll,
	.ioctl = slave_ioctl,
	.release = slave_release,
};

/* ---- opening ---- */

static int slave_attach(struct tty *t, struct file *f)
{
	struct pty *p = container_of(t, struct pty, tty);

	if (p->hung || p->locked)
		return -EIO;
	if (p->exclusive && !proc_privileged())
		return -EBUSY;
	f->ops = &slave_ops;
	f->priv = p;
	f->mode |= FM_STREAM;
	tty_get(t);
	p->slaves++;
	p->idle = false;
	tty_opened(t, f);
	return 0;
}

int pty_open_slave(struct file *f, unsigned number)
{
	if (number >= PTY_MAX || ptys[number] == NULL)
		return -EIO;
	return slave_attach(&ptys[number]->tty, f);
}

static void pty_free(struct tty *t)
{
	struct pty *p = container_of(t, struct pty, tty);

	ld_free(&p->ld);
	kfree(p);
}

static int make_node(unsigned number, uint64_t rdev, struct dentry **out)
{
	const struct mkargs a = {.mode = S_IFCHR | 0620, .rdev = rdev};
	struct dentry *dir = devpts->root, *d;
	struct proc *me = proc_self();
	char name[12];
	int err;

	snprintf(name, sizeof(name), "%u", number);
	d = dentry_new(devpts, dir, name, strlen(name));
	if (d == NULL)
		return -ENOMEM;
	err = dir->inode->ops->make(dir, d, &a);
	if (err < 0) {
		dput(d);
		return err;
	}
	d->inode->st.uid = me != NULL ? me->euid : 0;
	d->inode->st.gid = PTY_GID;
	d_add(d);
	*out = d;
	return 0;
}

int devpts_foreign(unsigned number, uint64_t rdev, struct dentry **out)
{
	foreign_number = number;
	return make_node(number, rdev, out);
}

static struct pty *pty_new(unsigned number)
{
	struct pty *p = kzalloc(sizeof(*p));

	if (p == NULL)
		return NULL;
	p->tty = (struct tty){.refs = 1, .open = slave_attach, .free = pty_free};
	p->number = number;
	p->locked = true;
	waitq_init(&p->master_wait);
	waitq_init(&p->slave_wait);
	if (ld_init(&p->ld, &p->tty) < 0 ||
		make_node(number, DEV_MAKE(PTY_SLAVE_MAJOR, number), &p->node) < 0) {
		pty_free(&p->tty);
		return NULL;
	}
	return p;
}

int pty_open_master(struct file *f)
{
	unsigned n = 0;

	while (n < PTY_MAX && (ptys[n] != NULL || n == foreign_number))
		n++;
	if (n == PTY_MAX || devpts == NULL)
		return -ENOSPC;
	struct pty *p = pty_new(n);
	if (p == NULL)
		return -ENOMEM;
	ptys[n] = p;
	f->ops = &master_ops;
	f->priv = p;
	f->mode |= FM_STREAM;
	return 0;
}

struct super *devpts_new(void)
{
	devpts = memfs_new("devpts", 0755);
	if (devpts != NULL)
		devpts->type = "devpts";
	return devpts;
}
