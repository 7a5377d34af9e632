/* SPDX-License-Identifier: Apache-2.0 */
/* EENTER, EEXIT, AEX, ERESUME: what every register holds on both sides. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "encl.h"

static struct encl e;

static int setup(void **state)
{
	const struct encl_opts o = {.miscselect = SGX_MISC_EXINFO, .xfrm = SGX_XFRM_LEGACY};

	assert_int_equal(dev_emu.thread_init(), 0);
	encl_build(&e, &o);
	return 0;
}

static int teardown(void **state)
{
	encl_destroy(&e);
	dev_emu.thread_exit();
	return 0;
}

static void test_round_trip(void **state)
{
	uint64_t host = 0;

	encl_call(&e, OP_nop, 0, 0);
	encl_call(&e, OP_store, e.base + ENCL_DATA, 0x1122334455667788);
	assert_int_equal(encl_call(&e, OP_load, e.base + ENCL_DATA, 0), 0x1122334455667788);
	encl_call(&e, OP_store, (uint64_t)&host, 42);
	assert_int_equal(host, 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
