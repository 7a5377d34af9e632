/* SPDX-License-Identifier: Apache-2.0 */
/* waitpid and waitid: WNOHANG, WNOWAIT, by pid, group and any; siginfo; the errors. */
#include "t.h"

static void show_info(const siginfo_t *si, pid_t pid)
{
	printf("signo %d code %d status %d pid %s uid %s\n", si->si_signo, si->si_code,
		si->si_status,
		si->si_pid == pid ? "right"
		: si->si_pid      ? "WRONG"
				  : "0",
		si->si_uid == getuid() ? "right" : "WRONG");
}

int main(int argc, char **argv)
{
	siginfo_t si;
	int status, p[2];
	pid_t pid;
	char c;

	if (T_IS_ROLE("wait")) {
		read(0, &c, 1);
		return 21;
	}
	if (T_IS_ROLE("die"))
		raise(SIGKILL);
	SHOW(waitpid(-1, &status, 0));
	SHOW(waitpid(getpid(), &status, 0));
	SHOW(waitid(P_ALL, 0, &si, WEXITED));
	MUST(pipe(p) == 0 && dup2(p[0], 0) == 0 && close(p[0]) == 0);
	fcntl(p[1], F_SETFD, FD_CLOEXEC);
	pid = t_spawn("wait", NULL);
	SHOW(waitpid(pid, &status, WNOHANG));
	SHOW(waitpid(-getpgrp(), &status, WNOHANG));
	memset(&si, 0xff, sizeof(si));
	SHOW(waitid(P_PID, pid, &si, WEXITED | WNOHANG));
	printf("pid %d signo %d\n", si.si_pid, si.si_signo);
	close(p[1]);
	SHOW(waitid(P_PID, pid, &si, WEXITED | WNOWAIT));
	show_info(&si, pid);
	SHOW(waitid(P_ALL, 0, &si, WEXITED));
	show_info(&si, pid);
	SHOW(waitid(P_PID, pid, &si, WEXITED));
	pid = t_spawn("die", NULL);
	SHOW(waitid(P_PGID, getpgrp(), &si, WEXITED));
	show_info(&si, pid);
	SHOW(waitid(P_ALL, 0, &si, 0));
	SHOW(waitid(P_PID, -1, &si, WEXITED));
	SHOW(waitid(77, 0, &si, WEXITED));
	SHOW(waitpid(-1, &status, 0x40));
	SHOW(syscall(SYS_wait4, -1, 8, WNOHANG, NULL));
	return 0;
}
