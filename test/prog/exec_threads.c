/* SPDX-License-Identifier: Apache-2.0 */
/* execve by a thread: all others vanish and the new program is the process's first thread. */
#include "t.h"

static void *spin(void *arg)
{
	for (volatile unsigned i = 0;; i++)
		;
	return arg;
}

static void *block(void *arg)
{
	pause();
	return arg;
}

static void *run(void *arg)
{
	char pid[16];

	t_sleep_ms(10);
	snprintf(pid, sizeof(pid), "%d", getpid());
	execl("/proc/self/exe", "self", "after", pid, NULL);
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t t;

	if (T_IS_ROLE("after")) {
		YES(strtol(argv[2], NULL, 10) == getpid());
		YES(getpid() == syscall(SYS_gettid));
		return 11;
	}
	if (T_IS_ROLE("go")) {
		MUST(pthread_create(&t, NULL, spin, NULL) == 0);
		MUST(pthread_create(&t, NULL, block, NULL) == 0);
		MUST(pthread_create(&t, NULL, run, NULL) == 0);
		pause();
	}
	t_wait("exec by a thread", t_spawn("go", NULL));
	return 0;
}
