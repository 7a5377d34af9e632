/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A platform for the kernel's unit tests: one thread, an honest or lying host behind the real ring
 * protocol, malloc under the heap so that the sanitizers see every byte, and an address space in
 * which a program's addresses are the test's own.
 */
#ifndef CLOISTER_FAKE_H
#define CLOISTER_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "enclave.h"

extern struct fake {
	/* The host: answers one message (sets m->ret, may read and write the arena). NULL: -ENOSYS.
	 */
	void (*host)(struct hc_msg *m);
	unsigned calls;  /* messages answered so far */
	unsigned lie_at; /* the reply with this number (from 1) goes through lie(); 0: none */
	void (*lie)(struct hc_msg *m);
	bool silent; /* LATER rows (poll, signal) are left pending until fake_answer */
	struct hc_msg pending[HC_SLOTS];
	unsigned npending;

	/* The heap: the allocation with this number (from 1) fails; 0: none. */
	unsigned fail_at, allocs;
	bool fail_on; /* and all after it too */

	/* Sleeping: called instead; sets conditions, or returns -EINTR/-ETIMEDOUT for the sleep. */
	int (*sleep)(uint64_t deadline, bool interruptible);
	uint64_t now; /* ns monotonic */
	uint8_t arena[ARENA_SIZE];

	/* Program memory: [user, user + user_len) is mapped; writable up to user_ro. */
	uint64_t user, user_len;
	bool user_readonly;
	bool signal; /* signal_pending() */
} fake;

/* Fresh state: clears everything, makes the calling thread and its (empty) process. */
void fake_reset(void);
/* Complete the pending LATER message i with ret. */
void fake_answer(unsigned i, int64_t ret);
/* Put a reply of the test's own making on the completion ring. */
void fake_reply(const struct hc_msg *m);

#endif
