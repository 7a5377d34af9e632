/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/core/time.c against a host that lies about the time: neither clock may wrap, and the
 * monotonic one never runs backwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "plat.h"
#include "sched.h"

#define SECOND_TICKS 1000000000ull
#define ONE_NS       (1ull << 32)

static uint64_t tsc;
static struct time_page page;

uint64_t plat_tsc(void)
{
	return tsc;
}

bool plat_time_page(struct time_page *out)
{
	*out = page;
	return true;
}

void plat_pause(void)
{
}

static int setup(void **state)
{
	(void)state;
	tsc += 10 * SECOND_TICKS;
	page = (struct time_page){
		.tsc = tsc, .mono_ns = time_mono() + 5, .real_ns = 7, .ns_per_tick = ONE_NS};
	time_init();
	tsc += 2 * SECOND_TICKS;
	time_resync();
	return 0;
}

static void honest_host(void **state)
{
	uint64_t mono = time_mono();

	(void)state;
	assert_int_equal(time_real(), 7 + 2 * SECOND_TICKS);
	tsc += 3;
	assert_int_equal(time_mono(), mono + 3);
}

static void lies(void **state)
{
	static const uint64_t values[] = {
		0, 1, ONE_NS, 1ull << 61, 1ull << 62, 1ull << 63, UINT64_MAX - 1, UINT64_MAX};
	const size_t n = sizeof values / sizeof values[0];

	(void)state;
	for (size_t i = 0; i < n * n * n * n; i++) {
		uint64_t before = time_mono();

		page = (struct time_page){.tsc = values[i % n],
			.mono_ns = values[i / n % n],
			.real_ns = values[i / n / n % n],
			.ns_per_tick = i / n / n / n == 7 ? 1ull << 36 : values[i / n / n / n]};
		tsc += 17 * SECOND_TICKS;
		time_resync();
		assert_true(time_mono() >= before);
		tsc += SECOND_TICKS; /* long enough for a clock near its end to wrap */
		assert_true(time_mono() > before);
		assert_true(time_mono() < 1ull << 63);
		assert_true(time_real() < 1ull << 63);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(honest_host, setup),
		cmocka_unit_test_setup(lies, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
