/* SPDX-License-Identifier: Apache-2.0 */
/* Signals and processes as descriptors: signalfd(2), pidfd_open(2), pidfd_send_signal(2). */
#include "pidfd.h"
#include "linux_errno.h"
#include "signal.h"
#include "signalfd.h"
#include "syscall.h"
#include "sysfd.h"
#include "task.h"
#include "uaccess.h"
#include "vfs.h"

#define PIDFD_SIGNAL_THREAD        1u
#define PIDFD_SIGNAL_THREAD_GROUP  2u
#define PIDFD_SIGNAL_PROCESS_GROUP 4u

static long do_signalfd(int fd, uaddr_t umask, uint64_t size, unsigned flags)
{
	struct file *f = NULL;
	uint64_t mask;
	long n;

	if (size != sizeof(mask) || (flags & ~(unsigned)(O_NONBLOCK | O_CLOEXEC)))
		return -EINVAL;
	n = get_user(&mask, umask);
	if (n < 0)
		return n;
	if (fd == -1) {
		int err = signalfd_create(mask, flags & O_NONBLOCK, &f);

		return install_new(err, f, flags & O_CLOEXEC);
	}
	f = fd_get(fd);
	if (f == NULL)
		return -EBADF;
	n = signalfd_set_mask(f, mask);
	file_put(f);
	return n < 0 ? n : fd;
}

long sys_signalfd(const struct sysargs *a)
{
	return do_signalfd((int)a->v[0], arg_addr(a, 1), a->v[2], 0);
}

long sys_signalfd4(const struct sysargs *a)
{
	return do_signalfd((int)a->v[0], arg_addr(a, 1), a->v[2], (unsigned)a->v[3]);
}

long sys_pidfd_open(const struct sysargs *a)
{
	int pid = (int)a->v[0];
	unsigned flags = (unsigned)a->v[1];
	struct file *f = NULL;

	if ((flags & ~(unsigned)O_NONBLOCK) || pid <= 0)
		return -EINVAL;
	struct proc *p = proc_find(pid);
	if (p == NULL)
		return proc_find_thread(pid) != NULL ? -ENOENT : -ESRCH;
	int err = pidfd_create(p, flags, &f);
	return install_new(err, f, O_CLOEXEC);
}

static int get_info(struct linux_siginfo *si, uaddr_t from, const struct proc *p, int sig)
{
	if (from.v == 0) {
		siginfo_user(si, sig, SI_USER);
		return 0;
	}
	int r = get_user(si, from);
	if (r < 0)
		return r;
	if (si->signo != sig)
		return -EINVAL;
	return p != proc_self() && (si->code >= 0 || si->code == SI_TKILL) ? -EPERM : 0;
}

struct group_kill {
	const struct linux_siginfo *si;
	int pgid, found, allowed;
};

static bool kill_member(struct proc *p, void *arg)
{
	struct group_kill *k = arg;

	if (p->pgid != k->pgid)
		return false;
	k->found++;
	if (signal_may_send(p, k->si->signo) < 0)
		return false;
	k->allowed++;
	if (k->si->signo != 0)
		(void)signal_send_info(p, k->si);
	return true;
}

static int send_by_flags(struct proc *p, const struct linux_siginfo *si, unsigned flags)
{
	if (flags & PIDFD_SIGNAL_PROCESS_GROUP) {
		struct group_kill k = {.si = si, .pgid = p->pid};

		(void)proc_foreach(kill_member, &k);
		return k.found == 0 ? -ESRCH : k.allowed == 0 ? -EPERM : 0;
	}
	int r = signal_may_send(p, si->signo);
	if (r < 0 || si->signo == 0)
		return r;
	if (flags & PIDFD_SIGNAL_THREAD) {
		struct thread *t = proc_find_thread(p->pid);

		return t == NULL ? -ESRCH : signal_send_thread_info(t, si);
	}
	return signal_send_info(p, si);
}

long sys_pidfd_send_signal(const struct sysargs *a)
{
	int sig = (int)a->v[1];
	unsigned flags = (unsigned)a->v[3];
	struct linux_siginfo si;
	struct proc *p;

	if ((flags & ~7u) || (flags & (flags - 1)))
		return -EINVAL;
	struct file *f = fd_get((int)a->v[0]);
	if (f == NULL)
		return -EBADF;
	int r = pidfd_proc(f, &p);
	if (r == 0)
		r = get_info(&si, arg_addr(a, 2), p, sig); /* may sleep */
	if (r == 0 && (sig < 0 || sig > NSIG))
		r = -EINVAL;
	if (r == 0)
		r = pidfd_proc(f, &p);
	if (r == 0)
		r = send_by_flags(p, &si, flags);
	file_put(f);
	return r;
}
