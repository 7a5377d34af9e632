/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ELF64 program files: what a loader needs to know, checked. The parser trusts no number in the
 * file: what it returns satisfies the invariants stated at each field, whatever the bytes were. It
 * reads headers only; it never maps, allocates or does I/O. Source: System V ABI, x86-64
 * supplement; the acceptance rules are those of Linux fs/binfmt_elf.c.
 */
#ifndef CLOISTER_ELF_H
#define CLOISTER_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_PHDRS_MAX 128 /* program headers of one file */
#define ELF_LOADS_MAX 32  /* PT_LOADs of one file */
#define ELF_VADDR_MAX (1ull << 46)
#define ELF_ALIGN_MAX (1ull << 30)
#define ELF_PATH_MAX  4096 /* PT_INTERP */

#define ELF_PF_X 1u
#define ELF_PF_W 2u
#define ELF_PF_R 4u

struct elf_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
_Static_assert(sizeof(struct elf_header) == 64, "Elf64_Ehdr");

struct elf_phdr {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};
_Static_assert(sizeof(struct elf_phdr) == 56, "Elf64_Phdr");

/* One PT_LOAD. vaddr + memsz <= ELF_VADDR_MAX, filesz <= memsz, memsz > 0, off + filesz does not
 * overflow, vaddr and off agree modulo 4096; segments ascend and no two share a page of file
 * contents (page_start of one >= page_end of the one before, each rounded to pages). */
struct elf_load {
	uint64_t vaddr, memsz, off, filesz;
	unsigned prot; /* ELF_PF_* */
};

struct elf_image {
	bool dyn;       /* ET_DYN: goes anywhere; else ET_EXEC */
	uint64_t entry; /* unrelocated; below ELF_VADDR_MAX */
	unsigned phnum;
	uint64_t phdr_vaddr; /* of the program headers in memory; 0: in no segment */
	uint64_t min, max;   /* page-rounded hull of the loads: min < max */
	uint64_t align;      /* of the load bias: a power of two, >= 4096 */
	bool interp;         /* PT_INTERP: */
	uint64_t interp_off; /*   where the path is in the file */
	uint32_t interp_len; /*   2..ELF_PATH_MAX bytes, with the NUL */
	bool exec_stack;     /* PT_GNU_STACK asks for an executable stack */
	unsigned nloads;     /* 1..ELF_LOADS_MAX */
	struct elf_load load[ELF_LOADS_MAX];
};

/* Why a file was refused, for messages; 0 = accepted. */
enum elf_error {
	ELF_OK,
	ELF_NOT_ELF,
	ELF_TRUNCATED,
	ELF_WRONG_CLASS,
	ELF_WRONG_MACHINE,
	ELF_WRONG_TYPE,
	ELF_BAD_PHDRS,
	ELF_BAD_SEGMENT,
	ELF_NO_SEGMENT,
	ELF_BAD_INTERP,
};
const char *elf_strerror(enum elf_error e);

/* Step 1: the file header, from the first len bytes of the file. On success the table of program
 * headers is phnum (1..ELF_PHDRS_MAX) entries of 56 bytes at phoff, which does not overflow. */
enum elf_error elf_parse_header(const void *buf, size_t len, struct elf_header *h);
/* Step 2: the table itself, phnum * 56 bytes, as it was read. file_size bounds the segments'
 * contents. */
enum elf_error elf_parse_phdrs(const struct elf_header *h, const void *table, size_t len,
	uint64_t file_size, struct elf_image *img);

#endif
