/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIGSTRUCT without RSA: constants, signed bytes, EINIT's comparison with the enclave.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sigstruct.h"

static void test_constants(void **state)
{
	static const uint8_t header[16] = {6, 0, 0, 0, 0xe1, 0, 0, 0, 0, 0, 1};
	static const uint8_t header2[16] = {1, 1, 0, 0, 0x60, 0, 0, 0, 0x60, 0, 0, 0, 1};
	struct sgx_sigstruct sig;
	const uint8_t *raw = (const uint8_t *)&sig;

	memset(&sig, 0xff, sizeof sig);
	sigstruct_init(&sig);
	assert_int_equal(sigstruct_check_format(&sig), SGX_SUCCESS);
	assert_memory_equal(raw, header, 16);
	assert_memory_equal(raw + 24, header2, 16);
	assert_int_equal(raw[512], 3);
	unsigned nonzero = 0;
	for (size_t i = 0; i < sizeof sig; i++)
		nonzero += raw[i] != 0;
	assert_int_equal(nonzero, 3 + 5 + 1);
}

static void test_vendor_is_zero_or_intel(void **state)
{
	struct sgx_sigstruct sig;

	sigstruct_init(&sig);
	sig.vendor = 0x8086;
	assert_int_equal(sigstruct_check_format(&sig), SGX_SUCCESS);
	sig.vendor = 0x8087;
	assert_int_equal(sigstruct_check_format(&sig), SGX_INVALID_SIG_STRUCT);
}

/* Byte ranges that the format check owns; every other byte must not trouble it. */
static int is_format_byte(size_t i)
{
	return i < 20 || (i >= 24 && i < 40) || (i >= 44 && i < 128) || (i >= 512 && i < 516) ||
	       (i >= 910 && i < 912) || (i >= 992 && i < 1008) || (i >= 1028 && i < 1040);
}

static void test_every_format_bit(void **state)
{
	struct sgx_sigstruct sig;
	uint8_t *raw = (uint8_t *)&sig;

	sigstruct_init(&sig);
	for (size_t bit = 0; bit < sizeof sig * 8; bit++) {
		raw[bit / 8] ^= 1u << bit % 8;
		assert_int_equal(sigstruct_check_format(&sig),
			is_format_byte(bit / 8) ? SGX_INVALID_SIG_STRUCT : SGX_SUCCESS);
		raw[bit / 8] ^= 1u << bit % 8;
	}
}

static void test_signed_bytes(void **state)
{
	struct sgx_sigstruct sig;
	uint8_t *raw = (uint8_t *)&sig, bytes[256];

	for (size_t i = 0; i < sizeof sig; i++)
		raw[i] = (uint8_t)(i ^ i >> 8);
	sigstruct_signed_bytes(&sig, bytes);
	for (size_t i = 0; i < 128; i++) {
		assert_int_equal(bytes[i], raw[i]);
		assert_int_equal(bytes[128 + i], raw[900 + i]);
	}
}

struct einit {
	struct sgx_sigstruct sig;
	struct sgx_secs secs;
	uint8_t mrenclave[32], mrsigner[32], launch_hash[32];
};

/* Each row spoils a good launch. X(expected, statement) */
#define LAUNCHES(X)                                                                                \
	X(SUCCESS, (void)0)                                                                        \
	X(INVALID_MEASUREMENT, e->mrenclave[31] ^= 1)                                              \
	X(INVALID_MEASUREMENT, e->sig.enclave_hash[0] ^= 0x80)                                     \
	X(INVALID_ATTRIBUTE, e->secs.attributes.flags |= SGX_ATTR_DEBUG)                           \
	X(INVALID_ATTRIBUTE, e->secs.attributes.flags = 0)                                         \
	X(INVALID_ATTRIBUTE, e->secs.attributes.xfrm = 1)                                          \
	X(INVALID_ATTRIBUTE, e->secs.attributes.xfrm |= 1ULL << 17)                                \
	X(SUCCESS, e->secs.attributes.xfrm |= SGX_XFRM_AVX)                                        \
	X(SUCCESS, (e->secs.attributes.flags |= SGX_ATTR_DEBUG,                                    \
			   e->sig.attribute_mask.flags = ~SGX_ATTR_DEBUG))                         \
	X(INVALID_ATTRIBUTE, e->secs.miscselect = 1)                                               \
	X(SUCCESS, (e->secs.miscselect = 1, e->sig.misc_mask = 0))                                 \
	X(INVALID_ATTRIBUTE, (e->secs.cet_attributes = 1, e->sig.cet_attributes_mask = 1))         \
	X(INVALID_SIG_STRUCT, e->sig.isv_family_id[15] = 1)                                        \
	X(SUCCESS, (e->sig.isv_family_id[15] = 1, e->secs.attributes.flags |= SGX_ATTR_KSS,        \
			   e->sig.attributes.flags |= SGX_ATTR_KSS))                               \
	X(INVALID_EINITTOKEN, e->launch_hash[7] ^= 1)                                              \
	X(SUCCESS, (e->secs.attributes.flags |= SGX_ATTR_EINITTOKENKEY,                            \
			   e->sig.attributes.flags |= SGX_ATTR_EINITTOKENKEY))                     \
	X(INVALID_ATTRIBUTE, (e->secs.attributes.flags |= SGX_ATTR_EINITTOKENKEY,                  \
				     e->sig.attributes.flags |= SGX_ATTR_EINITTOKENKEY,            \
				     e->launch_hash[0] ^= 1))                                      \
	/* the order of the checks */                                                              \
	X(INVALID_SIG_STRUCT, (e->sig.isv_family_id[0] = 1, e->mrenclave[0] ^= 1))                 \
	X(INVALID_MEASUREMENT, (e->mrenclave[0] ^= 1, e->secs.attributes.flags = 0))               \
	X(INVALID_ATTRIBUTE, (e->secs.attributes.flags = 0, e->launch_hash[0] ^= 1))

static void good_launch(struct einit *e)
{
	memset(e, 0, sizeof *e);
	sigstruct_init(&e->sig);
	memset(e->mrenclave, 0xa5, 32);
	memset(e->mrsigner, 0x5a, 32);
	memset(e->launch_hash, 0x5a, 32);
	memset(e->sig.enclave_hash, 0xa5, 32);
	e->secs.attributes = (struct sgx_attributes){SGX_ATTR_MODE64BIT, SGX_XFRM_LEGACY};
	e->sig.attributes = e->secs.attributes;
	e->sig.attribute_mask = (struct sgx_attributes){UINT64_MAX, ~SGX_XFRM_AVX};
	e->sig.misc_mask = UINT32_MAX;
}

#define LAUNCH(expected, statement)                                                                \
	do {                                                                                       \
		struct einit launch, *e = &launch;                                                 \
		good_launch(e);                                                                    \
		statement;                                                                         \
		enum sgx_error got = sigstruct_check_enclave(                                      \
			&e->sig, &e->secs, e->mrenclave, e->mrsigner, e->launch_hash);             \
		if (got != SGX_##expected)                                                         \
			fail_msg("%s: want %s, got %d", #statement, #expected, got);               \
	} while (0);

static void test_check_enclave(void **state)
{
	LAUNCHES(LAUNCH)
}

static void test_dates(void **state)
{
	static const uint32_t good[] = {0x20240229, 0x20000229, 0x20261231, 0x20260101, 0x00010101};
	static const uint32_t bad[] = {0, 0x20230229, 0x19000229, 0x20261301, 0x20260001,
		0x20260100, 0x20260132, 0x2026010a, 0x20260431, 0xa0260101, 0x00000101};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(sigstruct_date_valid(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(sigstruct_date_valid(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_constants),
		cmocka_unit_test(test_vendor_is_zero_or_intel),
		cmocka_unit_test(test_every_format_bit),
		cmocka_unit_test(test_signed_bytes),
		cmocka_unit_test(test_check_enclave),
		cmocka_unit_test(test_dates),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
