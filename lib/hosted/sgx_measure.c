/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MRENCLAVE. See sgx_measure.h. Every record is 64 bytes: an 8-byte tag, then operands.
 */
#include "sgx_measure.h"

#include <errno.h>
#include <string.h>

#include <openssl/evp.h>

#define TAG_ECREATE 0x0045544145524345ULL /* "ECREATE\0" */
#define TAG_EADD    0x0000000044444145ULL /* "EADD\0\0\0\0" */
#define TAG_EEXTEND 0x00444e4554584545ULL /* "EEXTEND\0" */

/* The records as the SDM lays them out; x86 is little-endian, and so are they. */
struct record_ecreate {
	uint64_t tag;
	uint32_t ssa_frame_size;
	uint32_t size[2]; /* a u64 at offset 12 */
	uint32_t zero[11];
};
struct record_page {
	uint64_t tag;
	uint64_t offset;
	uint64_t secinfo_flags; /* EADD only */
	uint64_t zero[5];
};
_Static_assert(sizeof(struct record_ecreate) == 64, "record");
_Static_assert(offsetof(struct record_ecreate, size) == 12, "record");
_Static_assert(sizeof(struct record_page) == 64, "record");

int sgx_measure_init(struct sgx_measure *m)
{
	memset(m, 0, sizeof *m);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	m->md = md;
	if (md == NULL || EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1)
		m->error = -ENOMEM;
	return m->error;
}

void sgx_measure_fini(struct sgx_measure *m)
{
	EVP_MD_CTX_free(m->md);
	m->md = NULL;
}

static int add(struct sgx_measure *m, const void *bytes, size_t len)
{
	if (m->error == 0 && EVP_DigestUpdate(m->md, bytes, len) != 1)
		m->error = -EIO;
	if (m->error == 0 && m->tee != NULL)
		m->error = m->tee(m->tee_ctx, bytes, len);
	return m->error;
}

int sgx_measure_ecreate(struct sgx_measure *m, uint64_t size, uint32_t ssa_frame_size)
{
	struct record_ecreate r = {.tag = TAG_ECREATE,
		.ssa_frame_size = ssa_frame_size,
		.size = {(uint32_t)size, (uint32_t)(size >> 32)}};
	return add(m, &r, sizeof r);
}

static bool is_tcs(uint64_t secinfo_flags)
{
	return (secinfo_flags & SGX_SECINFO_PT_MASK) == SGX_SECINFO_TCS;
}

int sgx_measure_eadd(struct sgx_measure *m, uint64_t offset, uint64_t secinfo_flags)
{
	if (is_tcs(secinfo_flags))
		secinfo_flags &= ~SGX_SECINFO_RWX;
	struct record_page r = {TAG_EADD, offset, secinfo_flags, {0}};
	return add(m, &r, sizeof r);
}

int sgx_measure_eextend(struct sgx_measure *m, uint64_t offset, const uint8_t chunk[256])
{
	struct record_page r = {TAG_EEXTEND, offset, 0, {0}};
	(void)add(m, &r, sizeof r); /* sticky: the next add() reports it */
	return add(m, chunk, SGX_EEXTEND_CHUNK);
}

int sgx_measure_page(struct sgx_measure *m, uint64_t offset, const uint8_t page[4096],
	uint64_t secinfo_flags, bool measure)
{
	struct sgx_tcs tcs;

	int err = sgx_measure_eadd(m, offset, secinfo_flags);
	if (err < 0 || !measure)
		return err;
	if (is_tcs(secinfo_flags)) {
		memcpy(&tcs, page, sizeof tcs);
		tcs.state = 0;
		tcs.flags &= ~SGX_TCS_DBGOPTIN;
		tcs.cssa = 0;
		tcs.aep = 0;
		page = (const uint8_t *)&tcs;
	}
	for (size_t at = 0; at < SGX_PAGE_SIZE && err == 0; at += SGX_EEXTEND_CHUNK)
		err = sgx_measure_eextend(m, offset + at, page + at);
	return err;
}

int sgx_measure_final(struct sgx_measure *m, uint8_t mrenclave[SGX_HASH_SIZE])
{
	if (m->error < 0)
		return m->error;
	/* Finalise a copy: EINIT does not consume the running hash either. */
	EVP_MD_CTX *copy = EVP_MD_CTX_new();
	if (copy == NULL || EVP_MD_CTX_copy_ex(copy, m->md) != 1 ||
		EVP_DigestFinal_ex(copy, mrenclave, NULL) != 1)
		m->error = -ENOMEM;
	EVP_MD_CTX_free(copy);
	return m->error;
}
