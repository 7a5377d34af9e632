/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The enclave file, `cloister.enclave`: a static ELF64 ET_EXEC linked inside ELRANGE (base 0), with
 * page-aligned PT_LOAD segments (RX, R or RW) and one PT_NOTE note whose descriptor says
 * what an ELF file cannot: sizes, vCPU slots, attributes. The file is the whole input of the
 * measurement: lib/enclave_image.c turns it into the sequence of EADDs.
 *
 * EADD order, part of the format: all segments by ascending address, each page ascending; then
 * the vCPU slots 0, 1, ...; in a slot the TCS page, the SSA pages, the vCPU pages, each ascending.
 * Every page is measured. Slot i is at tcs_base + i * tcs_stride:
 *
 *	+ 0               TCS (made by the reader)
 *	+ ssa_off         nssa * ssa_frame_size zero pages, RW
 *	+ vcpu_block_off  vcpu_pages zero pages, RW: the vCPU block (FS and GS base), then its
 *stacks
 */
#ifndef CLOISTER_ENCLAVE_FILE_H
#define CLOISTER_ENCLAVE_FILE_H

#include <stddef.h>
#include <stdint.h>

#define ENCLAVE_NOTE_NAME    "Cloister"
#define ENCLAVE_NOTE_TYPE    1
#define ENCLAVE_DESC_VERSION 1

/* Limits of the format; a file beyond them is refused. */
#define ENCLAVE_SIZE_MAX       (1ULL << 47)
#define ENCLAVE_PHDRS_MAX      32
#define ENCLAVE_SEGMENTS_MAX   16
#define ENCLAVE_NOTES_SIZE_MAX 4096       /* bytes of one PT_NOTE */
#define ENCLAVE_PAGES_MAX      (1U << 18) /* 1 GiB measured at launch */
#define ENCLAVE_TCS_MAX        256
#define ENCLAVE_NSSA_MAX       16
#define ENCLAVE_SSA_FRAME_MAX  16 /* pages */
#define ENCLAVE_VCPU_PAGES_MAX 1024

struct enclave_desc {
	uint32_t version;        /* ENCLAVE_DESC_VERSION */
	uint32_t ssa_frame_size; /* pages */
	uint64_t elrange_size;   /* bytes, a power of two */
	uint64_t tcs_base;
	uint64_t tcs_stride;
	uint32_t tcs_count;
	uint32_t nssa;
	uint64_t entry;          /* address of the entry point: OENTRY */
	uint64_t vcpu_block_off; /* from the TCS: OFSBASE = OGSBASE */
	uint64_t ssa_off;        /* from the TCS: OSSA */
	uint32_t vcpu_pages;     /* pages at vcpu_block_off, the block itself included */
	uint32_t miscselect;     /* exactly this is signed and created */
	uint64_t attributes;     /* SGX_ATTR_*; DEBUG is the signer's choice and must be clear */
	uint64_t xfrm; /* every feature the enclave can live with; x87 and SSE must be in it */
	uint64_t xfrm_required; /* the subset that it cannot live without */
	uint64_t reserved[2];   /* zero */
};
_Static_assert(offsetof(struct enclave_desc, elrange_size) == 8, "on disk");
_Static_assert(offsetof(struct enclave_desc, tcs_count) == 32, "on disk");
_Static_assert(offsetof(struct enclave_desc, entry) == 40, "on disk");
_Static_assert(offsetof(struct enclave_desc, vcpu_pages) == 64, "on disk");
_Static_assert(offsetof(struct enclave_desc, attributes) == 72, "on disk");
_Static_assert(offsetof(struct enclave_desc, xfrm_required) == 88, "on disk");
_Static_assert(sizeof(struct enclave_desc) == 112, "on disk");

/* The whole note, for an object in a section of type SHT_NOTE. */
struct enclave_note {
	uint32_t namesz;
	uint32_t descsz;
	uint32_t type;
	char name[12]; /* with its terminator, padded to 4 */
	struct enclave_desc desc;
};
_Static_assert(offsetof(struct enclave_note, desc) == 24, "on disk");
_Static_assert(sizeof(struct enclave_note) == 136, "on disk");

#define ENCLAVE_NOTE_INIT                                                                          \
	.namesz = sizeof ENCLAVE_NOTE_NAME, .descsz = sizeof(struct enclave_desc),                 \
	.type = ENCLAVE_NOTE_TYPE, .name = ENCLAVE_NOTE_NAME

#endif
