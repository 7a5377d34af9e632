/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small, good enclave file in memory. See enclave_builder.h.
 */
#include "enclave_builder.h"

#include <stddef.h>
#include <string.h>

void enclave_build(struct enclave_builder *b)
{
	memset(b, 0, sizeof *b);
	b->elf = (Elf64_Ehdr){
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			EV_CURRENT},
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_entry = ENTRY_ADDR,
		.e_phoff = offsetof(struct enclave_builder, text),
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 4,
	};
	b->text = (Elf64_Phdr){.p_type = PT_LOAD,
		.p_flags = PF_R | PF_X,
		.p_offset = offsetof(struct enclave_builder, text_bytes),
		.p_vaddr = TEXT_ADDR,
		.p_filesz = sizeof b->text_bytes,
		.p_memsz = sizeof b->text_bytes,
		.p_align = 4096};
	b->data = (Elf64_Phdr){.p_type = PT_LOAD,
		.p_flags = PF_R | PF_W,
		.p_offset = offsetof(struct enclave_builder, data_bytes),
		.p_vaddr = DATA_ADDR,
		.p_filesz = DATA_BYTES,
		.p_memsz = 2 * 4096,
		.p_align = 4096};
	b->note = (Elf64_Phdr){.p_type = PT_NOTE,
		.p_flags = PF_R,
		.p_offset = offsetof(struct enclave_builder, desc),
		.p_filesz = sizeof b->desc,
		.p_memsz = sizeof b->desc,
		.p_align = 4};
	b->stack = (Elf64_Phdr){.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W};
	b->desc = (struct enclave_note){
		ENCLAVE_NOTE_INIT, .desc = {
					   .version = ENCLAVE_DESC_VERSION,
					   .ssa_frame_size = 2,
					   .elrange_size = 0x40000,
					   .tcs_base = TCS_ADDR,
					   .tcs_stride = TCS_STRIDE,
					   .tcs_count = 2,
					   .nssa = 2,
					   .entry = ENTRY_ADDR,
					   .vcpu_block_off = 0x6000,
					   .ssa_off = 0x1000,
					   .vcpu_pages = 3,
					   .miscselect = SGX_MISC_EXINFO,
					   .attributes = SGX_ATTR_MODE64BIT,
					   .xfrm = SGX_XFRM_LEGACY | SGX_XFRM_AVX | SGX_XFRM_AVX512,
					   .xfrm_required = SGX_XFRM_LEGACY,
				   }};
	for (size_t i = 0; i < sizeof b->text_bytes; i++)
		b->text_bytes[i] = (uint8_t)(i * 7 + i / 4096);
	memset(b->data_bytes, 0xd5, DATA_BYTES);
	memset(b->data_bytes + DATA_BYTES, 0xee, sizeof b->data_bytes - DATA_BYTES);
}

static int builder_read(void *ctx, uint64_t off, void *buf, size_t len)
{
	memcpy(buf, (const uint8_t *)ctx + off, len);
	return 0;
}

struct enclave_source enclave_builder_source(struct enclave_builder *b, uint64_t size)
{
	return (struct enclave_source){size, builder_read, b};
}
