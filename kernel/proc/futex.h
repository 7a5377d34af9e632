/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Futexes. The enclave has one linear address space and two linear addresses never share a page, so
 * the linear address alone names a futex, private or shared. Kernel lock held; the user's word is
 * read under it, and a waker needs it too: no wake-up is lost.
 */
#ifndef CLOISTER_FUTEX_H
#define CLOISTER_FUTEX_H

#include <stdint.h>

/* Sleeps if the word at uaddr is val. deadline: ns monotonic or NO_DEADLINE. 0 woken, -EAGAIN (it
 * was not val), -ETIMEDOUT, -EINTR, -EFAULT, -EINVAL (misaligned, empty bitset). */
int futex_wait(uint64_t uaddr, uint32_t val, uint64_t deadline, uint32_t bitset);
/* Wakes at most max waiters of uaddr whose bitset meets bitset: how many, or -errno. */
long futex_wake(uint64_t uaddr, int max, uint32_t bitset);
/* Wakes max_wake at from and moves max_move of the rest to to. cmp: only if *from == *cmp, else
 * -EAGAIN. */
long futex_requeue(uint64_t from, int max_wake, uint64_t to, int max_move, const uint32_t *cmp);
/* FUTEX_WAKE_OP: changes *to by op, wakes at from and, if the old *to compares, at to. */
long futex_wake_op(uint64_t from, int max_from, uint64_t to, int max_to, uint32_t op);

#endif
