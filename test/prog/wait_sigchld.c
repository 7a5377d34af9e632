/* SPDX-License-Identifier: Apache-2.0 */
/* SIGCHLD: its siginfo; ignored or SA_NOCLDWAIT reaps by itself and wait says ECHILD. */
#include "t.h"

static siginfo_t last;
static volatile int count;

static void on(int sig, siginfo_t *si, void *uc)
{
	(void)sig, (void)uc;
	last = *si;
	count++;
}

int main(int argc, char **argv)
{
	int status;
	pid_t pid;

	if (T_IS_ROLE("exit"))
		return 17;
	if (T_IS_ROLE("die"))
		raise(SIGTERM);
	t_handle_info(SIGCHLD, on, SA_RESTART);
	pid = t_spawn("exit", NULL);
	while (!count)
		t_sleep_ms(1);
	printf("code %d status %d\n", last.si_code, last.si_status);
	YES(last.si_pid == pid && last.si_uid == getuid());
	MUST(waitpid(pid, &status, 0) == pid);
	count = 0;
	pid = t_spawn("die", NULL);
	while (!count)
		t_sleep_ms(1);
	printf("code %d status %d\n", last.si_code, last.si_status);
	MUST(waitpid(pid, &status, 0) == pid);
	signal(SIGCHLD, SIG_IGN);
	pid = t_spawn("exit", NULL);
	SHOW(waitpid(pid, &status, 0));
	t_handle_info(SIGCHLD, on, SA_NOCLDWAIT);
	count = 0;
	pid = t_spawn("exit", NULL);
	SHOW(waitpid(pid, &status, 0) == -1 && (errno == ECHILD || errno == EINTR));
	while (!count)
		t_sleep_ms(1);
	printf("SIGCHLD still comes: %d\n", count);
	return 0;
}
