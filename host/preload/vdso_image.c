/* SPDX-License-Identifier: Apache-2.0 */
/* See vdso_image.h. */
#define _GNU_SOURCE
#include "vdso_image.h"

#include <linux/elf.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "dev_sys.h"
#include "sgx_uapi.h"

#define EM_X86_64_ 62
#define ET_DYN_    3

/* SysV hash table of one bucket: bucket -> symbol 1 -> end. */
struct hash {
	uint32_t nbucket, nchain, bucket[1], chain[2];
};

struct image {
	Elf64_Ehdr eh;
	Elf64_Phdr ph[2];
	Elf64_Dyn dyn[6];
	Elf64_Sym sym[2];
	struct hash hash;
	char str[64];
	_Alignas(16) uint8_t code[16];
};
_Static_assert(sizeof(struct image) <= 4096, "one page");

#define AT_OFF(field) offsetof(struct image, field)

static void fill(struct image *m)
{
	const Elf64_Dyn dyn[] = {
		{DT_HASH, {AT_OFF(hash)}},
		{DT_STRTAB, {AT_OFF(str)}},
		{DT_SYMTAB, {AT_OFF(sym)}},
		{DT_STRSZ, {sizeof(m->str)}},
		{DT_SYMENT, {sizeof(Elf64_Sym)}},
		{DT_NULL, {0}},
	};
	uint64_t target = (uint64_t)preload_enter;

	memcpy(m->eh.e_ident, ELFMAG, SELFMAG);
	m->eh.e_ident[EI_CLASS] = ELFCLASS64;
	m->eh.e_ident[EI_DATA] = ELFDATA2LSB;
	m->eh.e_ident[EI_VERSION] = EV_CURRENT;
	m->eh.e_type = ET_DYN_;
	m->eh.e_machine = EM_X86_64_;
	m->eh.e_version = EV_CURRENT;
	m->eh.e_phoff = AT_OFF(ph);
	m->eh.e_ehsize = sizeof(m->eh);
	m->eh.e_phentsize = sizeof(m->ph[0]);
	m->eh.e_phnum = 2;
	m->ph[0] = (Elf64_Phdr){.p_type = PT_LOAD,
		.p_flags = PF_R | PF_X,
		.p_filesz = sizeof(*m),
		.p_memsz = sizeof(*m),
		.p_align = 4096};
	m->ph[1] = (Elf64_Phdr){.p_type = PT_DYNAMIC,
		.p_flags = PF_R,
		.p_offset = AT_OFF(dyn),
		.p_vaddr = AT_OFF(dyn),
		.p_filesz = sizeof(m->dyn),
		.p_memsz = sizeof(m->dyn)};
	memcpy(m->dyn, dyn, sizeof(dyn));
	strcpy(m->str + 1, SGX_VDSO_SYMBOL);
	m->sym[1] = (Elf64_Sym){.st_name = 1,
		.st_info = STB_GLOBAL << 4 | STT_FUNC,
		.st_shndx = 1,
		.st_value = AT_OFF(code),
		.st_size = sizeof(m->code)};
	m->hash = (struct hash){1, 2, {1}, {0, 0}};
	memcpy(m->code, "\xff\x25\x00\x00\x00\x00", 6); /* jmp *0(%rip) */
	memcpy(m->code + 6, &target, sizeof(target));
}

const void *vdso_image_make(void)
{
	struct image *m = dev_sys.mmap(
		NULL, sizeof(*m), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (m == MAP_FAILED)
		return NULL;
	fill(m);
	return dev_sys.mprotect(m, sizeof(*m), PROT_READ | PROT_EXEC) < 0 ? NULL : m;
}
