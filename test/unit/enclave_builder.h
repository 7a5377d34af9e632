/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small, good enclave file in memory, for tests to measure or to spoil. Built with the kernel
 * header's ELF (lib/elf.h hides the C library's), so the reader's idea of ELF is not taken on
 *trust.
 *
 *	file page 0	headers, then the note
 *	file page 1, 2	text at TEXT_ADDR (RX): 2 pages, bytes i * 7
 *	file page 3	data at DATA_ADDR (RW): 100 bytes 0xd5, then bss to 2 pages
 *	slots at TCS_ADDR, 2 of them
 */
#ifndef ENCLAVE_BUILDER_H
#define ENCLAVE_BUILDER_H

#include <linux/elf.h>
#include <stdint.h>

#include "enclave_file.h"
#include "enclave_image.h"

#define FILE_PAGES  4
#define TEXT_ADDR   0x10000ULL
#define DATA_ADDR   0x12000ULL
#define DATA_BYTES  100
#define TCS_ADDR    0x20000ULL
#define TCS_STRIDE  0x10000ULL
#define ENTRY_ADDR  (TEXT_ADDR + 0x40)
#define TOTAL_PAGES (2 + 2 + 2 * (1 + 4 + 3))

/* The file, by name. Fits over the first page; text and data follow. */
struct enclave_builder {
	Elf64_Ehdr elf;
	Elf64_Phdr text, data, note, stack;
	struct enclave_note desc;
	uint8_t rest[4096 - sizeof(Elf64_Ehdr) - 4 * sizeof(Elf64_Phdr) -
		     sizeof(struct enclave_note)];
	uint8_t text_bytes[2 * 4096];
	uint8_t data_bytes[4096];
};

void enclave_build(struct enclave_builder *b);

/* A source over [b, b + size). */
struct enclave_source enclave_builder_source(struct enclave_builder *b, uint64_t size);

#endif
