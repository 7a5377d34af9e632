/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIGSTRUCTs made by others: Intel's PCE and launch enclave, and the signer vector of rust-sgx.
 * Good ones verify and show what is known of them; one flipped bit anywhere must be caught with
 * the error code of EINIT.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "sgx_sign.h"
#include "sigstruct.h"
#include "vectors.h"

struct vector {
	const char *file, *mrenclave, *mrsigner; /* hex; NULL: not known independently */
	uint16_t prod_id, svn;
	uint32_t vendor, swdefined, date;
	uint64_t attributes;
};

#define SDK_SAMPLE_SIGNER "83d719e77deaca1470f6baf62a4d774303c899db69020f9c70ee1dfc08c7ce9e"

static const struct vector vectors[] = {
	{"intel-signed/pce.sigstruct",
		"03e3f07e8c11cc08a1fa2afa93a8f2699cc8d9e17efa890af5df4e3cf7696578",
		"c54a62f2be9ef76efb1f3930ad81ea7f60defc1f5f25e09b7c067a815ae0c6cb", 1, 16, 0x8086,
		0, 0x20240811, 0x14},
	{"intel-signed/le_prod_css.bin",
		"7881af9f9def547da9908c008f29cde9bd78064e36ac7e14c83c294ca4806150",
		"acb77012053e05a63d413b8bbae8fb6c5d73b3f2996d91c43bbbf90959c0f8d4", 32, 7, 0x8086,
		16, 0, 0x24},
	{"sigstruct/sig1.sigstruct.bin", NULL, SDK_SAMPLE_SIGNER, 0, 0, 0, 0, 0, 0},
};
#define NVECTORS (sizeof vectors / sizeof *vectors)

static void assert_hex(const uint8_t *bytes, const char *hex)
{
	char text[65];
	for (int i = 0; i < 32; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	assert_string_equal(text, hex);
}

static void test_vectors_verify(void **state)
{
	for (size_t i = 0; i < NVECTORS; i++) {
		const struct vector *v = &vectors[i];
		struct sgx_sigstruct sig;
		struct sgx_sig_check check;
		uint8_t mrsigner[32];

		vector_read(v->file, &sig, sizeof sig);
		assert_int_equal(sgx_sig_verify(&sig), SGX_SUCCESS);
		assert_int_equal(sgx_sig_examine(&sig, &check), 0);
		assert_true(check.signature && check.q1 && check.q2);
		assert_int_equal(sgx_mrsigner(sig.modulus, mrsigner), 0);
		assert_hex(mrsigner, v->mrsigner);
		if (v->mrenclave == NULL)
			continue;
		assert_hex(sig.enclave_hash, v->mrenclave);
		assert_int_equal(sig.isv_prod_id, v->prod_id);
		assert_int_equal(sig.isv_svn, v->svn);
		assert_int_equal(sig.vendor, v->vendor);
		assert_int_equal(sig.swdefined, v->swdefined);
		assert_int_equal(sig.attributes.flags, v->attributes);
		if (v->date != 0)
			assert_int_equal(sig.date, v->date);
	}
}

/* The whole of EINIT up to launch control, for the enclave that the SIGSTRUCT was made for. */
static int einit(const struct sgx_sigstruct *sig, const struct sgx_secs *secs,
	const uint8_t mrenclave[32], const uint8_t launch_hash[32])
{
	uint8_t mrsigner[32];

	int err = sgx_sig_verify(sig);
	if (err != SGX_SUCCESS)
		return err;
	assert_int_equal(sgx_mrsigner(sig->modulus, mrsigner), 0);
	return sigstruct_check_enclave(sig, secs, mrenclave, mrsigner, launch_hash);
}

static void enclave_of(const struct sgx_sigstruct *sig, struct sgx_secs *secs, uint8_t *launch_hash)
{
	memset(secs, 0, sizeof *secs);
	secs->attributes = sig->attributes;
	secs->miscselect = sig->miscselect;
	assert_int_equal(sgx_mrsigner(sig->modulus, launch_hash), 0);
}

/* What EINIT answers to a change at byte i. */
static int expected_code(size_t i)
{
	static const struct {
		size_t start, end;
	} constants[] = {
		{0, 20}, {24, 40}, {44, 128}, {512, 516}, {910, 912}, {992, 1008}, {1028, 1040}};

	for (size_t r = 0; r < sizeof constants / sizeof *constants; r++)
		if (i >= constants[r].start && i < constants[r].end)
			return SGX_INVALID_SIG_STRUCT;
	return SGX_INVALID_SIGNATURE;
}

static void test_every_flipped_bit_is_caught(void **state)
{
	for (size_t v = 0; v < NVECTORS; v++) {
		struct sgx_sigstruct sig;
		struct sgx_secs secs;
		uint8_t hash[32], mrenclave[32], *raw = (uint8_t *)&sig;

		vector_read(vectors[v].file, &sig, sizeof sig);
		enclave_of(&sig, &secs, hash);
		memcpy(mrenclave, sig.enclave_hash, 32);
		assert_int_equal(einit(&sig, &secs, mrenclave, hash), SGX_SUCCESS);
		for (size_t bit = 0; bit < sizeof sig * 8; bit++) {
			raw[bit / 8] ^= 1u << bit % 8;
			int got = einit(&sig, &secs, mrenclave, hash);
			if (got != expected_code(bit / 8))
				fail_msg("%s byte %zu bit %zu: want %d, got %d", vectors[v].file,
					bit / 8, bit % 8, expected_code(bit / 8), got);
			raw[bit / 8] ^= 1u << bit % 8;
		}
	}
}

static void test_wrong_measurement_is_4(void **state)
{
	for (size_t v = 0; v < NVECTORS; v++) {
		struct sgx_sigstruct sig;
		struct sgx_secs secs;
		uint8_t hash[32], mrenclave[32];

		vector_read(vectors[v].file, &sig, sizeof sig);
		enclave_of(&sig, &secs, hash);
		memcpy(mrenclave, sig.enclave_hash, 32);
		for (unsigned bit = 0; bit < 256; bit++) {
			mrenclave[bit / 8] ^= 1u << bit % 8;
			assert_int_equal(
				sigstruct_check_enclave(&sig, &secs, mrenclave, hash, hash),
				SGX_INVALID_MEASUREMENT);
			mrenclave[bit / 8] ^= 1u << bit % 8;
		}
	}
}

/* A difference under the mask is 2, outside it nothing. One word of the SECS at a time. */
static void sweep_bits(const struct sgx_sigstruct *sig, struct sgx_secs *secs, const uint8_t *hash,
	uint64_t *word, uint64_t mask)
{
	for (unsigned bit = 0; bit < 64; bit++) {
		uint64_t flip = 1ULL << bit;
		int want = mask & flip ? SGX_INVALID_ATTRIBUTE : SGX_SUCCESS;
		*word ^= flip;
		assert_int_equal(
			sigstruct_check_enclave(sig, secs, sig->enclave_hash, hash, hash), want);
		*word ^= flip;
	}
}

static void test_attributes_outside_the_mask_only(void **state)
{
	for (size_t v = 0; v < NVECTORS; v++) {
		struct sgx_sigstruct sig;
		struct sgx_secs secs;
		uint8_t hash[32];

		vector_read(vectors[v].file, &sig, sizeof sig);
		enclave_of(&sig, &secs, hash);
		sweep_bits(&sig, &secs, hash, &secs.attributes.flags, sig.attribute_mask.flags);
		sweep_bits(&sig, &secs, hash, &secs.attributes.xfrm, sig.attribute_mask.xfrm);
		secs.miscselect ^= 1;
		int want = sig.misc_mask & 1 ? SGX_INVALID_ATTRIBUTE : SGX_SUCCESS;
		assert_int_equal(
			sigstruct_check_enclave(&sig, &secs, sig.enclave_hash, hash, hash), want);
	}
}

static void test_launch_enclave_needs_its_hash(void **state)
{
	static const uint8_t other[32] = {1};
	struct sgx_sigstruct sig;
	struct sgx_secs secs;
	uint8_t hash[32];

	vector_read("intel-signed/le_prod_css.bin", &sig, sizeof sig);
	enclave_of(&sig, &secs, hash);
	assert_int_equal(einit(&sig, &secs, sig.enclave_hash, hash), SGX_SUCCESS);
	assert_int_equal(einit(&sig, &secs, sig.enclave_hash, other), SGX_INVALID_ATTRIBUTE);
	vector_read("intel-signed/pce.sigstruct", &sig, sizeof sig);
	enclave_of(&sig, &secs, hash);
	assert_int_equal(einit(&sig, &secs, sig.enclave_hash, other), SGX_INVALID_EINITTOKEN);
}

static void test_signer_vector_quotients(void **state)
{
	uint8_t n[384], s[384], q1[384], q2[384], got1[384], got2[384];

	vector_read("sigstruct/sig1.key_n.bin", n, sizeof n);
	vector_read("sigstruct/sig1.sig.bin", s, sizeof s);
	vector_read("sigstruct/sig1.q1.bin", q1, sizeof q1);
	vector_read("sigstruct/sig1.q2.bin", q2, sizeof q2);
	assert_int_equal(sgx_sig_quotients(n, s, got1, got2), 0);
	assert_memory_equal(got1, q1, sizeof q1);
	assert_memory_equal(got2, q2, sizeof q2);
}

static EVP_PKEY *public_key(const uint8_t modulus[384])
{
	EVP_PKEY *key = NULL;
	BIGNUM *n = BN_lebin2bn(modulus, 384, NULL);
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	assert_true(OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n));
	assert_true(OSSL_PARAM_BLD_push_uint(bld, OSSL_PKEY_PARAM_RSA_E, 3));
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	BN_free(n);
	return key;
}

static void reverse(uint8_t *out, const uint8_t *in, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = in[len - 1 - i];
}

/* The vector's signature is over its digest, says OpenSSL's own RSA. */
static void test_signer_vector_signature(void **state)
{
	uint8_t n[384], s[384], raw[384], digest[32];

	vector_read("sigstruct/sig1.key_n.bin", n, sizeof n);
	vector_read("sigstruct/sig1.sig.bin", s, sizeof s);
	vector_read("sigstruct/sig1.data.bin", digest, sizeof digest);
	reverse(raw, s, sizeof s);
	EVP_PKEY *key = public_key(n);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
	assert_true(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1);
	assert_true(EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1);
	assert_int_equal(EVP_PKEY_verify(ctx, raw, sizeof raw, digest, sizeof digest), 1);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
}

/* From public key and raw signature, attach rebuilds each vector byte for byte. */
static void test_attach_rebuilds_vectors(void **state)
{
	for (size_t v = 0; v < NVECTORS; v++) {
		struct sgx_sigstruct want, sig;
		uint8_t raw[384];

		vector_read(vectors[v].file, &want, sizeof want);
		sig = want;
		memset(sig.modulus, 0, sizeof sig.modulus);
		memset(sig.signature, 0, sizeof sig.signature);
		memset(sig.q1, 0, sizeof sig.q1);
		memset(sig.q2, 0, sizeof sig.q2);
		reverse(raw, want.signature, sizeof raw);
		EVP_PKEY *key = public_key(want.modulus);
		assert_int_equal(sgx_sig_attach(&sig, key, raw), 0);
		assert_memory_equal(&sig, &want, sizeof want);
		sig.isv_svn++;
		assert_int_equal(sgx_sig_attach(&sig, key, raw), -EBADMSG);
		EVP_PKEY_free(key);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors_verify),
		cmocka_unit_test(test_every_flipped_bit_is_caught),
		cmocka_unit_test(test_wrong_measurement_is_4),
		cmocka_unit_test(test_attributes_outside_the_mask_only),
		cmocka_unit_test(test_launch_enclave_needs_its_hash),
		cmocka_unit_test(test_signer_vector_quotients),
		cmocka_unit_test(test_signer_vector_signature),
		cmocka_unit_test(test_attach_rebuilds_vectors),
	};
	return vectors_present() ? cmocka_run_group_tests(tests, NULL, NULL) : VECTORS_SKIP;
}
