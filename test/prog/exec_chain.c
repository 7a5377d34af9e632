/* SPDX-License-Identifier: Apache-2.0 */
/* execve 100 times in one process: same pid, and what exec keeps is kept. */
#include "t.h"

int main(int argc, char **argv)
{
	char count[24], pid[16];
	sigset_t set;

	if (argc < 3) {
		set = t_sigset(SIGUSR1);
		sigprocmask(SIG_BLOCK, &set, NULL);
		raise(SIGUSR1);
		umask(037);
		alarm(1000);
		MUST(chdir("/usr") == 0);
	}
	if (argc < 3 || strtol(argv[1], NULL, 10) > 0) {
		snprintf(count, sizeof(count), "%ld",
			argc < 3 ? 100 : strtol(argv[1], NULL, 10) - 1);
		snprintf(pid, sizeof(pid), "%d", getpid());
		execl("/proc/self/exe", "self", count, argc < 3 ? pid : argv[2], NULL);
		return 1;
	}
	YES(strtol(argv[2], NULL, 10) == getpid());
	sigpending(&set);
	printf("pending %d umask %o cwd %s alarm %d\n", sigismember(&set, SIGUSR1), umask(0),
		getcwd((char[64]){0}, 64), alarm(0) > 900);
	return 0;
}
