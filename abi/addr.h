/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses that are not the kernel's own. A uaddr_t comes from a program (for a SIP it is an offset
 * into its window), a haddr_t from the host. Neither can be dereferenced or mixed by accident; only
 * kernel/core/uaccess.c, kernel/mm/pages.c and enclave/ turn one into a pointer, after checking it.
 */
#ifndef CLOISTER_ADDR_H
#define CLOISTER_ADDR_H

#include <stdint.h>

typedef struct {
	uint64_t v;
} uaddr_t;

typedef struct {
	uint64_t v;
} haddr_t;

static inline uaddr_t uaddr(uint64_t v)
{
	return (uaddr_t){ v };
}

static inline uaddr_t uaddr_add(uaddr_t a, uint64_t n)
{
	return (uaddr_t){ a.v + n };
}

#endif
