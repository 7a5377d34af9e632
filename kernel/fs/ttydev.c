/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader's terminal: settings and size are the host's (hostcalls tty_get, tty_set), job control
 * is ours. Background processes may read and write it: SIGTTIN and SIGTTOU are not sent.
 */
#include "hostio.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "proc.h"
#include "thread.h"
#include "tty.h"
#include "uaccess.h"

static struct hostio *console; /* never freed */
static int foreground;

struct hostio *tty_console(void)
{
	return console;
}

void tty_set_console(struct hostio *io)
{
	console = io;
}

int tty_foreground(void)
{
	return foreground;
}

void tty_set_foreground(int pgrp)
{
	foreground = pgrp;
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
	int err = get_user(&t, arg);

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

static long set_foreground(uaddr_t arg)
{
	int pgrp;
	int err = get_user(&pgrp, arg);

	if (err < 0)
		return err;
	if (pgrp <= 0)
		return -EINVAL;
	list_for_each(l, &proc_list)
	{
		struct proc *p = container_of(l, struct proc, all_link);

		if (p->pgid == pgrp && p->sid == proc_self()->sid) {
			foreground = pgrp;
			return 0;
		}
	}
	return -EPERM;
}

long tty_ioctl(struct file *f, unsigned cmd, uaddr_t arg)
{
	struct hostio *io = hostio_of(f);
	int val;

	if (!io->tty)
		return -ENOTTY;
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
	case TIOCGPGRP:
		val = foreground != 0 ? foreground : proc_self()->pgid;
		return put_user(arg, &val);
	case TIOCSPGRP:
		return set_foreground(arg);
	case TIOCGSID:
		val = proc_self()->sid;
		return put_user(arg, &val);
	case TIOCSCTTY:
	case TIOCNOTTY:
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
