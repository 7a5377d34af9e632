/* SPDX-License-Identifier: Apache-2.0 */
/* vfork(2): the child shares the memory and the parent waits until it execs or exits. */
#include "t.h"

int main(int argc, char **argv)
{
	static volatile int shared;
	int64_t start;
	pid_t pid;

	if (T_IS_ROLE("inner"))
		return 4;
	pid = vfork();
	if (pid == 0) {
		shared = 42;
		_exit(3);
	}
	MUST(pid > 0);
	printf("shared %d\n", shared);
	t_wait("_exit", pid);
	start = t_now_ms();
	pid = vfork();
	if (pid == 0) {
		t_sleep_ms(50);
		execl("/proc/self/exe", "self", "inner", NULL);
		_exit(127);
	}
	YES(t_now_ms() - start >= 49);
	t_wait("exec", pid);
	pid = vfork();
	if (pid == 0) {
		execl("/nonexistent", "x", NULL);
		shared = errno;
		_exit(127);
	}
	printf("%s\n", t_errname(shared));
	t_wait("failed exec", pid);
	pid = vfork();
	if (pid == 0) {
		kill(getpid(), SIGKILL);
		_exit(1);
	}
	t_wait("killed", pid);
	return argv == NULL;
}
