/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel lock (doc/adr/0010). Held across thread switches: it belongs to whoever runs kernel code,
 * not to a thread. A waiter gives its CPU to the host after a while: no ticket lock, whose next owner
 * may be the one that the host has put to sleep.
 */
#ifndef CLOISTER_KLOCK_H
#define CLOISTER_KLOCK_H

void klock(void);
void kunlock(void);

#endif
