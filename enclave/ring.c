/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shared area from inside: two rings, the arena, the clock page. Positions are the enclave's
 * own; the host's head and tail are only ever compared with them, and a value that is impossible
 * counts as "nothing happened": a lying host delays itself. Each message is copied once and looked
 * at only as a copy (kernel/core/hostcall.c).
 */
#include "linux_errno.h"
#include "mem.h"
#include "outside.h"
#include "plat.h"
#include "start.h"

#define FIELD(f) (plat_boot()->shared + offsetof(struct shared_area, f))
#define SLOT(f, n)                                                                                 \
	(FIELD(f) + offsetof(struct hc_ring, slot) + ((n) % HC_SLOTS) * sizeof(struct hc_msg))
#define MSG_WORDS (sizeof(struct hc_msg) / 8)

/* Kernel lock. Free-running, as the rings' own words. */
static uint64_t submit_head, submit_tail, complete_head;

int plat_ring_send(const struct hc_msg *m)
{
	uint64_t head = outside_load(FIELD(submit.head));

	if (head - submit_head <= submit_tail - submit_head)
		submit_head = head;
	if (submit_tail - submit_head >= HC_SLOTS)
		return -EAGAIN;
	outside_write_words(SLOT(submit, submit_tail), (const uint64_t *)m, MSG_WORDS);
	outside_store(FIELD(submit.tail), ++submit_tail);
	return 0;
}

int plat_ring_recv(struct hc_msg *m)
{
	uint64_t tail = outside_load(FIELD(complete.tail));

	if (tail == complete_head || tail - complete_head > HC_SLOTS)
		return 0;
	outside_read_words((uint64_t *)m, SLOT(complete, complete_head), MSG_WORDS);
	outside_store(FIELD(complete.head), ++complete_head);
	return 1;
}

void outside_read(void *dst, uint64_t addr, size_t len)
{
	uint8_t *d = dst;

	while (len > 0) {
		size_t skip = addr % 8, n = 8 - skip < len ? 8 - skip : len;
		uint64_t word = outside_load(addr - skip);

		memcpy(d, (const uint8_t *)&word + skip, n);
		d += n;
		addr += n;
		len -= n;
	}
}

void outside_write(uint64_t addr, const void *src, size_t len)
{
	const uint8_t *s = src;

	while (len > 0) {
		size_t skip = addr % 8, n = 8 - skip < len ? 8 - skip : len;
		uint64_t word = n == 8 ? 0 : outside_load(addr - skip);

		memcpy((uint8_t *)&word + skip, s, n);
		outside_store(addr - skip, word);
		s += n;
		addr += n;
		len -= n;
	}
}

void plat_arena_read(void *dst, uint64_t off, size_t len)
{
	outside_read(dst, plat_boot()->shared + ARENA_OFF + off, len);
}

void plat_arena_write(uint64_t off, const void *src, size_t len)
{
	outside_write(plat_boot()->shared + ARENA_OFF + off, src, len);
}

bool plat_time_page(struct time_page *out)
{
	struct time_page t;

	outside_read_words((uint64_t *)&t, FIELD(time), sizeof t / 8);
	if (t.seq % 2 != 0 || outside_load(FIELD(time.seq)) != t.seq)
		return false;
	*out = t;
	return true;
}
