/* SPDX-License-Identifier: Apache-2.0 */
/* Orphans go to the subreaper, and it reaps them. */
#include "t.h"
#include <sys/prctl.h>

int main(int argc, char **argv)
{
	int p[2], status;
	pid_t pid, child;
	char c;

	if (T_IS_ROLE("grandchild")) {
		read(0, &c, 1);
		return 33;
	}
	if (T_IS_ROLE("child")) {
		t_spawn("grandchild", NULL);
		return 22;
	}
	SHOW(prctl(PR_SET_CHILD_SUBREAPER, 1));
	SHOW(prctl(PR_GET_CHILD_SUBREAPER, &status));
	printf("%d\n", status);
	MUST(pipe(p) == 0 && dup2(p[0], 0) == 0 && close(p[0]) == 0);
	fcntl(p[1], F_SETFD, FD_CLOEXEC);
	child = t_spawn("child", NULL);
	t_wait("child", child);
	SHOW(waitpid(-1, &status, WNOHANG));
	close(p[1]);
	pid = waitpid(-1, &status, 0);
	YES(pid > 0 && pid != child);
	t_show_status("grandchild", status);
	SHOW(wait(NULL));
	return 0;
}
