/* SPDX-License-Identifier: Apache-2.0 */
/* clone(2) as pthread_create uses it, by hand: shared memory, CLONE_CHILD_CLEARTID, errors. */
#include "t.h"
#include <sched.h>
#include "t_futex.h"

static volatile int ran;
static uint32_t tid_word = 1;
static char stack[65536] __attribute__((aligned(16)));

static int child(void *arg)
{
	ran = *(int *)arg;
	syscall(SYS_exit, 0);
	return 0;
}

int main(void)
{
	const int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
			  CLONE_SYSVSEM | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID;
	int arg = 5, parent_tid = 0;
	int tid = clone(child, stack + sizeof(stack), flags, &arg, &parent_tid, NULL, &tid_word);
	uint32_t now;

	YES(tid > 0 && tid == parent_tid && tid != getpid());
	while ((now = __atomic_load_n(&tid_word, __ATOMIC_SEQ_CST)) != 0)
		syscall(SYS_futex, &tid_word, FUTEX_WAIT, now, NULL);
	printf("ran %d\n", ran);
	SHOW(clone(child, stack + sizeof(stack), CLONE_THREAD, &arg));
	SHOW(clone(child, stack + sizeof(stack), CLONE_SIGHAND, &arg));
	SHOW(syscall(SYS_clone3, 8, 88));
	SHOW(syscall(SYS_clone3, NULL, 8));
	YES(syscall(SYS_set_tid_address, NULL) == getpid());
	SHOW(syscall(SYS_set_robust_list, NULL, 8));
	return 0;
}
