/* SPDX-License-Identifier: Apache-2.0 */
/* A small well-formed program file for the tests of lib/elf.c: PIE with interpreter, text, data and
 * bss. */
#ifndef CLOISTER_ELF_BUILDER_H
#define CLOISTER_ELF_BUILDER_H

#include <string.h>

#include "elf.h"

#define ELF_SAMPLE_SIZE  0x3000u
#define ELF_SAMPLE_PHNUM 5u
enum { SAMPLE_PHDR, SAMPLE_INTERP, SAMPLE_TEXT, SAMPLE_DATA, SAMPLE_STACK };

static inline struct elf_phdr *elf_sample_phdr(uint8_t *file, unsigned i)
{
	return (struct elf_phdr *)(void *)(file + sizeof(struct elf_header)) + i;
}

static inline void elf_sample(uint8_t *file)
{
	static const char interp[] = "/lib64/ld-linux-x86-64.so.2";
	const struct elf_header h = {
		.ident = {0x7f, 'E', 'L', 'F', 2, 1, 1},
		.type = 3,
		.machine = 62,
		.version = 1,
		.entry = 0x1040,
		.phoff = sizeof h,
		.ehsize = sizeof h,
		.phentsize = sizeof(struct elf_phdr),
		.phnum = ELF_SAMPLE_PHNUM,
	};
	const uint64_t table = ELF_SAMPLE_PHNUM * sizeof(struct elf_phdr);

	memset(file, 0, ELF_SAMPLE_SIZE);
	memcpy(file, &h, sizeof h);
	*elf_sample_phdr(file, SAMPLE_PHDR) = (struct elf_phdr){.type = 6,
		.flags = 4,
		.offset = sizeof h,
		.vaddr = sizeof h,
		.filesz = table,
		.memsz = table,
		.align = 8};
	*elf_sample_phdr(file, SAMPLE_INTERP) = (struct elf_phdr){.type = 3,
		.flags = 4,
		.offset = 0x800,
		.vaddr = 0x800,
		.filesz = sizeof interp,
		.memsz = sizeof interp,
		.align = 1};
	*elf_sample_phdr(file, SAMPLE_TEXT) = (struct elf_phdr){.type = 1,
		.flags = 5,
		.offset = 0,
		.vaddr = 0,
		.filesz = 0x1800,
		.memsz = 0x1800,
		.align = 0x1000};
	*elf_sample_phdr(file, SAMPLE_DATA) = (struct elf_phdr){.type = 1,
		.flags = 6,
		.offset = 0x1e00,
		.vaddr = 0x2e00,
		.filesz = 0x400,
		.memsz = 0x5000,
		.align = 0x1000};
	*elf_sample_phdr(file, SAMPLE_STACK) =
		(struct elf_phdr){.type = 0x6474e551, .flags = 6, .align = 16};
	memcpy(file + 0x800, interp, sizeof interp);
}

#endif
