/* SPDX-License-Identifier: Apache-2.0 */
/* Wait queues. See waitq.h; everything under the kernel lock. */
#include "waitq.h"
#include "thread.h"

void waitq_init(struct waitq *q)
{
	list_init(&q->waiters);
}

static bool wake_thread(struct waiter *w, unsigned events)
{
	(void)events;
	thread_wake(w->thread);
	return true;
}

void waiter_init_thread(struct waiter *w)
{
	*w = (struct waiter){.wake = wake_thread, .thread = thread_self()};
	list_init(&w->link);
}

void waitq_add(struct waitq *q, struct waiter *w)
{
	list_push_back(&q->waiters, &w->link);
}

void waitq_del(struct waiter *w)
{
	list_del(&w->link);
}

void waitq_wake(struct waitq *q, unsigned events, unsigned max)
{
	list_for_each_safe(pos, tmp, &q->waiters)
	{
		struct waiter *w = container_of(pos, struct waiter, link);

		if (w->exclusive && max == 0)
			continue;
		if (w->wake(w, events) && w->exclusive)
			max--;
	}
}

int waitq_sleep(struct waitq *q, uint64_t deadline, bool interruptible)
{
	struct waiter w;

	waiter_init_thread(&w);
	w.thread->woken = false; /* what came before is not from this queue */
	waitq_add(q, &w);
	int r = thread_sleep(deadline, interruptible);
	waitq_del(&w);
	return r;
}
