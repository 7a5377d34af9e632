/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials as a program asks for them: the get calls agree with each other. */
#include "t.h"
#include <grp.h>

int main(void)
{
	uid_t r, e, s;
	gid_t rg, eg, sg;

	SHOW(getresuid(&r, &e, &s));
	SHOW(getresgid(&rg, &eg, &sg));
	YES(r == getuid() && e == geteuid() && rg == getgid() && eg == getegid());
	YES(getgroups(0, NULL) >= 0);
	SHOW(setuid(getuid()));
	SHOW(setgid(getgid()));
	SHOW(setresuid(-1, -1, -1));
	SHOW(setreuid(-1, getuid()));
	SHOW(seteuid(geteuid()));
	YES(getppid() >= 0 && getpid() > 0);
	YES(getpgrp() > 0);
	SHOW(syscall(SYS_getresuid, 8, 8, 8));
	return 0;
}
