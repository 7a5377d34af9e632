/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel lock (doc/adr/0010): a ticket lock, so that no vCPU starves. Held across thread switches:
 * it belongs to whoever runs kernel code, not to a thread.
 */
#ifndef CLOISTER_KLOCK_H
#define CLOISTER_KLOCK_H

void klock(void);
void kunlock(void);

#endif
