/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the CPU says about this enclave. XFRM and MISCSELECT come from its own REPORT: CPUID and
 * XGETBV are the host's word (or trap), and a size taken from them would overflow a save area.
 */
#include "linux_errno.h"

#include "die.h"
#include "edmm.h"
#include "mem.h"
#include "plat.h"
#include "report.h"
#include "start.h"
#include "vcpu.h"

/* End of each XSAVE component in the standard format. SDM vol. 1, 13.4 and 13.5; the offsets are
 * the same on every processor that has SGX. */
static const struct {
	uint64_t bit;
	uint32_t end;
} components[] = {
	{SGX_XFRM_AVX, 576 + 256},
	{SGX_XFRM_AVX512, 2688},
	{SGX_XFRM_PKRU, 2688 + 8},
};

static uint64_t xsave_size = SGX_XSAVE_LEGACY_SIZE + SGX_XSAVE_HEADER_SIZE;

void report_make(const struct sgx_targetinfo *target, const uint8_t data[SGX_REPORT_DATA_SIZE],
	struct sgx_report *out)
{
	_Alignas(SGX_TARGETINFO_ALIGN) struct sgx_targetinfo t = *target;
	_Alignas(SGX_REPORT_ALIGN) struct sgx_report r;
	_Alignas(SGX_REPORTDATA_ALIGN) uint8_t d[SGX_REPORT_DATA_SIZE];

	memcpy(d, data, sizeof d);
	enclu_ereport(&t, d, &r);
	*out = r;
}

int report_key(const struct sgx_keyrequest *r, uint8_t key[SGX_KEY_SIZE], uint64_t *sgx_error)
{
	_Alignas(SGX_KEYREQUEST_ALIGN) struct sgx_keyrequest q = *r;
	_Alignas(SGX_KEY_ALIGN) uint8_t k[SGX_KEY_SIZE];

	*sgx_error = enclu_egetkey(&q, k);
	if (*sgx_error != 0)
		return -EINVAL;
	memcpy(key, k, sizeof k);
	memset(k, 0, sizeof k);
	__asm__ volatile("" ::"r"(k) : "memory"); /* the wipe is not dead code */
	return 0;
}

void report_boot(void)
{
	static const struct sgx_targetinfo nobody;
	static const uint8_t nothing[SGX_REPORT_DATA_SIZE];
	struct sgx_report self;
	uint64_t xfrm, known = SGX_XFRM_LEGACY;

	report_make(&nobody, nothing, &self);
	xfrm = self.attributes.xfrm;
	for (unsigned i = 0; i < sizeof components / sizeof components[0]; i++) {
		known |= components[i].bit;
		if (xfrm & components[i].bit)
			xsave_size = components[i].end;
	}
	/* Without EXINFO a page fault would look like a tick. */
	if ((xfrm & SGX_XFRM_LEGACY) != SGX_XFRM_LEGACY || (xfrm & ~known) != 0 ||
		xsave_size > VCPU_XSAVE_SIZE || !(self.miscselect & SGX_MISC_EXINFO))
		plat_die(DIE_STATUS, DIE_REPORT);
	enclave_xfrm = xfrm;
}

uint64_t plat_xfrm(void)
{
	return enclave_xfrm;
}

size_t plat_xsave_size(void)
{
	return xsave_size;
}
