/* SPDX-License-Identifier: Apache-2.0 */
/* WUNTRACED, WCONTINUED, SIGCHLD codes: a child that stops and continues. */
#include "t.h"

static volatile int codes[8], n;

static void on(int sig, siginfo_t *si, void *uc)
{
	(void)sig, (void)uc;
	if (n < 8)
		codes[n++] = si->si_code;
}

int main(int argc, char **argv)
{
	siginfo_t si;
	int status;
	pid_t pid;

	if (T_IS_ROLE("stop")) {
		raise(SIGSTOP);
		raise(SIGSTOP);
		return 9;
	}
	t_handle_info(SIGCHLD, on, SA_RESTART);
	pid = t_spawn("stop", NULL);
	MUST(waitpid(pid, &status, WUNTRACED) == pid);
	t_show_status("child", status);
	SHOW(waitpid(pid, &status, WUNTRACED | WNOHANG));
	SHOW(kill(pid, SIGCONT));
	MUST(waitpid(pid, &status, WCONTINUED) == pid);
	t_show_status("child", status);
	SHOW(waitid(P_PID, pid, &si, WSTOPPED));
	printf("code %d status %d\n", si.si_code, si.si_status);
	SHOW(kill(pid, SIGCONT));
	t_wait("child", pid);
	printf("last code %d\n", n ? codes[n - 1] : -1);
	return 0;
}
