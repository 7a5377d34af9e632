/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The RSA half of SIGSTRUCT. See sgx_sign.h.
 *
 * With S the signature and N the modulus, the CPU is given Q1 and Q2 so that
 * S^3 mod N = S*(S^2 - Q1*N) - Q2*N costs multiplications only.
 */
#include "sgx_sign.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "sigstruct.h"

#define RSA_BITS (SGX_RSA_SIZE * 8)

/* S, N and what follows from them. All numbers belong to ctx. */
struct rsa_numbers {
	BN_CTX *ctx;
	BIGNUM *n, *s;
	BIGNUM *q1, *q2;
	BIGNUM *m; /* S^3 mod N: the padded message */
};

static void numbers_free(struct rsa_numbers *r)
{
	if (r->ctx != NULL)
		BN_CTX_end(r->ctx);
	BN_CTX_free(r->ctx);
}

/* 0; -EBADMSG when N is zero or S is not below N; -ENOMEM. Free in every case. */
static int numbers_derive(struct rsa_numbers *r, const uint8_t *modulus, const uint8_t *signature)
{
	memset(r, 0, sizeof *r);
	r->ctx = BN_CTX_new();
	if (r->ctx == NULL)
		return -ENOMEM;
	BN_CTX_start(r->ctx);
	r->n = BN_CTX_get(r->ctx);
	r->s = BN_CTX_get(r->ctx);
	r->q1 = BN_CTX_get(r->ctx);
	r->q2 = BN_CTX_get(r->ctx);
	r->m = BN_CTX_get(r->ctx);
	BIGNUM *square = BN_CTX_get(r->ctx), *rest = BN_CTX_get(r->ctx);
	BIGNUM *cube = BN_CTX_get(r->ctx); /* S * (S^2 mod N) */
	if (cube == NULL || BN_lebin2bn(modulus, SGX_RSA_SIZE, r->n) == NULL ||
		BN_lebin2bn(signature, SGX_RSA_SIZE, r->s) == NULL)
		return -ENOMEM;
	if (BN_is_zero(r->n) || BN_cmp(r->s, r->n) >= 0)
		return -EBADMSG;
	if (!BN_sqr(square, r->s, r->ctx) || !BN_div(r->q1, rest, square, r->n, r->ctx) ||
		!BN_mul(cube, r->s, rest, r->ctx) || !BN_div(r->q2, r->m, cube, r->n, r->ctx))
		return -ENOMEM;
	return 0;
}

/* EMSA-PKCS1-v1_5 (RFC 8017, 9.2) of SHA-256 over the signed bytes. */
static int encoded_message(const struct sgx_sigstruct *sig, uint8_t em[SGX_RSA_SIZE])
{
	static const uint8_t digest_info[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48,
		0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
	uint8_t bytes[SIGSTRUCT_SIGNED_SIZE];
	uint8_t *hash = em + SGX_RSA_SIZE - SGX_HASH_SIZE;
	uint8_t *info = hash - sizeof digest_info;

	sigstruct_signed_bytes(sig, bytes);
	memset(em, 0xff, SGX_RSA_SIZE);
	em[0] = 0;
	em[1] = 1;
	info[-1] = 0;
	memcpy(info, digest_info, sizeof digest_info);
	return EVP_Digest(bytes, sizeof bytes, hash, NULL, EVP_sha256(), NULL) == 1 ? 0 : -ENOMEM;
}

static bool equals(const BIGNUM *number, const uint8_t le[SGX_RSA_SIZE])
{
	uint8_t bytes[SGX_RSA_SIZE];
	return BN_bn2lebinpad(number, bytes, sizeof bytes) == sizeof bytes &&
	       memcmp(bytes, le, sizeof bytes) == 0;
}

int sgx_sig_examine(const struct sgx_sigstruct *sig, struct sgx_sig_check *check)
{
	struct rsa_numbers r;
	uint8_t want[SGX_RSA_SIZE], have[SGX_RSA_SIZE];

	memset(check, 0, sizeof *check);
	int err = numbers_derive(&r, sig->modulus, sig->signature);
	if (err == 0)
		err = encoded_message(sig, want);
	if (err == 0) {
		check->signature = BN_bn2binpad(r.m, have, sizeof have) == sizeof have &&
				   memcmp(have, want, sizeof have) == 0;
		check->q1 = equals(r.q1, sig->q1);
		check->q2 = equals(r.q2, sig->q2);
	}
	numbers_free(&r);
	return err == -EBADMSG ? 0 : err;
}

int sgx_sig_verify(const struct sgx_sigstruct *sig)
{
	struct sgx_sig_check check;

	if (sigstruct_check_format(sig) != SGX_SUCCESS)
		return SGX_INVALID_SIG_STRUCT;
	int err = sgx_sig_examine(sig, &check);
	if (err < 0)
		return err;
	return check.signature && check.q1 && check.q2 ? SGX_SUCCESS : SGX_INVALID_SIGNATURE;
}

int sgx_mrsigner(const uint8_t modulus[SGX_RSA_SIZE], uint8_t mrsigner[SGX_HASH_SIZE])
{
	int ok = EVP_Digest(modulus, SGX_RSA_SIZE, mrsigner, NULL, EVP_sha256(), NULL);
	return ok == 1 ? 0 : -ENOMEM;
}

/* The modulus of a key SGX can use, little-endian; modulus may be NULL to ask only. */
static int key_modulus(EVP_PKEY *key, uint8_t *modulus)
{
	BIGNUM *n = NULL, *e = NULL;
	int err = -EINVAL;

	if (EVP_PKEY_is_a(key, "RSA") == 1 &&
		EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
		EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1 &&
		BN_num_bits(n) == RSA_BITS && BN_is_word(e, SGX_RSA_EXPONENT))
		err = 0;
	if (err == 0 && modulus != NULL && BN_bn2lebinpad(n, modulus, SGX_RSA_SIZE) < 0)
		err = -EINVAL;
	BN_free(n);
	BN_free(e);
	return err;
}

int sgx_sig_quotients(const uint8_t modulus[SGX_RSA_SIZE], const uint8_t signature[SGX_RSA_SIZE],
	uint8_t q1[SGX_RSA_SIZE], uint8_t q2[SGX_RSA_SIZE])
{
	struct rsa_numbers r;

	int err = numbers_derive(&r, modulus, signature);
	if (err == 0 && (BN_bn2lebinpad(r.q1, q1, SGX_RSA_SIZE) < 0 ||
				BN_bn2lebinpad(r.q2, q2, SGX_RSA_SIZE) < 0))
		err = -EBADMSG;
	numbers_free(&r);
	return err;
}

int sgx_sig_attach(struct sgx_sigstruct *sig, EVP_PKEY *public_key, const uint8_t raw[SGX_RSA_SIZE])
{
	int err = key_modulus(public_key, sig->modulus);
	if (err < 0)
		return err;
	sig->exponent = SGX_RSA_EXPONENT;
	for (size_t i = 0; i < SGX_RSA_SIZE; i++)
		sig->signature[i] = raw[SGX_RSA_SIZE - 1 - i];
	err = sgx_sig_quotients(sig->modulus, sig->signature, sig->q1, sig->q2);
	if (err < 0)
		return err;
	err = sgx_sig_verify(sig);
	return err > 0 ? -EBADMSG : err;
}

int sgx_sig_sign(struct sgx_sigstruct *sig, EVP_PKEY *key)
{
	uint8_t bytes[SIGSTRUCT_SIGNED_SIZE], raw[SGX_RSA_SIZE];
	size_t len = sizeof raw;

	int err = key_modulus(key, NULL);
	if (err < 0)
		return err;
	sigstruct_signed_bytes(sig, bytes);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	if (md == NULL)
		return -ENOMEM;
	if (EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key) != 1 ||
		EVP_DigestSign(md, raw, &len, bytes, sizeof bytes) != 1 || len != sizeof raw)
		err = -EINVAL;
	EVP_MD_CTX_free(md);
	return err < 0 ? err : sgx_sig_attach(sig, key, raw);
}

static int no_passphrase(char *buf, int size, int writing, void *asked)
{
	*(bool *)asked = true;
	return -1;
}

int sgx_key_load(const char *path, bool private, EVP_PKEY **key)
{
	bool asked = false;

	*key = NULL;
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return -errno;
	EVP_PKEY *k = private ? PEM_read_PrivateKey(f, NULL, no_passphrase, &asked)
			      : PEM_read_PUBKEY(f, NULL, no_passphrase, &asked);
	fclose(f);
	int err = k != NULL ? key_modulus(k, NULL) : asked ? -ENOTSUP : -EINVAL;
	if (err < 0) {
		EVP_PKEY_free(k);
		return err;
	}
	*key = k;
	return 0;
}

static EVP_PKEY *key_generate(void)
{
	EVP_PKEY *key = NULL;
	BIGNUM *e = BN_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);

	if (e != NULL && ctx != NULL && BN_set_word(e, SGX_RSA_EXPONENT) &&
		EVP_PKEY_keygen_init(ctx) == 1 &&
		EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, RSA_BITS) == 1 &&
		EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e) == 1 &&
		EVP_PKEY_generate(ctx, &key) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	BN_free(e);
	return key;
}

int sgx_key_create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	EVP_PKEY *key = key_generate();
	FILE *f = fdopen(fd, "w");
	int err = 0;
	if (key == NULL || f == NULL)
		err = -ENOMEM;
	else if (PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) != 1)
		err = -EIO;
	if ((f != NULL ? fclose(f) : close(fd)) != 0 && err == 0)
		err = -errno;
	EVP_PKEY_free(key);
	if (err < 0)
		unlink(path);
	return err;
}
