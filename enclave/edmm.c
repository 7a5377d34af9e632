/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of the enclave, by EDMM. The host moves the pages; EACCEPT and EACCEPTCOPY prove what it
 * did. That no page is accepted twice (which would let the host replay a zero page) is the kernel's
 * books; here a result other than the expected one is an error and never retried. Only #PF of the
 * instruction itself is retried, by stage 1: two vCPUs may race for one EAUG.
 */
#include "linux_errno.h"

#include "edmm.h"
#include "plat.h"
#include "vcpu.h"

/* PLAT_R, PLAT_W, PLAT_X are SECINFO's bits. */
_Static_assert(
	PLAT_R == SGX_SECINFO_R && PLAT_W == SGX_SECINFO_W && PLAT_X == SGX_SECINFO_X, "prot");

static uint64_t accept(uint64_t va, uint64_t flags)
{
	_Alignas(SGX_SECINFO_ALIGN) struct sgx_secinfo s = {.flags = flags};

	vcpu_self()->retries = 0;
	return enclu_eaccept(&s, va);
}

int plat_pages_commit(uint64_t va, size_t n, size_t *done)
{
	for (*done = 0; *done < n; ++*done, va += PAGE_SIZE)
		if (accept(va, SGX_SECINFO_R | SGX_SECINFO_W | SGX_SECINFO_REG |
				       SGX_SECINFO_PENDING) != 0)
			return -ENOMEM;
	return 0;
}

int plat_page_copy(uint64_t va, const void *src, unsigned prot)
{
	_Alignas(SGX_SECINFO_ALIGN) struct sgx_secinfo s = {.flags = prot | SGX_SECINFO_REG};

	vcpu_self()->retries = 0;
	return enclu_eacceptcopy(&s, va, src) == 0 ? 0 : -ENOMEM;
}

void plat_pages_extend(uint64_t va, size_t n, unsigned prot)
{
	_Alignas(SGX_SECINFO_ALIGN) struct sgx_secinfo s = {.flags = prot | SGX_SECINFO_REG};

	for (; n > 0; n--, va += PAGE_SIZE)
		enclu_emodpe(&s, va);
}

static int accept_all(uint64_t va, size_t n, uint64_t flags)
{
	for (; n > 0; n--, va += PAGE_SIZE)
		if (accept(va, flags) != 0)
			return -EPROTO;
	return 0;
}

int plat_pages_accept_restrict(uint64_t va, size_t n, unsigned prot)
{
	return accept_all(va, n, prot | SGX_SECINFO_REG | SGX_SECINFO_PR);
}

int plat_pages_accept_trim(uint64_t va, size_t n)
{
	return accept_all(va, n, SGX_SECINFO_TRIM | SGX_SECINFO_MODIFIED);
}
