/* SPDX-License-Identifier: Apache-2.0 */
/* The running thread in unit tests: whatever the test says. Stands in for kernel/core/self.h. */
#ifndef CLOISTER_SELF_H
#define CLOISTER_SELF_H

struct thread;
extern struct thread *fake_thread;

static inline struct thread *thread_self(void)
{
	return fake_thread;
}

#endif
