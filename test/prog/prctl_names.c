/* SPDX-License-Identifier: Apache-2.0 */
/* prctl(2): the options that libraries use. */
#include "t.h"
#include <sys/prctl.h>

int main(void)
{
	int sig = 77;

	SHOW(prctl(PR_SET_PDEATHSIG, SIGUSR1));
	SHOW(prctl(PR_GET_PDEATHSIG, &sig));
	printf("%s\n", t_signame(sig));
	SHOW(prctl(PR_SET_PDEATHSIG, 99));
	SHOW(prctl(PR_SET_DUMPABLE, 0));
	SHOW(prctl(PR_GET_DUMPABLE));
	SHOW(prctl(PR_SET_DUMPABLE, 1));
	SHOW(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	SHOW(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	SHOW(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	SHOW(prctl(PR_SET_KEEPCAPS, 0));
	SHOW(prctl(PR_GET_KEEPCAPS));
	SHOW(prctl(PR_SET_TIMERSLACK, 50000));
	SHOW(prctl(PR_GET_TIMERSLACK));
	SHOW(prctl(PR_SET_NAME, 8));
	return 0;
}
