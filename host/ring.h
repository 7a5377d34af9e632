/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader's side of the hostcall ring, and the io_uring behind the rows marked LATER. That an
 * io_uring is there at all is this file's secret: the enclave sees messages only.
 */
#ifndef HOST_RING_H
#define HOST_RING_H

#include <stdbool.h>
#include <stdint.h>

struct host;

int ring_init(struct host *h); /* 0 or -errno */

/* Take and serve what the enclave sent, then what the io_uring completed. Takes host.lock.
 * Returns true if an answer is waiting for the enclave. */
bool ring_service(struct host *h);
/* The same, unless another thread is at it. */
void ring_try_service(struct host *h);

/* host.lock held. Answer a call; ret is what the row promises. Never fails, never blocks. */
void ring_complete(struct host *h, uint64_t token, uint64_t op, int64_t ret);
/* host.lock held. Keep a call for later, or 0 = no: answer -ENOMEM. */
struct pending *ring_keep(struct host *h, struct pending **list, uint64_t token, uint64_t op);
void ring_forget(struct host *h, struct pending **list, struct pending *p);
/* host.lock held. Watch p->fd for events; p is answered with what happens. 0 or -errno. */
int ring_poll(struct host *h, struct pending *p, uint32_t events);
/* host.lock held. Answer every poll of fd with -ECANCELED, soon. */
void ring_cancel_fd(struct host *h, int fd);
/* host.lock held. Watch the signals' eventfd, once. */
void ring_watch_signals(struct host *h);

#endif
