/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of the enclave file (abi/enclave_file.h). */
#include "enclave_file.h"
#include "layout.h"
#include "sgx.h"

extern const struct enclave_note enclave_note;

const struct enclave_note enclave_note __attribute__((section(".note.cloister"), used)) = {
	ENCLAVE_NOTE_INIT,
	.desc =
		{
			.version = ENCLAVE_DESC_VERSION,
			.ssa_frame_size = SSA_FRAME_PAGES,
			.elrange_size = ELRANGE_SIZE,
			.tcs_base = VCPU_BASE,
			.tcs_stride = VCPU_STRIDE,
			.tcs_count = VCPU_MAX,
			.nssa = SSA_FRAMES,
			.entry = KERNEL_BASE, /* layout.lds puts enclave_entry there */
			.vcpu_block_off = VCPU_BLOCK_OFF,
			.ssa_off = VCPU_SSA_OFF,
			.vcpu_pages = (VCPU_STRIDE - VCPU_BLOCK_OFF) / PAGE_SIZE,
			.miscselect = SGX_MISC_EXINFO,
			.attributes = SGX_ATTR_MODE64BIT,
			.xfrm = SGX_XFRM_LEGACY | SGX_XFRM_AVX | SGX_XFRM_AVX512,
			.xfrm_required = SGX_XFRM_LEGACY,
		},
};
