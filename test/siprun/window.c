/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which pages of the data window are in use: one bit per page. Called with the lock of
 * syscalls.c held. No libc: the program's vector registers are live.
 */
#include "siprun.h"

#define PAGES (WINDOW / PAGE)

static uint64_t used[PAGES / 64];

static int page_used(uint64_t page)
{
	return used[page / 64] >> (page % 64) & 1;
}

void window_mark(uint64_t at, uint64_t len, int now_used)
{
	for (uint64_t p = at / PAGE; p < (at + len + PAGE - 1) / PAGE && p < PAGES; p++) {
		if (now_used)
			used[p / 64] |= 1ull << (p % 64);
		else
			used[p / 64] &= ~(1ull << (p % 64));
	}
}

int window_is_free(uint64_t at, uint64_t len)
{
	if (at + len > WINDOW || at + len < at)
		return 0;
	for (uint64_t p = at / PAGE; p < (at + len + PAGE - 1) / PAGE; p++)
		if (page_used(p))
			return 0;
	return 1;
}

uint64_t window_find(uint64_t hint, uint64_t len)
{
	uint64_t need = (len + PAGE - 1) / PAGE, run = 0;

	if (!need || need > PAGES)
		return 0;
	for (uint64_t p = hint / PAGE; p-- > 0;) { /* downwards, as Linux places mappings */
		run = page_used(p) ? 0 : run + 1;
		if (run == need)
			return p * PAGE;
	}
	return 0;
}

void window_init(void)
{
	window_mark(0, EDGE, 1);
	window_mark(WINDOW - EDGE, EDGE, 1);
	window_mark(0x10000000, 0x30000000, 1); /* text offsets */
}
