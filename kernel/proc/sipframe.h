/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registers that a SIP's signal frames stand for (doc/sfi.md, K4). What a signal interrupted
 * may be in the middle of a template, so only the very registers that were there may come back, or
 * a label with any others: the kernel keeps the registers of a thread's frames itself.
 * Kernel lock held.
 */
#ifndef CLOISTER_SIPFRAME_H
#define CLOISTER_SIPFRAME_H

#include <stdbool.h>
#include <stdint.h>
#include "kernel.h"

struct tproc;

/* The current thread's frame at this offset of its window stands for *u. 0 or -ENOMEM. */
int sipframe_remember(uint64_t frame, const struct uregs *u);
/*
 * The registers of the current thread's frame, which is then forgotten together with those above
 * it; NULL: none. Valid until the next sipframe_remember.
 */
const struct uregs *sipframe_recall(uint64_t frame);
/* fork: to gets from's frames, moved from one window to another (K8). 0 or -ENOMEM. */
int sipframe_copy(struct tproc *to, const struct tproc *from, uint64_t window, uint64_t new_window);
/* A register of the current thread as its program may see it: an address of its window as offset. */
uint64_t sipframe_offset(uint64_t r);
/* exec, or the end of the thread. */
void sipframe_drop(struct tproc *tp);
/* Does u, or a frame of tp, stand in [start, end) of the text window, or hold a checked target
 * there? */
bool sipframe_inside(const struct uregs *u, uint64_t start, uint64_t end);
bool sipframes_inside(const struct tproc *tp, uint64_t start, uint64_t end);

#endif
