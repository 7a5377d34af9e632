/* SPDX-License-Identifier: Apache-2.0 */
/* signalfd: what is read, in which order, poll, epoll, the mask changed, wrong arguments. */
#include "t.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

static void show_next(int fd)
{
	struct signalfd_siginfo r;
	ssize_t n = read(fd, &r, sizeof(r));

	if (n < 0)
		printf("read: %s\n", t_errname(errno));
	else
		printf("read %zd: %s code %d value %d mine %d\n", n, t_signame((int)r.ssi_signo),
			r.ssi_code, r.ssi_int, r.ssi_pid == (uint32_t)getpid());
}

int main(int argc, char **argv)
{
	sigset_t set = t_sigset(SIGUSR1), one;
	struct signalfd_siginfo two[2], r;
	struct epoll_event ev = {.events = EPOLLIN};

	if (T_IS_ROLE("exit"))
		return 7;
	sigaddset(&set, SIGRTMIN);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGKILL);
	MUST(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	MUST(fd >= 0);
	SHOW(fcntl(fd, F_GETFD));
	show_next(fd);
	SHOW(poll(&p, 1, 0));
	int ep = epoll_create1(0);
	MUST(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev) == 0);
	SHOW(epoll_wait(ep, &ev, 1, 0));
	sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 11});
	sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 12});
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR1);
	SHOW(poll(&p, 1, 0));
	SHOW(epoll_wait(ep, &ev, 1, 0));
	show_next(fd);
	SHOW(read(fd, two, sizeof(two)));
	YES(two[0].ssi_int == 11 && two[1].ssi_int == 12 && two[1].ssi_code == SI_QUEUE);
	show_next(fd);
	pid_t pid = t_spawn("exit", NULL);
	MUST(poll(&p, 1, 10000) == 1);
	MUST(read(fd, &r, sizeof(r)) == sizeof(r));
	printf("%s code %d status %d\n", t_signame((int)r.ssi_signo), r.ssi_code, r.ssi_status);
	YES(r.ssi_pid == (uint32_t)pid);
	t_wait("child", pid);
	one = t_sigset(SIGUSR2);
	sigprocmask(SIG_BLOCK, &one, NULL);
	raise(SIGUSR1);
	SHOW(signalfd(fd, &one, 0) == fd);
	show_next(fd);
	raise(SIGUSR2);
	show_next(fd);
	SHOW(read(fd, &r, sizeof(r) - 1));
	SHOW(write(fd, &r, sizeof(r)));
	SHOW(signalfd(-1, &set, 1));
	SHOW(signalfd(0, &set, 0));
	SHOW(signalfd(999, &set, 0));
	SHOW(syscall(SYS_signalfd4, -1, &set, 4UL, 0));
	SHOW(syscall(SYS_signalfd4, -1, 16L, 8UL, 0));
	raise(SIGUSR2);
	SHOW(read(fd, (void *)16, sizeof(r)));
	return 0;
}
