/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The RSA half of SIGSTRUCT: RSA-3072, exponent 3, PKCS#1 v1.5 with SHA-256, and the quotients Q1
 * and Q2 that spare the CPU its divisions. Fields are lib/sigstruct.h's. Uses OpenSSL's libcrypto.
 *
 * Verification needs no key object: modulus, signature, Q1 and Q2 are in the structure. Functions
 * return 0 or -errno unless they say otherwise; keys are owned by the caller.
 */
#ifndef SGX_SIGN_H
#define SGX_SIGN_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/evp.h>

#include "sgx.h"

struct sgx_sig_check {
	bool signature; /* PKCS#1 v1.5 block over the signed bytes is right */
	bool q1;        /* Q1 = floor(S^2 / N) */
	bool q2;        /* Q2 = floor((S^3 - Q1*S*N) / N) */
};

/* Check the RSA part alone. 0 (look at *check), -ENOMEM. */
int sgx_sig_examine(const struct sgx_sigstruct *sig, struct sgx_sig_check *check);

/*
 * EINIT's checks of SIGSTRUCT before it looks at the enclave: constants and reserved fields, then
 * signature, Q1, Q2. Returns SGX_SUCCESS, SGX_INVALID_SIG_STRUCT or SGX_INVALID_SIGNATURE, or
 * -errno. The checks against the enclave follow: sigstruct_check_enclave() of lib/sigstruct.h.
 */
int sgx_sig_verify(const struct sgx_sigstruct *sig);

/* MRSIGNER = SHA-256 of the modulus as 384 little-endian bytes. */
int sgx_mrsigner(const uint8_t modulus[SGX_RSA_SIZE], uint8_t mrsigner[SGX_HASH_SIZE]);

/* Q1 and Q2 of a signature, all little-endian. -EBADMSG: the signature is not below the modulus. */
int sgx_sig_quotients(const uint8_t modulus[SGX_RSA_SIZE], const uint8_t signature[SGX_RSA_SIZE],
	uint8_t q1[SGX_RSA_SIZE], uint8_t q2[SGX_RSA_SIZE]);

/* Fill modulus, exponent, signature, q1, q2 of a structure whose other fields are final.
 * -EINVAL: the key is not RSA-3072 with e = 3. */
int sgx_sig_sign(struct sgx_sigstruct *sig, EVP_PKEY *key);

/*
 * The same with a signature made elsewhere over sigstruct_signed_bytes(): `raw` is the 384-byte
 * big-endian block that RSA tools produce. -EINVAL: wrong key kind; -EBADMSG: it does not verify.
 */
int sgx_sig_attach(
	struct sgx_sigstruct *sig, EVP_PKEY *public_key, const uint8_t raw[SGX_RSA_SIZE]);

/* Keys in PEM. `private` selects which half is read. *key is the caller's (EVP_PKEY_free).
 * -errno of the file; -EINVAL: not PEM, or not RSA-3072 with e = 3. Never asks for a passphrase. */
int sgx_key_load(const char *path, bool private, EVP_PKEY **key);

/* A new RSA-3072, e = 3, written to `path` with mode 0600. -EEXIST: never overwrites. */
int sgx_key_create(const char *path);

#endif
