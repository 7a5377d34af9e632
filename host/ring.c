/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Serving the hostcall ring. A message is copied out of the shared area once, in 8-byte words, and
 * only the copy is looked at. Rows marked NOW are plain system calls made on the spot: the thread
 * that brought them has nothing better to do, and file work rarely blocks. Rows marked LATER become
 * one-shot polls of the io_uring.
 *
 * A completion that finds the ring full waits in the backlog; it is pushed before anything newer.
 * Lock: host.lock, see host.h. The liburing queues are touched with it held and never otherwise;
 * idle threads wait on the io_uring's file descriptor instead (vcpu.c).
 */
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "hc.h"
#include "ring.h"

#define URING_ENTRIES 256
#define PENDING_MAX   65536 /* calls the enclave may leave unanswered */

static hc_handler *const handlers[HC_COUNT] = {
#define X(name, args, ret, blocking, note) [HC_##name] = hc_##name,
	HOSTCALLS(X)
#undef X
};

/* ---- the shared rings ---- */

static uint64_t load_acquire(const uint64_t *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static void copy_message(struct hc_msg *dst, const struct hc_msg *src)
{
	volatile uint64_t *d = (volatile uint64_t *)dst;
	const volatile uint64_t *s = (const volatile uint64_t *)src;

	for (size_t i = 0; i < sizeof *dst / sizeof *d; i++)
		d[i] = s[i];
}

/* A counter pair no honest enclave can produce: stop listening to it. */
static bool ring_sane(struct host *h, uint64_t head, uint64_t tail)
{
	if (tail - head <= HC_SLOTS)
		return true;
	h->broken = true;
	host_end(h, LAUNCH_FAILED, "the enclave corrupted its hostcall ring");
	return false;
}

static bool ring_take(struct host *h, struct hc_msg *m)
{
	struct hc_ring *r = &h->shared->submit;
	uint64_t head = r->head, tail = load_acquire(&r->tail);

	if (head == tail || !ring_sane(h, head, tail))
		return false;
	copy_message(m, &r->slot[head % HC_SLOTS]);
	__atomic_store_n(&r->head, head + 1, __ATOMIC_RELEASE);
	return true;
}

static bool ring_push(struct host *h, const struct hc_msg *m)
{
	struct hc_ring *r = &h->shared->complete;
	uint64_t tail = r->tail, head = load_acquire(&r->head);

	if (!ring_sane(h, head, tail) || tail - head == HC_SLOTS)
		return false;
	copy_message(&r->slot[tail % HC_SLOTS], m);
	__atomic_store_n(&r->tail, tail + 1, __ATOMIC_RELEASE);
	return true;
}

static void backlog_flush(struct host *h)
{
	size_t done = 0;

	while (done < h->nbacklog && ring_push(h, &h->backlog[done]))
		done++;
	if (done == 0)
		return;
	h->nbacklog -= done;
	memmove(h->backlog, h->backlog + done, h->nbacklog * sizeof *h->backlog);
}

void ring_complete(struct host *h, uint64_t token, uint64_t op, int64_t ret)
{
	struct hc_msg m = {.token = token, .op = op, .ret = ret};

	if (h->nbacklog == 0 && ring_push(h, &m))
		return;
	if (h->nbacklog == h->backlog_cap) {
		size_t cap = h->backlog_cap ? 2 * h->backlog_cap : HC_SLOTS;
		struct hc_msg *b = realloc(h->backlog, cap * sizeof *b);

		if (b == NULL) { /* an answer lost would hang a process for ever */
			host_end(h, LAUNCH_FAILED, "no memory for the hostcall ring");
			return;
		}
		h->backlog = b;
		h->backlog_cap = cap;
	}
	h->backlog[h->nbacklog++] = m;
}

/* ---- calls answered later ---- */

struct pending *ring_keep(struct host *h, struct pending **list, uint64_t token, uint64_t op)
{
	struct pending *p = h->pending_count < PENDING_MAX ? calloc(1, sizeof *p) : NULL;

	if (p == NULL)
		return NULL;
	p->token = token;
	p->op = op;
	p->next = *list;
	*list = p;
	h->pending_count++;
	return p;
}

void ring_forget(struct host *h, struct pending **list, struct pending *p)
{
	struct pending **at = list;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	h->pending_count--;
	free(p);
}

static struct io_uring_sqe *sqe_get(struct host *h)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&h->uring);

	if (sqe == NULL) {
		(void)io_uring_submit(&h->uring); /* if it fails there is still no entry */
		sqe = io_uring_get_sqe(&h->uring);
	}
	h->sqes = true;
	return sqe;
}

static void uring_submit(struct host *h)
{
	if (h->sqes && io_uring_submit(&h->uring) >= 0)
		h->sqes = false;
}

int ring_poll(struct host *h, struct pending *p, uint32_t events)
{
	struct io_uring_sqe *sqe = sqe_get(h);

	if (sqe == NULL)
		return -ENOMEM;
	io_uring_prep_poll_add(sqe, p->fd, events);
	io_uring_sqe_set_data(sqe, p);
	return 0;
}

void ring_cancel_fd(struct host *h, int fd)
{
	for (struct pending *p = h->polls; p != NULL; p = p->next) {
		struct io_uring_sqe *sqe = p->fd == fd ? sqe_get(h) : NULL;

		if (sqe == NULL)
			continue;
		io_uring_prep_cancel(sqe, p, 0);
		io_uring_sqe_set_data(sqe, NULL);
	}
	uring_submit(h); /* a poll not yet submitted must not meet the next file of that number */
}

void ring_watch_signals(struct host *h)
{
	struct io_uring_sqe *sqe = sqe_get(h);

	if (sqe == NULL)
		return;
	io_uring_prep_poll_add(sqe, h->sigfd, POLLIN);
	io_uring_sqe_set_data(sqe, &h->sigfd);
}

static void uring_reap(struct host *h)
{
	struct io_uring_cqe *cqe;

	while (io_uring_peek_cqe(&h->uring, &cqe) == 0) {
		void *data = io_uring_cqe_get_data(cqe);
		int res = cqe->res;

		io_uring_cqe_seen(&h->uring, cqe);
		if (data == NULL) /* a cancellation's own result */
			continue;
		if (data == &h->sigfd) {
			signals_collect(h);
			ring_watch_signals(h);
			continue;
		}
		struct pending *p = data;

		ring_complete(h, p->token, p->op, res);
		ring_forget(h, &h->polls, p);
	}
}

/* ---- service ---- */

static void serve_one(struct host *h, const struct hc_msg *m)
{
	int64_t ret = -ENOSYS;

	if (m->op < HC_COUNT && handlers[m->op] != NULL)
		ret = handlers[m->op](h, m);
	if (ret != HC_LATER)
		ring_complete(h, m->token, m->op, ret);
}

static bool service_locked(struct host *h)
{
	struct hc_msg m;

	while (!h->broken && ring_take(h, &m))
		serve_one(h, &m);
	uring_submit(h); /* a poll of something ready completes here and is reaped at once */
	uring_reap(h);
	uring_submit(h);
	backlog_flush(h);
	return h->shared->complete.tail != load_acquire(&h->shared->complete.head);
}

bool ring_service(struct host *h)
{
	pthread_mutex_lock(&h->lock);
	bool answers = service_locked(h);
	pthread_mutex_unlock(&h->lock);
	return answers;
}

void ring_try_service(struct host *h)
{
	if (pthread_mutex_trylock(&h->lock) != 0)
		return;
	(void)service_locked(h); /* the caller enters the enclave anyway */
	pthread_mutex_unlock(&h->lock);
}

int ring_init(struct host *h)
{
	int err = io_uring_queue_init(URING_ENTRIES, &h->uring, 0);

	if (err < 0)
		return err;
	pthread_mutex_lock(&h->lock);
	ring_watch_signals(h);
	uring_submit(h);
	pthread_mutex_unlock(&h->lock);
	return 0;
}
