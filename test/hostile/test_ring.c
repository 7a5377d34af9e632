/* SPDX-License-Identifier: Apache-2.0 */
/* enclave/ring.c against a host that lies about positions and writes while it is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "linux_errno.h"
#include "plat.h"

static struct boot_block boot;
static struct shared_area *area;
static uint64_t token;

const struct boot_block *plat_boot(void)
{
	return &boot;
}

static int send_one(void)
{
	struct hc_msg m = {.token = ++token, .op = HC_log, .a = {token * 3}};
	int ret = plat_ring_send(&m);

	if (ret < 0)
		token--;
	return ret;
}

/* The host takes one message; it must be the next. */
static uint64_t taken;

static void take_one(void)
{
	const struct hc_msg *m = &area->submit.slot[area->submit.head % HC_SLOTS];

	assert_true(area->submit.head != area->submit.tail);
	assert_int_equal(m->token, ++taken);
	assert_int_equal(m->a[0], taken * 3);
	area->submit.head++;
}

static void submit_fills_and_wraps(void **state)
{
	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < HC_SLOTS; i++)
			assert_int_equal(send_one(), 0);
		assert_int_equal(send_one(), -EAGAIN);
		for (int i = 0; i < 100; i++)
			take_one();
		for (int i = 0; i < 100; i++)
			assert_int_equal(send_one(), 0);
		assert_int_equal(send_one(), -EAGAIN);
		for (int i = 0; i < HC_SLOTS; i++)
			take_one();
	}
}

/* Whatever head says, at most HC_SLOTS messages are under way, and honesty is believed again. */
static void submit_head_lies(void **state)
{
	const uint64_t lies[] = {1, 2, HC_SLOTS, HC_SLOTS + 1, 1ull << 32, 1ull << 63, (uint64_t)-1,
		(uint64_t)-2, (uint64_t)-HC_SLOTS};

	for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
		for (int n = 0; n < HC_SLOTS; n++)
			assert_int_equal(send_one(), 0);
		area->submit.head = area->submit.tail + lies[i];
		if (lies[i] >= (uint64_t)-HC_SLOTS) /* between: not a lie that can be seen */
			area->submit.head = area->submit.tail - 2 * HC_SLOTS - i;
		for (int n = 0; n < 10; n++)
			assert_int_equal(send_one(), -EAGAIN);
		area->submit.head = area->submit.tail - HC_SLOTS;
		for (int n = 0; n < HC_SLOTS; n++)
			take_one();
	}
}

static void complete_in_order(void **state)
{
	static uint64_t given, got;
	struct hc_msg m;

	for (int round = 0; round < 2000; round++) {
		for (int i = 0; i < round % 7; i++)
			area->complete.slot[area->complete.tail++ % HC_SLOTS] =
				(struct hc_msg){.token = ++given, .zero = {0, 0, 0, 0, given}};
		while (plat_ring_recv(&m) == 1) {
			assert_int_equal(m.token, ++got);
			assert_int_equal(m.zero[4], got);
		}
		assert_int_equal(got, given);
		assert_int_equal(area->complete.head, area->complete.tail);
	}
}

static void complete_tail_lies(void **state)
{
	uint64_t tail = area->complete.tail;
	struct hc_msg m;

	for (int bit = 0; bit < 64; bit++) {
		area->complete.tail = tail + (1ull << bit);
		if (1ull << bit > HC_SLOTS)
			assert_int_equal(plat_ring_recv(&m), 0);
		area->complete.tail = tail - (1ull << bit);
		assert_int_equal(plat_ring_recv(&m), 0);
	}
	area->complete.tail = tail; /* and the enclave's position is where it was */
	assert_int_equal(plat_ring_recv(&m), 0);
	area->complete.head = 12345; /* the host's copy of it is not read */
	area->complete.slot[area->complete.tail++ % HC_SLOTS] = (struct hc_msg){.token = 77};
	assert_int_equal(plat_ring_recv(&m), 1);
	assert_int_equal(m.token, 77);
	assert_int_equal(area->complete.head, area->complete.tail);
}

/* All alignments and short lengths: exactly the bytes asked for, the neighbours untouched. */
static void arena_edges(void **state)
{
	uint8_t *arena = (uint8_t *)area + ARENA_OFF, src[64], dst[64];

	for (unsigned i = 0; i < sizeof src; i++)
		src[i] = (uint8_t)(i * 7 + 1);
	for (size_t off = 0; off < 17; off++)
		for (size_t len = 0; len < 41; len++) {
			memset(arena, 0xee, 128);
			plat_arena_write(off, src, len);
			for (size_t i = 0; i < 128; i++)
				assert_int_equal(
					arena[i], i >= off && i < off + len ? src[i - off] : 0xee);
			memset(dst, 0xdd, sizeof dst);
			plat_arena_read(dst, off, len);
			assert_memory_equal(dst, src, len);
			for (size_t i = len; i < sizeof dst; i++)
				assert_int_equal(dst[i], 0xdd);
		}
	/* up to the last byte, which is the last of the mapping */
	plat_arena_write(ARENA_SIZE - 5, src, 5);
	plat_arena_read(dst, ARENA_SIZE - 5, 5);
	assert_memory_equal(dst, src, 5);
}

static void time_page(void **state)
{
	struct time_page t = {0};

	area->time = (struct time_page){.seq = 2, .tsc = 10, .mono_ns = 20};
	assert_true(plat_time_page(&t));
	assert_int_equal(t.mono_ns, 20);
	area->time.seq = 3;
	area->time.mono_ns = 30;
	assert_false(plat_time_page(&t));
	assert_int_equal(t.mono_ns, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(submit_fills_and_wraps),
		cmocka_unit_test(submit_head_lies),
		cmocka_unit_test(complete_in_order),
		cmocka_unit_test(complete_tail_lies),
		cmocka_unit_test(arena_edges),
		cmocka_unit_test(time_page),
	};

	area = aligned_alloc(4096, ARENA_OFF + ARENA_SIZE);
	if (area == NULL)
		return 1;
	memset(area, 0, ARENA_OFF + ARENA_SIZE);
	boot.shared = (uint64_t)area;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
