/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wait queues: a list of waiters with a callback, so that one thread (or one epoll instance) can wait
 * on many objects. Kernel lock held throughout.
 */
#ifndef CLOISTER_WAITQ_H
#define CLOISTER_WAITQ_H

#include <stdbool.h>
#include <stdint.h>
#include "list.h"

struct thread;

struct waitq {
	struct list waiters;
};

struct waiter {
	struct list link;
	/* Called by waitq_wake with the poll events that came (0: unspecified). Returns true if it
	 * consumed an exclusive wake-up. */
	bool (*wake)(struct waiter *w, unsigned events);
	struct thread *thread; /* for waiter_init_thread */
	bool exclusive;
	void *priv;
};

#define WAKE_ALL (~0u)

void waitq_init(struct waitq *q);
void waiter_init_thread(struct waiter *w); /* wakes the calling thread */
void waitq_add(struct waitq *q, struct waiter *w);
void waitq_del(struct waiter *w); /* fine when not queued */
/* Wakes every non-exclusive waiter and at most max exclusive ones, in order of arrival. */
void waitq_wake(struct waitq *q, unsigned events, unsigned max);
/* The common case: add, thread_sleep, delete. Result as thread_sleep. */
int waitq_sleep(struct waitq *q, uint64_t deadline, bool interruptible);

#endif
