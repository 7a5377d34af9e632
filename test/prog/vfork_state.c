/* SPDX-License-Identifier: Apache-2.0 */
/* What a vfork child has of its own: descriptors, directory, mask, pid; the parent's stay. */
#include "t.h"

int main(void)
{
	static volatile pid_t child, parent;
	char before[4096], after[4096];
	sigset_t set = t_sigset(SIGUSR1), now;
	int p[2];
	pid_t pid;

	MUST(pipe(p) == 0 && getcwd(before, sizeof(before)));
	pid = vfork();
	if (pid == 0) {
		close(p[0]);
		dup2(p[1], 30);
		chdir("/");
		umask(0);
		sigprocmask(SIG_BLOCK, &set, NULL);
		signal(SIGUSR2, SIG_IGN);
		child = getpid();
		parent = getppid();
		_exit(0);
	}
	t_wait("child", pid);
	YES(child == pid && parent == getpid());
	SHOW(fcntl(p[0], F_GETFD));
	SHOW(fcntl(30, F_GETFD));
	MUST(getcwd(after, sizeof(after)));
	YES(strcmp(before, after) == 0);
	printf("umask kept %d\n", umask(022) != 0);
	sigprocmask(SIG_BLOCK, NULL, &now);
	printf("blocked %d\n", sigismember(&now, SIGUSR1));
	YES(signal(SIGUSR2, SIG_DFL) == SIG_DFL);
	return 0;
}
