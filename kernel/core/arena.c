/* SPDX-License-Identifier: Apache-2.0 */
/* First fit over a bitmap of 4 KiB units, starting after the last hit. */
#include "arena.h"
#include "enclave.h"
#include "layout.h"
#include "linux_errno.h"
#include "thread.h"
#include "waitq.h"

#define UNITS (ARENA_SIZE / PAGE_SIZE)

static uint8_t used[UNITS];
static size_t next_unit;
static struct waitq room;

void arena_init(void)
{
	waitq_init(&room);
}

static size_t units(size_t n)
{
	return n == 0 ? 1 : (n + PAGE_SIZE - 1) / PAGE_SIZE;
}

/* Start of a free run of n units in [from, to), or UNITS. */
static size_t find(size_t from, size_t to, size_t n)
{
	size_t run = 0;

	for (size_t i = from; i < to; i++) {
		run = used[i] ? 0 : run + 1;
		if (run == n)
			return i + 1 - n;
	}
	return UNITS;
}

int arena_try(size_t n, uint64_t *off)
{
	size_t want = units(n), at;

	if (want > UNITS)
		return -E2BIG;
	at = find(next_unit, UNITS, want);
	if (at == UNITS)
		at = find(0, UNITS, want);
	if (at == UNITS)
		return -EAGAIN;
	for (size_t i = 0; i < want; i++)
		used[at + i] = 1;
	next_unit = at + want < UNITS ? at + want : 0;
	*off = at * PAGE_SIZE;
	return 0;
}

int arena_take(size_t n, uint64_t *off)
{
	int r;

	while ((r = arena_try(n, off)) == -EAGAIN)
		waitq_sleep(&room, NO_DEADLINE, false);
	return r;
}

void arena_give(uint64_t off, size_t n)
{
	size_t at = off / PAGE_SIZE, count = units(n);

	for (size_t i = 0; i < count; i++)
		used[at + i] = 0;
	if (at < next_unit)
		next_unit = at; /* stay in few, warm pages */
	waitq_wake(&room, 0, WAKE_ALL);
}
