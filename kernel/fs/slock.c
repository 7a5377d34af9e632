/* SPDX-License-Identifier: Apache-2.0 */
/* A mutual exclusion that survives a sleep; see file.h. Kernel lock held. */
#include "file.h"
#include "thread.h"

void slock_init(struct slock *l)
{
	l->held = false;
	waitq_init(&l->q);
}

void slock_take(struct slock *l)
{
	while (l->held)
		(void)waitq_sleep(&l->q, NO_DEADLINE, false);
	l->held = true;
}

void slock_drop(struct slock *l)
{
	l->held = false;
	waitq_wake(&l->q, 0, 1);
}
