/* SPDX-License-Identifier: Apache-2.0 */
/* Handlers that call vfork-safe work: posix_spawn and waitpid inside a signal handler. */
#include "t.h"

static volatile int status = -1;

static void on(int sig)
{
	char *argv[] = {"self", "child", NULL};
	pid_t pid;
	int s;

	(void)sig;
	if (posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ) == 0 &&
		waitpid(pid, &s, 0) == pid)
		status = s;
}

int main(int argc, char **argv)
{
	if (T_IS_ROLE("child"))
		return 23;
	t_handle(SIGUSR1, on, 0);
	for (int i = 0; i < 3; i++) {
		status = -1;
		raise(SIGUSR1);
		t_show_status("child", status);
	}
	return argv == NULL;
}
