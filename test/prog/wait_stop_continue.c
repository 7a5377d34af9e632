/* SPDX-License-Identifier: Apache-2.0 */
/* WUNTRACED, WCONTINUED, WSTOPPED: a child that stops and continues. */
#include "t.h"

int main(int argc, char **argv)
{
	siginfo_t si;
	int status, p[2];
	char c = 0;
	pid_t pid;

	if (T_IS_ROLE("stop")) {
		raise(SIGSTOP);
		/* A second stop would take back that it continued: wait until that was seen. */
		MUST(read(0, &c, 1) == 1);
		raise(SIGSTOP);
		return 9;
	}
	MUST(pipe(p) == 0 && dup2(p[0], 0) == 0);
	pid = t_spawn("stop", NULL);
	MUST(waitpid(pid, &status, WUNTRACED) == pid);
	t_show_status("child", status);
	SHOW(waitpid(pid, &status, WUNTRACED | WNOHANG));
	SHOW(kill(pid, SIGCONT));
	MUST(waitpid(pid, &status, WCONTINUED) == pid);
	t_show_status("child", status);
	MUST(write(p[1], &c, 1) == 1);
	SHOW(waitid(P_PID, pid, &si, WSTOPPED));
	printf("code %d status %d\n", si.si_code, si.si_status);
	SHOW(kill(pid, SIGCONT));
	t_wait("child", pid);
	return 0;
}
