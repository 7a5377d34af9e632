/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that is the host's. Every access is one aligned 8-byte load or store (stale data through
 * partial accesses: INTEL-SA-00615, INTEL-SA-00657), each word is read once, and an address is used
 * only after outside_range() accepted the whole span.
 */
#ifndef CLOISTER_OUTSIDE_H
#define CLOISTER_OUTSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout.h"

#define OUTSIDE_END 0x800000000000 /* of the canonical lower half */

/* Is [addr, addr + len) wholly outside ELRANGE, without wrapping? */
static inline bool outside_range(uint64_t addr, uint64_t len)
{
	bool ok = addr >= ELRANGE_SIZE && addr <= OUTSIDE_END && len <= OUTSIDE_END - addr;

	__asm__ volatile("lfence" ::
				 : "memory"); /* no load with an address that failed (Spectre v1) */
	return ok;
}

static inline uint64_t outside_load(uint64_t addr)
{
	return __atomic_load_n((const uint64_t *)addr, __ATOMIC_ACQUIRE);
}

static inline void outside_store(uint64_t addr, uint64_t word)
{
	__atomic_store_n((uint64_t *)addr, word, __ATOMIC_RELEASE);
}

/* addr 8-aligned, n words. */
static inline void outside_read_words(uint64_t *dst, uint64_t addr, size_t n)
{
	for (size_t i = 0; i < n; i++)
		dst[i] = outside_load(addr + i * 8);
}

static inline void outside_write_words(uint64_t addr, const uint64_t *src, size_t n)
{
	for (size_t i = 0; i < n; i++)
		outside_store(addr + i * 8, src[i]);
}

/* Any alignment and length, the range checked by the caller (ring.c). A write keeps the bytes of
 * the edge words that are not its own by reading them: the host's bytes go back to the host. */
void outside_read(void *dst, uint64_t addr, size_t len);
void outside_write(uint64_t addr, const void *src, size_t len);

#endif
