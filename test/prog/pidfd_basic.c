/* SPDX-License-Identifier: Apache-2.0 */
/* pidfd_open, pidfd_send_signal, waitid(P_PIDFD), clone with CLONE_PIDFD, and wrong arguments. */
#include "t.h"
#include <poll.h>
#include <sched.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif
#define NR_SEND 424
#define NR_OPEN 434

static int pidfd_open_(pid_t pid, unsigned flags)
{
	return (int)syscall(NR_OPEN, (long)pid, (long)flags);
}

static int send_(int fd, int sig, void *info, unsigned flags)
{
	return (int)syscall(NR_SEND, (long)fd, (long)sig, info, (long)flags);
}

static int child(void *arg)
{
	_exit((int)(long)arg);
}

static void with_clone(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	int fd = -1;
	siginfo_t si;
	pid_t pid = clone(child, stack + sizeof(stack),
		CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, (void *)5L, &fd);

	MUST(pid > 0);
	YES(fd >= 0);
	SHOW(fcntl(fd, F_GETFD));
	SHOW(waitid((idtype_t)P_PIDFD, (id_t)fd, &si, WEXITED));
	printf("code %d status %d\n", si.si_code, si.si_status);
	YES(si.si_pid == pid);
	SHOW(waitid((idtype_t)P_PIDFD, (id_t)fd, &si, WEXITED));
	SHOW(send_(fd, 0, NULL, 0));
	close(fd);
	SHOW(clone(child, stack + sizeof(stack),
		CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD, NULL, &fd));
	SHOW(clone(child, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD,
		NULL, (int *)16));
}

int main(int argc, char **argv)
{
	siginfo_t si;

	if (T_IS_ROLE("pause"))
		for (;;)
			pause();
	pid_t pid = t_spawn("pause", NULL);
	int fd = pidfd_open_(pid, 0), nb = pidfd_open_(pid, O_NONBLOCK);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	MUST(fd >= 0 && nb >= 0);
	SHOW(fcntl(fd, F_GETFD));
	SHOW(poll(&p, 1, 0));
	SHOW(send_(fd, 0, NULL, 0));
	SHOW(waitid((idtype_t)P_PIDFD, (id_t)nb, &si, WEXITED));
	SHOW(waitid((idtype_t)P_PIDFD, (id_t)fd, &si, WEXITED | WNOHANG));
	SHOW(send_(fd, SIGSTOP, NULL, 0));
	SHOW(waitid((idtype_t)P_PIDFD, (id_t)fd, &si, WSTOPPED));
	printf("code %d status %d\n", si.si_code, si.si_status);
	SHOW(send_(fd, SIGCONT, NULL, 0));
	SHOW(send_(fd, 65, NULL, 0));
	SHOW(send_(fd, SIGTERM, NULL, 8));
	SHOW(send_(fd, SIGTERM, (void *)16, 0));
	memset(&si, 0, sizeof(si));
	SHOW(send_(fd, SIGTERM, &si, 0));
	si.si_signo = SIGTERM;
	SHOW(send_(fd, SIGTERM, &si, 0));
	si.si_code = SI_QUEUE;
	SHOW(send_(fd, SIGTERM, &si, 0));
	SHOW(poll(&p, 1, 10000));
	SHOW(p.revents & POLLIN);
	SHOW(waitid((idtype_t)P_PIDFD, (id_t)fd, &si, WEXITED | WNOWAIT));
	t_wait("child", pid);
	SHOW(send_(fd, SIGTERM, NULL, 0));
	SHOW(poll(&p, 1, 0));
	SHOW(waitid((idtype_t)P_PIDFD, (id_t)fd, &si, WEXITED));
	SHOW(pidfd_open_(pid, 0));
	SHOW(pidfd_open_(0, 0));
	SHOW(pidfd_open_(-1, 0));
	SHOW(pidfd_open_(getpid(), 1));
	SHOW(send_(0, SIGTERM, NULL, 0));
	SHOW(send_(-1, SIGTERM, NULL, 0));
	SHOW(waitid((idtype_t)P_PIDFD, 0, &si, WEXITED));
	SHOW(waitid((idtype_t)P_PIDFD, (id_t)-1, &si, WEXITED));
	SHOW(read(fd, &si, sizeof(si)));
	with_clone();
	return 0;
}
