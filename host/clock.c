/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clock page: readings of the host's clocks, and the rate of the TSC to extrapolate from them,
 * so that the enclave tells the time without leaving. Published under a sequence count, at every
 * idle return and every tick. The enclave believes it only as far as its own clock stays monotonic.
 *
 * The rate is measured over a window of one to two WINDOW_NS, so that it follows the slewing of
 * CLOCK_MONOTONIC; at first, over the time that the enclave took to load.
 */
#include <time.h>
#include <x86intrin.h>

#include "host.h"

#define WINDOW_NS       4000000000u
#define FIRST_WINDOW_NS 1000000u /* the least that gives a rate worth publishing */

static uint64_t clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Both clocks and the TSC at one moment, as nearly as an unlucky interruption lets us. */
static void read_clocks(struct clock_reading *r)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < 3; i++) {
		uint64_t t0 = __rdtsc(), mono = clock_ns(CLOCK_MONOTONIC), t1 = __rdtsc();

		if (t1 - t0 >= best)
			continue;
		best = t1 - t0;
		r->tsc = t0 + best / 2;
		r->mono_ns = mono;
		r->real_ns = clock_ns(CLOCK_REALTIME) - (clock_ns(CLOCK_MONOTONIC) - mono);
	}
}

static void put(uint64_t *p, uint64_t v)
{
	__atomic_store_n(p, v, __ATOMIC_RELAXED);
}

static void publish(struct time_page *t, const struct clock_reading *r, uint64_t rate)
{
	put(&t->seq, t->seq + 1);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	put(&t->tsc, r->tsc);
	put(&t->mono_ns, r->mono_ns);
	put(&t->real_ns, r->real_ns);
	put(&t->ns_per_tick, rate);
	__atomic_store_n(&t->seq, t->seq + 1, __ATOMIC_RELEASE);
}

void clock_publish(struct host_clock *c)
{
	struct clock_reading r;
	uint64_t rate;

	if (atomic_flag_test_and_set_explicit(&c->busy, memory_order_acquire))
		return; /* another thread, or the code this signal interrupted, is at it */
	do
		read_clocks(&r);
	while (r.mono_ns - c->base.mono_ns < FIRST_WINDOW_NS || r.tsc <= c->base.tsc);
	rate = (uint64_t)(((unsigned __int128)(r.mono_ns - c->base.mono_ns) << 32) /
			  (r.tsc - c->base.tsc));
	publish(c->page, &r, rate);
	if (r.mono_ns - c->next.mono_ns > WINDOW_NS) {
		c->base = c->next;
		c->next = r;
	}
	atomic_flag_clear_explicit(&c->busy, memory_order_release);
}

void clock_init(struct host_clock *c, struct time_page *page)
{
	*c = (struct host_clock){.page = page, .busy = ATOMIC_FLAG_INIT};
	read_clocks(&c->base);
	c->next = c->base;
}
