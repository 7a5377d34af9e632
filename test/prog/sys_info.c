/* SPDX-License-Identifier: Apache-2.0 */
/* uname, sysinfo, getrusage, times, getcpu, sysconf: what is the same everywhere, and sanity. */
#include "t.h"
#include <sched.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

int main(void)
{
	struct utsname u;
	struct sysinfo si;
	struct rusage ru;
	volatile unsigned long spin = 0;
	unsigned major = 0;

	SHOW(uname(&u));
	printf("%s %s\n", u.sysname, u.machine);
	YES(strlen(u.nodename) > 0 && strlen(u.release) > 0 && strlen(u.version) > 0);
	YES(sscanf(u.release, "%u.", &major) == 1 && major >= 4);
	SHOW(syscall(SYS_uname, 8));
	SHOW(sysinfo(&si));
	YES(si.totalram > 0 && si.freeram <= si.totalram && si.mem_unit >= 1 && si.procs > 0);
	for (int i = 0; i < 20000000; i++)
		spin += i;
	SHOW(getrusage(RUSAGE_SELF, &ru));
	YES(ru.ru_utime.tv_sec * 1000000L + ru.ru_utime.tv_usec > 0);
	SHOW(getrusage(RUSAGE_CHILDREN, &ru));
	SHOW(getrusage(RUSAGE_THREAD, &ru));
	SHOW(getrusage(99, &ru));
	YES(sched_getcpu() >= 0);
	SHOW(sysconf(_SC_PAGESIZE));
	SHOW(sysconf(_SC_CLK_TCK));
	YES(sysconf(_SC_NPROCESSORS_ONLN) >= 1);
	YES(sysconf(_SC_PHYS_PAGES) > 1000);
	SHOW(getpagesize());
	return 0;
}
