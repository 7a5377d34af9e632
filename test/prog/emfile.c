/* SPDX-License-Identifier: Apache-2.0 */
/* RLIMIT_NOFILE: EMFILE from every call that makes descriptors, and nothing half made. */
#include "t.h"
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

int main(void)
{
	struct rlimit lim = {20, 4096}, got;
	int opened = 0, p[2] = {-7, -7};

	SHOW(setrlimit(RLIMIT_NOFILE, &lim));
	SHOW(getrlimit(RLIMIT_NOFILE, &got));
	printf("soft %d hard %d\n", (int)got.rlim_cur, (int)got.rlim_max);
	while (open("/dev/null", O_RDONLY) >= 0)
		opened++;
	printf("%d opened, then %s\n", opened, t_errname(errno));
	SHOW(dup(0));
	SHOW(pipe(p));
	SHOW(eventfd(0, 0));
	SHOW(fcntl(0, F_DUPFD, 0));
	SHOW(dup2(0, 19));
	SHOW(dup2(0, 20));
	close(19);
	SHOW(pipe(p));
	printf("%d %d\n", p[0], p[1]);
	SHOW(open("/dev/null", O_RDONLY));
	lim.rlim_cur = 4097;
	SHOW(setrlimit(RLIMIT_NOFILE, &lim));
	lim.rlim_cur = 30;
	SHOW(setrlimit(RLIMIT_NOFILE, &lim));
	SHOW(open("/dev/null", O_RDONLY));
	SHOW(getdtablesize());
	SHOW(getrlimit(99, &got));
	return 0;
}
