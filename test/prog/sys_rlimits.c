/* SPDX-License-Identifier: Apache-2.0 */
/* getrlimit, setrlimit, prlimit: values kept, hard limits only down, inherited by children. */
#include "t.h"
#include <sys/resource.h>

static void show(const char *name, int r)
{
	struct rlimit l;

	if (getrlimit(r, &l))
		printf("%s: %s\n", name, t_errname(errno));
	else
		printf("%s: %s\n", name, l.rlim_cur <= l.rlim_max ? "sane" : "soft above hard");
}

int main(int argc, char **argv)
{
	struct rlimit l = {100, 200}, old;

	if (T_IS_ROLE("child")) {
		getrlimit(RLIMIT_NOFILE, &l);
		printf("child: %d %d\n", (int)l.rlim_cur, (int)l.rlim_max);
		return 0;
	}
	show("CPU", RLIMIT_CPU);
	show("FSIZE", RLIMIT_FSIZE);
	show("DATA", RLIMIT_DATA);
	show("STACK", RLIMIT_STACK);
	show("CORE", RLIMIT_CORE);
	show("NPROC", RLIMIT_NPROC);
	show("NOFILE", RLIMIT_NOFILE);
	show("AS", RLIMIT_AS);
	show("LOCKS", RLIMIT_LOCKS);
	show("none", 77);
	SHOW(setrlimit(RLIMIT_NOFILE, &l));
	SHOW(prlimit(0, RLIMIT_NOFILE, NULL, &old));
	printf("%d %d\n", (int)old.rlim_cur, (int)old.rlim_max);
	t_wait("child", t_spawn("child", NULL));
	l.rlim_cur = 150, l.rlim_max = 150;
	SHOW(prlimit(getpid(), RLIMIT_NOFILE, &l, &old));
	printf("%d %d\n", (int)old.rlim_cur, (int)old.rlim_max);
	l.rlim_cur = 151;
	SHOW(setrlimit(RLIMIT_NOFILE, &l));
	SHOW(prlimit(999999999, RLIMIT_NOFILE, NULL, &old));
	SHOW(syscall(SYS_getrlimit, RLIMIT_NOFILE, 8));
	return argv == NULL;
}
