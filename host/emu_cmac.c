/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AES-128-CMAC (RFC 4493) with AES-NI. OpenSSL has one too, but may allocate or lock, and EREPORT
 * and EGETKEY are executed in a signal handler. Every processor of the SGX generations has AES-NI.
 */
#include "emu.h"

#include <string.h>
#include <wmmintrin.h>

#define AES    __attribute__((target("aes,sse2")))
#define ROUNDS 10

struct aes {
	__m128i k[ROUNDS + 1];
};

AES static __m128i expand(__m128i k, __m128i assist)
{
	k = _mm_xor_si128(k, _mm_slli_si128(k, 4));
	k = _mm_xor_si128(k, _mm_slli_si128(k, 4));
	k = _mm_xor_si128(k, _mm_slli_si128(k, 4));
	return _mm_xor_si128(k, _mm_shuffle_epi32(assist, 0xff));
}

#define ROUND(i, rcon) a->k[i] = expand(a->k[(i)-1], _mm_aeskeygenassist_si128(a->k[(i)-1], rcon))

AES static void aes_key(struct aes *a, const uint8_t key[16])
{
	a->k[0] = _mm_loadu_si128((const __m128i *)key);
	ROUND(1, 0x01);
	ROUND(2, 0x02);
	ROUND(3, 0x04);
	ROUND(4, 0x08);
	ROUND(5, 0x10);
	ROUND(6, 0x20);
	ROUND(7, 0x40);
	ROUND(8, 0x80);
	ROUND(9, 0x1b);
	ROUND(10, 0x36);
}

AES static void aes_block(const struct aes *a, uint8_t b[16])
{
	__m128i x = _mm_xor_si128(_mm_loadu_si128((const __m128i *)b), a->k[0]);

	for (int i = 1; i < ROUNDS; i++)
		x = _mm_aesenc_si128(x, a->k[i]);
	_mm_storeu_si128((__m128i *)b, _mm_aesenclast_si128(x, a->k[ROUNDS]));
}

/* Times x in GF(2^128), big-endian. */
static void doubled(uint8_t b[16])
{
	uint8_t carry = (uint8_t)(b[0] >> 7);

	for (int i = 0; i < 15; i++)
		b[i] = (uint8_t)(b[i] << 1 | b[i + 1] >> 7);
	b[15] = (uint8_t)(b[15] << 1 ^ (carry ? 0x87 : 0));
}

void emu_cmac(const uint8_t key[16], const void *msg, size_t len, uint8_t mac[16])
{
	const uint8_t *p = msg;
	uint8_t sub[16] = {0}, last[16] = {0};
	struct aes a;

	aes_key(&a, key);
	aes_block(&a, sub);
	doubled(sub);
	memset(mac, 0, 16);
	for (; len > 16; len -= 16, p += 16) {
		for (int i = 0; i < 16; i++)
			mac[i] ^= p[i];
		aes_block(&a, mac);
	}
	memcpy(last, p, len);
	if (len < 16) {
		last[len] = 0x80;
		doubled(sub);
	}
	for (int i = 0; i < 16; i++)
		mac[i] ^= (uint8_t)(last[i] ^ sub[i]);
	aes_block(&a, mac);
}
