/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time without exits: the TSC, scaled by a rate and an origin that the host publishes. The host may
 * lie about the origin and the rate, but not make either clock run backwards: a new reading is only
 * taken if it is not behind what was already said.
 *
 * Readers run without the kernel lock (clock_gettime is a NOLOCK row), so the scale is published
 * under a sequence count; writers hold the kernel lock.
 */
#include "plat.h"
#include "sched.h"

static struct {
	uint64_t seq; /* odd while it changes */
	uint64_t tsc, mono, real;
	uint64_t rate; /* ns per tick, 32.32 */
} scale;

static struct list timers; /* by when */

static uint64_t scaled(uint64_t ticks, uint64_t rate)
{
	return (uint64_t)(((unsigned __int128)ticks * rate) >> 32);
}

static void clock_read(uint64_t *mono, uint64_t *real)
{
	uint64_t seq, m, r;

	do {
		while ((seq = __atomic_load_n(&scale.seq, __ATOMIC_ACQUIRE)) & 1)
			plat_pause();
		uint64_t tsc = plat_tsc(), base = scale.tsc;
		uint64_t ns = scaled(tsc > base ? tsc - base : 0, scale.rate);
		m = scale.mono + ns;
		r = scale.real + ns;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (__atomic_load_n(&scale.seq, __ATOMIC_RELAXED) != seq);
	*mono = m;
	*real = r;
}

uint64_t time_mono(void)
{
	uint64_t m, r;

	clock_read(&m, &r);
	return m;
}

uint64_t time_real(void)
{
	uint64_t m, r;

	clock_read(&m, &r);
	return r;
}

#define RATE_MIN   (1ull << 28) /* 16 GHz */
#define RATE_MAX   (1ull << 36) /* 62 MHz */
#define RESYNC_NS  1000000000ull
#define ORIGIN_MAX (1ull << 61) /* 73 years: nothing that is added to a reading may wrap */

/* Both clocks at tsc as the host's page has them. False: no clock of a truthful host. */
static bool host_clocks(const struct time_page *p, uint64_t tsc, uint64_t *mono, uint64_t *real)
{
	if (p->ns_per_tick < RATE_MIN || p->ns_per_tick > RATE_MAX || p->tsc > tsc)
		return false;
	uint64_t since = scaled(tsc - p->tsc, p->ns_per_tick);

	if (since > ORIGIN_MAX || p->mono_ns > ORIGIN_MAX || p->real_ns > ORIGIN_MAX)
		return false;
	*mono = p->mono_ns + since;
	*real = p->real_ns + since;
	return true;
}

void time_resync(void)
{
	struct time_page p;
	uint64_t mono, real, host_mono, host_real, tsc = plat_tsc();

	if (scale.rate != 0 && scaled(tsc - scale.tsc, scale.rate) < RESYNC_NS)
		return;
	if (!plat_time_page(&p) || !host_clocks(&p, tsc, &host_mono, &host_real))
		return;
	clock_read(&mono, &real);

	__atomic_store_n(&scale.seq, scale.seq + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	scale.tsc = tsc;
	scale.mono = host_mono > mono ? host_mono : mono;
	scale.real = host_real; /* real time may be set */
	scale.rate = p.ns_per_tick;
	__atomic_store_n(&scale.seq, scale.seq + 1, __ATOMIC_RELEASE);
}

void time_init(void)
{
	list_init(&timers);
	scale.tsc = plat_tsc();
	while (scale.rate == 0) {
		time_resync();
		plat_pause();
	}
}

void ktimer_set(struct ktimer *t, uint64_t when)
{
	struct list *pos = timers.prev;

	ktimer_cancel(t);
	t->when = when;
	while (pos != &timers && container_of(pos, struct ktimer, link)->when > when)
		pos = pos->prev;
	list_insert_before(pos->next, &t->link);
}

void ktimer_cancel(struct ktimer *t)
{
	list_del(&t->link);
}

uint64_t timers_next(void)
{
	return list_empty(&timers) ? NO_DEADLINE
				   : container_of(timers.next, struct ktimer, link)->when;
}

void timers_run(void)
{
	while (!list_empty(&timers)) {
		struct ktimer *t = container_of(timers.next, struct ktimer, link);

		if (t->when > time_mono())
			return;
		list_del(&t->link);
		t->fn(t);
	}
}
