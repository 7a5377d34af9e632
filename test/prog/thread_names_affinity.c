/* SPDX-License-Identifier: Apache-2.0 */
/* prctl names, sched_getaffinity, sched_yield, scheduling policy: what programs ask at start. */
#include "t.h"
#include <sched.h>
#include <sys/prctl.h>

static void *thread(void *arg)
{
	char name[16] = "";

	SHOW(prctl(PR_GET_NAME, name));
	printf("inherited %s\n", name);
	SHOW(prctl(PR_SET_NAME, "a name far too long for it"));
	SHOW(prctl(PR_GET_NAME, name));
	printf("%s\n", name);
	return arg;
}

int main(void)
{
	struct sched_param sp;
	char name[16] = "";
	cpu_set_t set;
	pthread_t t;

	SHOW(prctl(PR_SET_NAME, "main name"));
	MUST(pthread_create(&t, NULL, thread, NULL) == 0);
	pthread_join(t, NULL);
	SHOW(prctl(PR_GET_NAME, name));
	printf("%s\n", name);
	SHOW(sched_getaffinity(0, sizeof(set), &set));
	YES(CPU_COUNT(&set) >= 1);
	SHOW(sched_setaffinity(0, sizeof(set), &set));
	CPU_ZERO(&set);
	SHOW(sched_setaffinity(0, sizeof(set), &set));
	SHOW(syscall(SYS_sched_getaffinity, 0, 1, &set));
	SHOW(sched_yield());
	SHOW(sched_getscheduler(0));
	SHOW(sched_getparam(0, &sp));
	SHOW(sched_get_priority_max(SCHED_FIFO));
	SHOW(sched_get_priority_min(SCHED_OTHER));
	SHOW(sched_getscheduler(-1));
	SHOW(sched_getscheduler(999999));
	SHOW(prctl(PR_GET_DUMPABLE));
	SHOW(prctl(12345));
	return 0;
}
