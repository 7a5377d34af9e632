/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIGSTRUCT without its RSA. See sigstruct.h.
 */
#include "sigstruct.h"

#include <stddef.h>

static const uint8_t header1[16] = SGX_SIGSTRUCT_HEADER1;
static const uint8_t header2[16] = SGX_SIGSTRUCT_HEADER2;

/* The two signed ranges: the header, and the body between the signature and Q1. */
#define HEADER_SIZE offsetof(struct sgx_sigstruct, modulus)
#define BODY_START  offsetof(struct sgx_sigstruct, miscselect)
#define BODY_SIZE   (offsetof(struct sgx_sigstruct, q1) - sizeof(uint8_t[12]) - BODY_START)
_Static_assert(HEADER_SIZE + BODY_SIZE == SIGSTRUCT_SIGNED_SIZE, "SDM: 128 + 128 bytes");

static bool all_zero(const uint8_t *p, size_t n)
{
	uint8_t any = 0;
	for (size_t i = 0; i < n; i++)
		any |= p[i];
	return any == 0;
}

void sigstruct_init(struct sgx_sigstruct *sig)
{
	__builtin_memset(sig, 0, sizeof *sig);
	__builtin_memcpy(sig->header, header1, sizeof header1);
	__builtin_memcpy(sig->header2, header2, sizeof header2);
	sig->exponent = SGX_RSA_EXPONENT;
}

void sigstruct_signed_bytes(const struct sgx_sigstruct *sig, uint8_t bytes[SIGSTRUCT_SIGNED_SIZE])
{
	const uint8_t *raw = (const uint8_t *)sig;
	__builtin_memcpy(bytes, raw, HEADER_SIZE);
	__builtin_memcpy(bytes + HEADER_SIZE, raw + BODY_START, BODY_SIZE);
}

enum sgx_error sigstruct_check_format(const struct sgx_sigstruct *sig)
{
	bool good = __builtin_memcmp(sig->header, header1, sizeof header1) == 0 &&
		    __builtin_memcmp(sig->header2, header2, sizeof header2) == 0 &&
		    (sig->vendor == 0 || sig->vendor == SGX_VENDOR_INTEL) &&
		    sig->exponent == SGX_RSA_EXPONENT &&
		    all_zero(sig->reserved1, sizeof sig->reserved1) &&
		    all_zero(sig->reserved2, sizeof sig->reserved2) &&
		    all_zero(sig->reserved3, sizeof sig->reserved3) &&
		    all_zero(sig->reserved4, sizeof sig->reserved4);
	return good ? SGX_SUCCESS : SGX_INVALID_SIG_STRUCT;
}

/* Does the enclave have, under the signer's masks, exactly what the signer signed? */
static bool selections_match(const struct sgx_sigstruct *sig, const struct sgx_secs *secs)
{
	const struct sgx_attributes *have = &secs->attributes, *want = &sig->attributes,
				    *mask = &sig->attribute_mask;
	return ((have->flags ^ want->flags) & mask->flags) == 0 &&
	       ((have->xfrm ^ want->xfrm) & mask->xfrm) == 0 &&
	       ((secs->miscselect ^ sig->miscselect) & sig->misc_mask) == 0 &&
	       ((secs->cet_attributes ^ sig->cet_attributes) & sig->cet_attributes_mask) == 0;
}

enum sgx_error sigstruct_check_enclave(const struct sgx_sigstruct *sig, const struct sgx_secs *secs,
	const uint8_t mrenclave[SGX_HASH_SIZE], const uint8_t mrsigner[SGX_HASH_SIZE],
	const uint8_t launch_hash[SGX_HASH_SIZE])
{
	bool launch = __builtin_memcmp(mrsigner, launch_hash, SGX_HASH_SIZE) == 0;

	if (!(secs->attributes.flags & SGX_ATTR_KSS) &&
		!all_zero(sig->isv_family_id, sizeof sig->isv_family_id))
		return SGX_INVALID_SIG_STRUCT;
	if (__builtin_memcmp(sig->enclave_hash, mrenclave, SGX_HASH_SIZE) != 0)
		return SGX_INVALID_MEASUREMENT;
	if ((secs->attributes.flags & SGX_ATTR_EINITTOKENKEY) && !launch)
		return SGX_INVALID_ATTRIBUTE;
	if (!selections_match(sig, secs))
		return SGX_INVALID_ATTRIBUTE;
	return launch ? SGX_SUCCESS : SGX_INVALID_EINITTOKEN;
}

bool sigstruct_date_valid(uint32_t bcd)
{
	static const uint8_t days[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	uint32_t n = 0;

	for (int shift = 28; shift >= 0; shift -= 4) {
		uint32_t digit = bcd >> shift & 0xf;
		if (digit > 9)
			return false;
		n = n * 10 + digit;
	}
	uint32_t year = n / 10000, month = n / 100 % 100, day = n % 100;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	if (year == 0 || month < 1 || month > 12 || day < 1)
		return false;
	return day <= (uint32_t)days[month] + (month == 2 && leap);
}
