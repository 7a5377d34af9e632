/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader's terminal: line discipline, settings and size are the host's (hostcalls tty_get,
 * tty_set), job control is ours (tty.c). TOSTOP is not looked at: background writes go through.
 */
#include "hostio.h"
#include "kmem.h"
#include "linux_errno.h"
#include "linux_proc.h"
#include "mem.h"
#include "proc.h"
#include "thread.h"
#include "tty.h"
#include "uaccess.h"

static struct hostio *console; /* never freed */

static int loader_open(struct tty *t, struct file *f)
{
	hostio_attach(f, console);
	tty_opened(t, f);
	return 0;
}

static struct tty loader = {.refs = 1, .open = loader_open};

struct tty *tty_loader(void)
{
	return console != NULL ? &loader : NULL;
}

void tty_set_loader(struct hostio *io)
{
	struct proc *p = proc_self();

	console = io;
	loader.session = p->sid;
	loader.pgrp = p->pgid;
	p->ctty = tty_get(&loader);
}

static long get_termios(struct hostio *io, uaddr_t arg)
{
	struct linux_termios t;
	struct hc_tty h;
	int err = host_tty_get(io->fd, &h);

	if (err < 0)
		return err;
	t = (struct linux_termios){(uint32_t)h.iflag, (uint32_t)h.oflag, (uint32_t)h.cflag,
		(uint32_t)h.lflag, h.line, {0}};
	memcpy(t.cc, h.cc, sizeof(t.cc));
	return put_user(arg, &t);
}

static long set_termios(struct hostio *io, unsigned cmd, uaddr_t arg)
{
	struct linux_termios t;
	struct hc_tty h;
	int err = tty_check_job(&loader, SIGTTOU);

	if (err == 0)
		err = get_user(&t, arg);
	if (err < 0)
		return err;
	memset(&h, 0, sizeof(h));
	h.iflag = t.iflag;
	h.oflag = t.oflag;
	h.cflag = t.cflag;
	h.lflag = t.lflag;
	h.line = t.line;
	memcpy(h.cc, t.cc, sizeof(h.cc));
	return host_tty_set(io->fd, (int)cmd, &h);
}

static long get_winsize(struct hostio *io, uaddr_t arg)
{
	struct linux_winsize w = {0};
	struct hc_tty h;
	int err = host_tty_get(io->fd, &h);

	if (err < 0)
		return err;
	w.row = (uint16_t)h.rows;
	w.col = (uint16_t)h.cols;
	return put_user(arg, &w);
}

long tty_ioctl(struct file *f, unsigned cmd, uaddr_t arg)
{
	struct hostio *io = hostio_of(f);
	long ret;
	int val;

	if (!io->tty)
		return -ENOTTY;
	if (tty_job_ioctl(&loader, f, false, cmd, arg, &ret))
		return ret;
	switch (cmd) {
	case TCGETS:
		return get_termios(io, arg);
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return set_termios(io, cmd, arg);
	case TIOCGWINSZ:
		return get_winsize(io, arg);
	case TIOCSWINSZ: /* the window is the host's */
		return -EPERM;
	case TIOCEXCL:
	case TIOCNXCL:
	case TCXONC:
	case TCFLSH:
	case TCSBRK:
	case TCSBRKP:
		return 0;
	case FIONREAD: /* not known without reading: something, or nothing */
		val = (io->in_ready & POLLIN) != 0;
		return put_user(arg, &val);
	case TIOCOUTQ:
		val = 0;
		return put_user(arg, &val);
	default:
		return -ENOTTY;
	}
}
