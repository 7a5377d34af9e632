/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ioctls of pseudo terminals (tty_ioctl(2), ioctl_tty(2)). Both sides share the settings and the
 * window; the numbers of a terminal without a wire (speeds, breaks, modem lines) are kept or
 * ignored. Kernel lock held; only copies sleep.
 */
#include "linux_errno.h"
#include "linux_proc.h"
#include "mem.h"
#include "proc.h"
#include "pty_impl.h"
#include "uaccess.h"

static long get_termios(struct pty *p, bool two, uaddr_t arg)
{
	if (two)
		return put_user(arg, &p->ld.t);
	return copy_to_user(arg, &p->ld.t, sizeof(struct linux_termios));
}

/* flush: TCSETSF. */
static long set_termios(struct pty *p, bool two, bool flush, uaddr_t arg)
{
	struct linux_termios2 t;
	int err = tty_check_job(&p->tty, SIGTTOU);

	if (err < 0)
		return err;
	t = p->ld.t;
	err = copy_from_user(&t, arg, two ? sizeof(t) : sizeof(struct linux_termios));
	if (err < 0)
		return err;
	if (flush)
		ld_flush_input(&p->ld);
	ld_set(&p->ld, &t);
	pty_wake(p);
	return 0;
}

static long set_winsize(struct pty *p, uaddr_t arg)
{
	struct linux_winsize w;
	int err = get_user(&w, arg);

	if (err < 0 || memcmp(&w, &p->size, sizeof(w)) == 0)
		return err;
	p->size = w;
	tty_signal(&p->tty, SIGWINCH);
	return 0;
}

static long flush(struct pty *p, bool master, uint64_t which)
{
	if (which > TCIOFLUSH)
		return -EINVAL;
	/* What the master is to read is behind the wire already: nobody can take it back. */
	if (which != (master ? TCIFLUSH : TCOFLUSH))
		ld_flush_input(&p->ld);
	if (which != TCIFLUSH)
		p->ld.packet |= TIOCPKT_FLUSHWRITE;
	pty_wake(p);
	return 0;
}

static long flow(struct pty *p, bool master, uint64_t what)
{
	const uint8_t *cc = p->ld.t.cc;
	uint8_t c;

	switch (what) {
	case TCOOFF:
		if (!master)
			ld_stop(&p->ld, true);
		break;
	case TCOON:
		if (!master)
			ld_start(&p->ld);
		break;
	case TCIOFF:
	case TCION: /* the other side is asked to pause: it sees the byte */
		c = cc[what == TCIOFF ? VSTOP : VSTART];
		if (c != 0 && !master && !p->ld.stopped)
			(void)ld_write(&p->ld, &c, 1);
		break;
	default:
		return -EINVAL;
	}
	pty_wake(p);
	return 0;
}

/* Another descriptor of the terminal side, though its name may be out of reach. */
static long open_peer(struct pty *p, uint64_t flags)
{
	struct file *f;
	int err = vfs_open_dentry(p->node, (unsigned)flags | O_NOCTTY, &f);

	if (err < 0)
		return err;
	err = fd_install(f, (unsigned)flags & O_CLOEXEC, 0);
	if (err < 0)
		file_put(f);
	return err;
}

static long send_signal(struct pty *p, uint64_t sig)
{
	if (sig != SIGINT && sig != SIGQUIT && sig != SIGTSTP)
		return -EINVAL;
	tty_signal(&p->tty, (int)sig);
	return 0;
}

static long set_flag(bool *flag, uaddr_t arg)
{
	int val;
	int err = get_user(&val, arg);

	if (err == 0)
		*flag = val != 0;
	return err;
}

static long put_int(unsigned n, uaddr_t arg)
{
	return put_user(arg, &n);
}

static long master_ioctl(struct pty *p, unsigned cmd, uaddr_t arg)
{
	switch (cmd) {
	case TIOCGPTN:
		return put_int(p->number, arg);
	case TIOCSPTLCK:
		return set_flag(&p->locked, arg);
	case TIOCGPTLCK:
		return put_int(p->locked, arg);
	case TIOCGPTPEER:
		return open_peer(p, arg.v);
	case TIOCPKT:
		if (!p->packet)
			p->ld.packet = 0;
		return set_flag(&p->packet, arg);
	case TIOCGPKT:
		return put_int(p->packet, arg);
	case TIOCSIG:
		return send_signal(p, arg.v);
	default:
		return -ENOTTY;
	}
}

/* What changes a terminal is for its foreground group, unless it comes from the master. */
static long change(struct pty *p, bool master, unsigned cmd, uaddr_t arg)
{
	int err = master ? 0 : tty_check_job(&p->tty, SIGTTOU);

	if (err < 0)
		return err;
	switch (cmd) {
	case TCXONC:
		return flow(p, master, arg.v);
	case TCFLSH:
		return flush(p, master, arg.v);
	default:
		return 0; /* a break: there is no wire */
	}
}

long pty_ioctl(struct file *f, struct pty *p, bool master, unsigned cmd, uaddr_t arg)
{
	long ret;

	if (tty_job_ioctl(&p->tty, f, master, cmd, arg, &ret))
		return ret;
	switch (cmd) {
	case TCGETS:
	case TCGETS2:
		return get_termios(p, cmd == TCGETS2, arg);
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return set_termios(p, false, cmd == TCSETSF, arg);
	case TCSETS2:
	case TCSETSW2:
	case TCSETSF2:
		return set_termios(p, true, cmd == TCSETSF2, arg);
	case TIOCGWINSZ:
		return put_user(arg, &p->size);
	case TIOCSWINSZ:
		return set_winsize(p, arg);
	case TCXONC:
	case TCFLSH:
	case TCSBRK:
	case TCSBRKP:
		return change(p, master, cmd, arg);
	case FIONREAD:
		return put_int(master ? ld_screen_len(&p->ld) : ld_unread(&p->ld), arg);
	case TIOCOUTQ:
	case TIOCGETD: /* N_TTY */
		return put_int(0, arg);
	case TIOCEXCL:
	case TIOCNXCL:
		p->exclusive = cmd == TIOCEXCL;
		return 0;
	default:
		return master ? master_ioctl(p, cmd, arg) : -ENOTTY;
	}
}
