/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/self/status: the lines that programs read, with the right values. */
#include "t.h"

static char text[8192];

static long field(const char *name, int base)
{
	char *p = strstr(text, name);

	return p ? strtol(p + strlen(name), NULL, base) : -1;
}

static void *other(void *arg)
{
	pause();
	return arg;
}

int main(void)
{
	sigset_t set = t_sigset(SIGUSR1);
	pthread_t t;
	int fd;

	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGUSR2, SIG_IGN);
	raise(SIGUSR1);
	MUST(pthread_create(&t, NULL, other, NULL) == 0);
	fd = open("/proc/self/status", O_RDONLY);
	MUST(read(fd, text, sizeof(text) - 1) > 0);
	YES(field("\nPid:", 10) == getpid());
	YES(field("\nTgid:", 10) == getpid());
	YES(field("\nPPid:", 10) == getppid());
	YES(field("\nUid:", 10) == getuid());
	YES(field("\nGid:", 10) == getgid());
	YES(field("\nVmSize:", 10) > 0);
	YES(field("\nVmRSS:", 10) > 0);
	printf("threads %ld\n", field("\nThreads:", 10));
	printf("blocked %lx\n", field("\nSigBlk:", 16));
	printf("ignored %lx\n", field("\nSigIgn:", 16) & 0x7fffffff); /* not what the runner inherited */
	YES(strstr(text, "\nState:\tR (running)\n") != NULL);
	return 0;
}
