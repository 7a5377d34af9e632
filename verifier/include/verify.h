/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier of the SFI policy `split`: doc/sfi.md is its specification. Pure functions: no
 * allocation, no recursion, no globals, no I/O; time linear in the input.
 */
#ifndef VERIFY_H
#define VERIFY_H

#include <stddef.h>
#include <stdint.h>

/* 0 is acceptance; the others name the rule's section in doc/sfi.md and the way it was broken. */
enum verify_cause {
	VERIFY_OK,
#define RULE(cause, id, sentence) cause,
#include "rules.def"
#undef RULE
	VERIFY_NCAUSES
};

struct verify_report {
	enum verify_cause cause;
	uint32_t offset; /* V rules: of the offending instruction in text; F rules: in the file */
	uint32_t insns;  /* instructions, labels and template branches seen before that */
	uint32_t labels;
	uint32_t branches;
};

/* Bytes of scratch memory that verify_text() needs for a text of this size. */
size_t verify_scratch_size(size_t text_size);

/*
 * Checks V1-V9 on a text as it will execute (relocated), and that entry, an offset into it, is a
 * true label (F5). The text must not change meanwhile: the caller passes a private copy. scratch
 * is caller-owned, 8-byte aligned, of at least verify_scratch_size() bytes, contents ignored.
 * Returns VERIFY_OK, or the cause, which is also in the report.
 */
enum verify_cause verify_text(const uint8_t *text, size_t size, uint32_t entry, void *scratch,
	size_t scratch_size, struct verify_report *r);

struct verify_segment {
	uint64_t file_offset, file_size;
	uint32_t vaddr, mem_size;
	uint32_t flags; /* PF_X 1, PF_W 2, PF_R 4 */
};

/* What a file's headers say, once they have been found to obey F1-F4 and F6. */
struct verify_elf {
	struct verify_segment load[16];
	uint32_t nload;
	uint32_t text; /* index into load */
	uint32_t entry;
	uint64_t textrel_offset; /* of the ULEB128 stream */
	uint32_t textrel_size, textrel_count;
	uint32_t phdr_vaddr; /* where the program headers are in memory, 0 if nowhere: AT_PHDR */
	uint32_t phnum;
	struct verify_segment tls; /* mem_size 0 if there is none */
	uint32_t tls_align;
};

/* Checks F1-F4 and F6 on a file held in memory. Fills *out only if it returns VERIFY_OK. */
enum verify_cause verify_elf(
	const uint8_t *file, size_t size, struct verify_elf *out, struct verify_report *r);

/* The walk over a table that verify_elf() accepted: 1 and *place (a virtual address), or 0 at its
 * end. */
struct verify_reloc {
	const uint8_t *p, *end;
	uint32_t place;
};
struct verify_reloc verify_reloc_begin(const uint8_t *file, const struct verify_elf *elf);
int verify_reloc_next(struct verify_reloc *it, uint32_t *place);

/* True if the text has a true label at offset: the only places the kernel may enter (K3, K4, K6).
 */
int verify_is_label(const uint8_t *text, size_t size, uint64_t offset);

/* The rule's id ("V5") and its sentence. */
const char *verify_rule_id(enum verify_cause c);
const char *verify_rule_text(enum verify_cause c);

/*
 * The length of the instruction at p as the verifier decodes it, 0 if it is not in the accepted set
 * or longer than avail; for tools that print rejected text.
 */
size_t verify_insn_length(const uint8_t *p, size_t avail);

#endif
