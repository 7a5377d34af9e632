/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing: keys, signatures that OpenSSL's own verifier accepts, Q1 and Q2 against the SDM's
 * formulas computed literally, and every key that must be refused.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "sgx_sign.h"
#include "sigstruct.h"

static char dir[] = "/tmp/test_sgx_sign.XXXXXX";
static EVP_PKEY *key; /* a good one, made once */

static const char *in_dir(const char *name)
{
	static char path[4][128];
	static unsigned next;
	char *p = path[next++ % 4];
	snprintf(p, sizeof path[0], "%s/%s", dir, name);
	return p;
}

static EVP_PKEY *rsa_key(unsigned bits, unsigned exponent)
{
	EVP_PKEY *k = NULL;
	BIGNUM *e = BN_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	assert_true(BN_set_word(e, exponent));
	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_true(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)bits) == 1);
	assert_int_equal(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e), 1);
	assert_int_equal(EVP_PKEY_generate(ctx, &k), 1);
	EVP_PKEY_CTX_free(ctx);
	BN_free(e);
	return k;
}

static void save(EVP_PKEY *k, const char *path, bool private, const char *passphrase)
{
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	int ok = private ? PEM_write_PrivateKey(f, k, passphrase != NULL ? EVP_aes_128_cbc() : NULL,
				   NULL, 0, NULL, (void *)passphrase)
			 : PEM_write_PUBKEY(f, k);
	assert_int_equal(ok, 1);
	assert_int_equal(fclose(f), 0);
}

static void some_body(struct sgx_sigstruct *sig)
{
	sigstruct_init(sig);
	sig->date = 0x20260102;
	sig->attributes.flags = SGX_ATTR_MODE64BIT;
	sig->attributes.xfrm = SGX_XFRM_LEGACY;
	sig->isv_prod_id = 7;
	sig->isv_svn = 3;
	memset(sig->enclave_hash, 0x77, sizeof sig->enclave_hash);
}

static void raw_signature(const struct sgx_sigstruct *sig, EVP_PKEY *k, uint8_t raw[384])
{
	uint8_t bytes[256];
	size_t len = 384;
	EVP_MD_CTX *md = EVP_MD_CTX_new();

	sigstruct_signed_bytes(sig, bytes);
	assert_int_equal(EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, k), 1);
	assert_int_equal(EVP_DigestSign(md, raw, &len, bytes, sizeof bytes), 1);
	assert_int_equal(len, 384);
	EVP_MD_CTX_free(md);
}

static void test_created_key_is_private_and_good(void **state)
{
	struct stat st;
	EVP_PKEY *k;
	const char *path = in_dir("new.pem");

	mode_t old = umask(0);
	assert_int_equal(sgx_key_create(path), 0);
	umask(old);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(sgx_key_load(path, true, &k), 0);
	assert_int_equal(EVP_PKEY_get_bits(k), 3072);
	EVP_PKEY_free(k);
	assert_int_equal(sgx_key_create(path), -EEXIST);
	assert_int_equal(sgx_key_create(in_dir("no/such")), -ENOENT);
}

static void test_signature_verifies_with_openssl(void **state)
{
	struct sgx_sigstruct sig;
	uint8_t bytes[256], raw[384];

	some_body(&sig);
	assert_int_equal(sgx_sig_sign(&sig, key), 0);
	assert_int_equal(sgx_sig_verify(&sig), SGX_SUCCESS);
	sigstruct_signed_bytes(&sig, bytes);
	for (int i = 0; i < 384; i++)
		raw[i] = sig.signature[383 - i];
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	assert_int_equal(EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, key), 1);
	assert_int_equal(EVP_DigestVerify(md, raw, sizeof raw, bytes, sizeof bytes), 1);
	EVP_MD_CTX_free(md);
	BIGNUM *n = NULL;
	uint8_t modulus[384];
	assert_int_equal(EVP_PKEY_get_bn_param(key, "n", &n), 1);
	assert_int_equal(BN_bn2lebinpad(n, modulus, 384), 384);
	assert_memory_equal(modulus, sig.modulus, 384);
	BN_free(n);
}

/* The SDM's formulas, term by term. */
static void test_quotients_by_definition(void **state)
{
	struct sgx_sigstruct sig;
	uint8_t bytes[384];
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *t = BN_new(), *u = BN_new(), *q1 = BN_new(), *q2 = BN_new();

	some_body(&sig);
	assert_int_equal(sgx_sig_sign(&sig, key), 0);
	BIGNUM *n = BN_lebin2bn(sig.modulus, 384, NULL), *s = BN_lebin2bn(sig.signature, 384, NULL);
	assert_true(BN_mul(t, s, s, ctx) && BN_div(q1, NULL, t, n, ctx)); /* S^2 / N */
	assert_true(BN_mul(t, t, s, ctx));                                /* S^3 */
	assert_true(BN_mul(u, q1, s, ctx) && BN_mul(u, u, n, ctx));       /* Q1*S*N */
	assert_true(BN_sub(t, t, u) && BN_div(q2, NULL, t, n, ctx));
	assert_int_equal(BN_bn2lebinpad(q1, bytes, 384), 384);
	assert_memory_equal(bytes, sig.q1, 384);
	assert_int_equal(BN_bn2lebinpad(q2, bytes, 384), 384);
	assert_memory_equal(bytes, sig.q2, 384);
	BN_free(t), BN_free(u), BN_free(q1), BN_free(q2), BN_free(n), BN_free(s);
	BN_CTX_free(ctx);
}

static void test_attach_equals_sign(void **state)
{
	struct sgx_sigstruct signed_here, attached;
	uint8_t raw[384];

	some_body(&signed_here);
	some_body(&attached);
	assert_int_equal(sgx_sig_sign(&signed_here, key), 0);
	raw_signature(&attached, key, raw);
	assert_int_equal(sgx_sig_attach(&attached, key, raw), 0);
	assert_memory_equal(&attached, &signed_here, sizeof attached);
}

static void test_attach_refuses_wrong_signatures(void **state)
{
	struct sgx_sigstruct sig;
	uint8_t raw[384], bad[384];
	EVP_PKEY *other = rsa_key(3072, 3);

	some_body(&sig);
	raw_signature(&sig, other, raw);
	assert_int_equal(sgx_sig_attach(&sig, key, raw), -EBADMSG);
	raw_signature(&sig, key, raw);
	sig.isv_svn++;
	assert_int_equal(sgx_sig_attach(&sig, key, raw), -EBADMSG);
	memset(bad, 0xff, sizeof bad); /* not below N */
	assert_int_equal(sgx_sig_attach(&sig, key, bad), -EBADMSG);
	memset(bad, 0, sizeof bad);
	assert_int_equal(sgx_sig_attach(&sig, key, bad), -EBADMSG);
	EVP_PKEY_free(other);
}

/* S + N has the same cube mod N as S; RFC 8017 (5.2.2) wants the one below N. */
static void test_signature_not_below_modulus_is_refused(void **state)
{
	struct sgx_sigstruct sig;
	struct sgx_sig_check check;
	BIGNUM *n = BN_new(), *s = BN_new();
	bool fits = false;

	some_body(&sig);
	for (sig.isv_svn = 0; sig.isv_svn < 4096 && !fits; sig.isv_svn += !fits) {
		assert_int_equal(sgx_sig_sign(&sig, key), 0);
		assert_non_null(BN_lebin2bn(sig.modulus, 384, n));
		assert_non_null(BN_lebin2bn(sig.signature, 384, s));
		assert_true(BN_add(s, s, n));
		fits = BN_bn2lebinpad(s, sig.signature, 384) == 384;
	}
	assert_true(fits);
	assert_int_equal(sgx_sig_examine(&sig, &check), 0);
	assert_false(check.signature);
	assert_int_equal(sgx_sig_verify(&sig), SGX_INVALID_SIGNATURE);
	BN_free(n);
	BN_free(s);
}

static void test_degenerate_moduli_do_not_verify(void **state)
{
	struct sgx_sigstruct sig;
	struct sgx_sig_check check;

	some_body(&sig); /* N = S = 0 */
	assert_int_equal(sgx_sig_examine(&sig, &check), 0);
	assert_false(check.signature || check.q1 || check.q2);
	sig.modulus[0] = 1; /* S = 0 < N = 1 */
	assert_int_equal(sgx_sig_examine(&sig, &check), 0);
	assert_false(check.signature);
	memset(sig.signature, 0xff, sizeof sig.signature);
	assert_int_equal(sgx_sig_verify(&sig), SGX_INVALID_SIGNATURE);
}

static void test_unfit_keys_are_refused(void **state)
{
	EVP_PKEY *unfit[] = {rsa_key(2048, 3), rsa_key(3072, 65537), EVP_EC_gen("P-256")};
	struct sgx_sigstruct sig;
	uint8_t raw[384] = {0};
	EVP_PKEY *k;

	for (size_t i = 0; i < sizeof unfit / sizeof *unfit; i++) {
		some_body(&sig);
		assert_non_null(unfit[i]);
		assert_int_equal(sgx_sig_sign(&sig, unfit[i]), -EINVAL);
		assert_int_equal(sgx_sig_attach(&sig, unfit[i], raw), -EINVAL);
		save(unfit[i], in_dir("unfit.pem"), true, NULL);
		assert_int_equal(sgx_key_load(in_dir("unfit.pem"), true, &k), -EINVAL);
		assert_null(k);
		save(unfit[i], in_dir("unfit.pub"), false, NULL);
		assert_int_equal(sgx_key_load(in_dir("unfit.pub"), false, &k), -EINVAL);
		EVP_PKEY_free(unfit[i]);
	}
}

static void test_key_files(void **state)
{
	EVP_PKEY *k;

	save(key, in_dir("key.pem"), true, NULL);
	save(key, in_dir("key.pub"), false, NULL);
	save(key, in_dir("locked.pem"), true, "secret");
	assert_int_equal(sgx_key_load(in_dir("key.pem"), true, &k), 0);
	EVP_PKEY_free(k);
	assert_int_equal(sgx_key_load(in_dir("key.pub"), false, &k), 0);
	EVP_PKEY_free(k);
	assert_int_equal(sgx_key_load(in_dir("key.pub"), true, &k), -EINVAL);
	assert_int_equal(sgx_key_load(in_dir("locked.pem"), true, &k), -ENOTSUP);
	assert_int_equal(sgx_key_load(in_dir("none.pem"), true, &k), -ENOENT);
	assert_int_equal(sgx_key_load("/dev/null", true, &k), -EINVAL);
}

static int setup(void **state)
{
	if (mkdtemp(dir) == NULL)
		return -1;
	key = rsa_key(3072, 3);
	return key != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	static const char *const names[] = {
		"new.pem", "unfit.pem", "unfit.pub", "key.pem", "key.pub", "locked.pem"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlink(in_dir(names[i]));
	EVP_PKEY_free(key);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_created_key_is_private_and_good),
		cmocka_unit_test(test_signature_verifies_with_openssl),
		cmocka_unit_test(test_quotients_by_definition),
		cmocka_unit_test(test_attach_equals_sign),
		cmocka_unit_test(test_attach_refuses_wrong_signatures),
		cmocka_unit_test(test_signature_not_below_modulus_is_refused),
		cmocka_unit_test(test_degenerate_moduli_do_not_verify),
		cmocka_unit_test(test_unfit_keys_are_refused),
		cmocka_unit_test(test_key_files),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
