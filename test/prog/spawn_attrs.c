/* SPDX-License-Identifier: Apache-2.0 */
/* posix_spawn attributes: signal mask, defaults, process group; posix_spawnp searches the path. */
#include "t.h"

static int report(void)
{
	struct sigaction one, two;
	sigset_t now;

	sigprocmask(SIG_BLOCK, NULL, &now);
	sigaction(SIGUSR1, NULL, &one);
	sigaction(SIGUSR2, NULL, &two);
	printf("blocked TERM %d HUP %d, USR1 %s USR2 %s, own group %d\n",
		sigismember(&now, SIGTERM), sigismember(&now, SIGHUP),
		one.sa_handler == SIG_IGN ? "ignored" : "default",
		two.sa_handler == SIG_IGN ? "ignored" : "default", getpgrp() == getpid());
	return 0;
}

static void run(const char *name, int flags)
{
	char *argv[] = {"self", "report", NULL};
	posix_spawnattr_t at;
	sigset_t mask = t_sigset(SIGTERM), def = t_sigset(SIGUSR1);
	pid_t pid;

	posix_spawnattr_init(&at);
	posix_spawnattr_setflags(&at, (short)flags);
	posix_spawnattr_setsigmask(&at, &mask);
	posix_spawnattr_setsigdefault(&at, &def);
	posix_spawnattr_setpgroup(&at, 0);
	MUST(posix_spawn(&pid, "/proc/self/exe", NULL, &at, argv, environ) == 0);
	t_wait(name, pid);
	posix_spawnattr_destroy(&at);
}

int main(int argc, char **argv)
{
	sigset_t hup = t_sigset(SIGHUP);
	pid_t pid;

	if (T_IS_ROLE("report"))
		return report();
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
	sigprocmask(SIG_BLOCK, &hup, NULL);
	run("plain", 0);
	run("mask", POSIX_SPAWN_SETSIGMASK);
	run("default", POSIX_SPAWN_SETSIGDEF);
	run("group", POSIX_SPAWN_SETPGROUP);
	run("all", POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	SHOW_ERR(posix_spawnp(&pid, "true", NULL, NULL, (char *[]){"true", NULL}, environ));
	t_wait("true", pid);
	SHOW_ERR(posix_spawnp(&pid, "no-such-program", NULL, NULL, (char *[]){"x", NULL}, environ));
	SHOW_ERR(posix_spawn(&pid, "/", NULL, NULL, (char *[]){"x", NULL}, environ));
	SHOW(waitpid(-1, NULL, 0));
	return 0;
}
