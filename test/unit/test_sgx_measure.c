/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MRENCLAVE: records against bytes written by hand from the SDM, and a whole enclave file against
 * a second, plain implementation: build the .sgxs byte stream, hash it in one go.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/sha.h>

#include "enclave_builder.h"
#include "sgx_measure.h"

struct stream {
	uint8_t *bytes;
	size_t len, cap;
	unsigned calls, fail_at; /* fail the Nth tee call; 0: never */
};

static int collect(void *ctx, const void *bytes, size_t len)
{
	struct stream *s = ctx;
	if (++s->calls == s->fail_at)
		return -28;
	assert_true(s->len + len <= s->cap);
	memcpy(s->bytes + s->len, bytes, len);
	s->len += len;
	return 0;
}

static void start(struct sgx_measure *m, struct stream *s, size_t cap)
{
	*s = (struct stream){.bytes = malloc(cap), .cap = cap};
	assert_non_null(s->bytes);
	assert_int_equal(sgx_measure_init(m), 0);
	m->tee = collect;
	m->tee_ctx = s;
}

/* The digest must be SHA-256 of exactly `want`. */
static void finish(struct sgx_measure *m, struct stream *s, const uint8_t *want, size_t len)
{
	uint8_t got[32], again[32], expected[32];

	assert_int_equal(s->len, len);
	assert_memory_equal(s->bytes, want, len);
	assert_int_equal(sgx_measure_final(m, got), 0);
	assert_int_equal(sgx_measure_final(m, again), 0);
	SHA256(want, len, expected);
	assert_memory_equal(got, expected, 32);
	assert_memory_equal(again, expected, 32);
	sgx_measure_fini(m);
	free(s->bytes);
}

static void test_ecreate_record(void **state)
{
	static const uint8_t want[64] = {
		'E', 'C', 'R', 'E', 'A', 'T', 'E', 0, /* tag */
		3, 0, 0, 0,                           /* SSAFRAMESIZE */
		0, 0, 0, 0, 0, 0x40, 0, 0,            /* SIZE = 2^46 */
		0, 0, 0, 0, 0, 0, 0, 0,               /* CET_LEG_BITMAP_OFFSET */
	};
	struct sgx_measure m;
	struct stream s;

	start(&m, &s, 64);
	assert_int_equal(sgx_measure_ecreate(&m, 1ULL << 46, 3), 0);
	finish(&m, &s, want, sizeof want);
}

static void test_eadd_record(void **state)
{
	static const uint8_t want[128] = {
		'E', 'A', 'D', 'D', 0, 0, 0, 0,            /* tag */
		0x00, 0x50, 0x34, 0x12, 0, 1, 0, 0,        /* offset 0x10012345000 */
		0x05, 0x02, 0, 0, 0, 0, 0, 0,              /* REG, R, X */
		[64] = 'E', 'A', 'D', 'D', 0, 0, 0, 0,     /* the TCS: */
		[72] = 0x00, 0x60, 0x34, 0x12, 0, 1, 0, 0, /* offset 0x10012346000 */
		[80] = 0x00, 0x01, 0, 0, 0, 0, 0, 0,       /* R, W are not kept */
	};
	struct sgx_measure m;
	struct stream s;

	start(&m, &s, 128);
	assert_int_equal(sgx_measure_eadd(&m, 0x10012345000, 0x205), 0);
	assert_int_equal(sgx_measure_eadd(&m, 0x10012346000, 0x103), 0);
	finish(&m, &s, want, sizeof want);
}

static void test_eextend_record(void **state)
{
	uint8_t want[64 + 256] = {'E', 'E', 'X', 'T', 'E', 'N', 'D', 0, 0x00, 0x1f, 0, 0};
	struct sgx_measure m;
	struct stream s;

	for (unsigned i = 0; i < 256; i++)
		want[64 + i] = (uint8_t)(255 - i);
	start(&m, &s, sizeof want);
	assert_int_equal(sgx_measure_eextend(&m, 0x1f00, want + 64), 0);
	finish(&m, &s, want, sizeof want);
}

/* A second implementation, byte by byte. */
static size_t naive_record(uint8_t *at, const char *tag, uint64_t a, uint64_t b)
{
	memset(at, 0, 64);
	memcpy(at, tag, strlen(tag));
	for (int i = 0; i < 8; i++) {
		at[8 + i] = (uint8_t)(a >> 8 * i);
		at[16 + i] = (uint8_t)(b >> 8 * i);
	}
	return 64;
}

static size_t naive_page(uint8_t *at, uint64_t offset, uint64_t secinfo, const uint8_t *page)
{
	size_t n = naive_record(at, "EADD", offset, secinfo);
	for (unsigned i = 0; i < 4096; i += 256) {
		n += naive_record(at + n, "EEXTEND", offset + i, 0);
		memcpy(at + n, page + i, 256);
		n += 256;
	}
	return n;
}

static void test_tcs_is_measured_as_the_epc_copy(void **state)
{
	static uint8_t page[4096], epc[4096], want[64 + 16 * (64 + 256)];
	struct sgx_measure m;
	struct stream s;

	memset(page, 0xff, sizeof page);
	memset(epc, 0xff, sizeof epc);
	memset(epc + 0, 0, 8);  /* STATE */
	epc[8] = 0xfe;          /* FLAGS: DBGOPTIN goes, AEXNOTIFY stays */
	memset(epc + 24, 0, 4); /* CSSA */
	memset(epc + 40, 0, 8); /* AEP */
	size_t len = naive_page(want, 0x3000, 0x100, epc);
	start(&m, &s, len);
	assert_int_equal(sgx_measure_page(&m, 0x3000, page, 0x100, true), 0);
	finish(&m, &s, want, len);
}

static void test_unmeasured_page_is_eadd_only(void **state)
{
	uint8_t page[4096] = {1}, want[64];
	struct sgx_measure m;
	struct stream s;

	naive_record(want, "EADD", 0x5000, 0x203);
	start(&m, &s, sizeof want);
	assert_int_equal(sgx_measure_page(&m, 0x5000, page, 0x203, false), 0);
	finish(&m, &s, want, sizeof want);
}

static int measure_page(void *ctx, uint64_t offset, const uint8_t *page, uint64_t secinfo)
{
	return sgx_measure_page(ctx, offset, page, secinfo, true);
}

/* The pages of the builder's file, from its layout alone. */
static size_t naive_slot(uint8_t *at, uint64_t tcs)
{
	static const uint8_t zeros[4096];
	uint8_t page[4096] = {0};

	page[16] = 0x00, page[17] = 0x10, page[18] = (uint8_t)(tcs >> 16); /* OSSA */
	page[28] = 2;                                                      /* NSSA */
	page[32] = 0x40, page[34] = 0x01;                                  /* OENTRY 0x10040 */
	page[49] = page[57] = 0x60;                                        /* OFSBASE, OGSBASE */
	page[50] = page[58] = (uint8_t)(tcs >> 16);
	memset(page + 64, 0xff, 8);
	size_t n = naive_page(at, tcs, 0x100, page);
	for (unsigned i = 1; i < 9; i++)
		if (i != 5) /* 4 SSA pages at 0x1000, a hole, 3 vCPU pages at 0x6000 */
			n += naive_page(at + n, tcs + i * 4096, 0x203, zeros);
	return n;
}

static void test_enclave_file_against_plain_stream(void **state)
{
	static struct enclave_builder file;
	static uint8_t want[64 + TOTAL_PAGES * (64 + 16 * 320)], data[4096], bss[4096];
	struct enclave_image img;
	struct sgx_measure m;
	struct stream s;

	enclave_build(&file);
	memset(data, 0xd5, DATA_BYTES);
	size_t n = naive_record(want, "ECREATE", 0, 0);
	want[8] = 2;      /* SSA frame pages */
	want[12 + 2] = 4; /* size 0x40000 at offset 12 */
	n += naive_page(want + n, 0x10000, 0x205, file.text_bytes);
	n += naive_page(want + n, 0x11000, 0x205, file.text_bytes + 4096);
	n += naive_page(want + n, 0x12000, 0x203, data);
	n += naive_page(want + n, 0x13000, 0x203, bss);
	n += naive_slot(want + n, 0x20000);
	n += naive_slot(want + n, 0x30000);

	struct enclave_source src = enclave_builder_source(&file, sizeof file);
	assert_int_equal(enclave_image_open(&img, &src), ENCLAVE_IMAGE_OK);
	start(&m, &s, sizeof want);
	assert_int_equal(
		sgx_measure_ecreate(&m, img.desc.elrange_size, img.desc.ssa_frame_size), 0);
	assert_int_equal(enclave_image_pages(&img, &src, measure_page, &m), ENCLAVE_IMAGE_OK);
	finish(&m, &s, want, n);
}

static void test_a_failure_sticks(void **state)
{
	uint8_t page[4096] = {0}, hash[32];

	for (unsigned n = 1;; n++) {
		struct sgx_measure m;
		struct stream s;
		start(&m, &s, 8192);
		s.fail_at = n;
		(void)sgx_measure_ecreate(&m, 8192, 1);
		(void)sgx_measure_page(&m, 0, page, 0x203, true);
		int err = sgx_measure_final(&m, hash);
		sgx_measure_fini(&m);
		free(s.bytes);
		if (s.calls < n) {
			assert_int_equal(err, 0);
			assert_int_equal(s.calls, 1 + 1 + 32); /* ECREATE, EADD, 16 x 2 */
			break;
		}
		assert_int_equal(err, -28);
		assert_int_equal(s.calls, n); /* and nothing was handed out after it */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ecreate_record),
		cmocka_unit_test(test_eadd_record),
		cmocka_unit_test(test_eextend_record),
		cmocka_unit_test(test_tcs_is_measured_as_the_epc_copy),
		cmocka_unit_test(test_unmeasured_page_is_eadd_only),
		cmocka_unit_test(test_enclave_file_against_plain_stream),
		cmocka_unit_test(test_a_failure_sticks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
