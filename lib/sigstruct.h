/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIGSTRUCT without its RSA (that is lib/hosted/sgx_sign.h): constants, the signed bytes, and the
 * checks of EINIT in EINIT's order (Intel SDM volume 3D, EINIT). Pure.
 */
#ifndef LIB_SIGSTRUCT_H
#define LIB_SIGSTRUCT_H

#include <stdbool.h>
#include <stdint.h>

#include "sgx.h"

#define SIGSTRUCT_SIGNED_SIZE 256

/* All zero but the constants: HEADER, HEADER2, EXPONENT. The caller sets the fields it signs. */
void sigstruct_init(struct sgx_sigstruct *sig);

/* The bytes the signature covers: [0, 128) and [900, 1028). */
void sigstruct_signed_bytes(const struct sgx_sigstruct *sig, uint8_t bytes[SIGSTRUCT_SIGNED_SIZE]);

/* Constants, vendor, exponent, reserved fields: SGX_SUCCESS or SGX_INVALID_SIG_STRUCT. */
enum sgx_error sigstruct_check_format(const struct sgx_sigstruct *sig);

/*
 * What EINIT compares after the signature has been found good. `mrenclave` is the measurement,
 * `mrsigner` SHA-256 of the modulus, `launch_hash` IA32_SGXLEPUBKEYHASH. Returns SGX_SUCCESS,
 * SGX_INVALID_SIG_STRUCT (family id without KSS), SGX_INVALID_MEASUREMENT, SGX_INVALID_ATTRIBUTE or
 * SGX_INVALID_EINITTOKEN (no launch right; tokens are not supported).
 */
enum sgx_error sigstruct_check_enclave(const struct sgx_sigstruct *sig, const struct sgx_secs *secs,
	const uint8_t mrenclave[SGX_HASH_SIZE], const uint8_t mrsigner[SGX_HASH_SIZE],
	const uint8_t launch_hash[SGX_HASH_SIZE]);

/* yyyymmdd from BCD digits; is it a real calendar date? */
bool sigstruct_date_valid(uint32_t bcd);

#endif
