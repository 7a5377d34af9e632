/* SPDX-License-Identifier: Apache-2.0 */
/* One account for every page of enclave memory that is committed at run time. */
#include "kmem.h"
#include "plat.h"
#include "layout.h"
#include "linux_errno.h"

static size_t used;

size_t mem_pages_limit(void)
{
	return plat_boot()->mem_limit / PAGE_SIZE;
}

size_t mem_pages_used(void)
{
	return used;
}

int mem_charge(size_t npages)
{
	if (npages > mem_pages_limit() - used)
		return -ENOMEM;
	used += npages;
	return 0;
}

void mem_uncharge(size_t npages)
{
	used -= npages;
}
