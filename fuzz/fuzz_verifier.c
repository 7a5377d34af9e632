/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two targets in one for the verifier, by the first byte: raw text for verify_text(), or a program
 * file for verify_elf() and then, as the loader does it, the relocation walk and verify_text().
 * Besides what the sanitizers see, it checks that a report names a place inside the input and that
 * relocation stays inside.
 */
#include <stdlib.h>
#include <string.h>
#include "verify.h"

static void check(int ok)
{
	if (!ok)
		abort();
}

static void text(const uint8_t *data, size_t size, uint32_t entry)
{
	struct verify_report r;
	size_t n = verify_scratch_size(size);
	void *scratch = malloc(n);
	enum verify_cause c = verify_text(data, size, entry, scratch, n, &r);
	check(c == r.cause && c < VERIFY_NCAUSES);
	check(c == VERIFY_OK || c == F5_ENTRY || c == F6_SIZE || r.offset <= size);
	check(r.insns <= size && r.labels + r.branches <= r.insns);
	free(scratch);
}

static void relocate(uint8_t *file, const struct verify_elf *e)
{
	struct verify_reloc it = verify_reloc_begin(file, e);
	uint32_t place, count = 0;
	while (verify_reloc_next(&it, &place)) {
		uint32_t i = 0;
		while (i < e->nload && place - e->load[i].vaddr >= e->load[i].file_size)
			i++;
		check(i < e->nload);
		uint8_t *at = file + e->load[i].file_offset + (place - e->load[i].vaddr);
		uint32_t value;
		memcpy(&value, at, sizeof value); /* ASan: four bytes inside the file */
		value += 0x1000;
		memcpy(at, &value, sizeof value);
		count++;
	}
	check(count == e->textrel_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct verify_elf e;
	struct verify_report r;
	if (size < 1)
		return 0;
	uint8_t *copy = malloc(size);
	memcpy(copy, data + 1, --size);
	if (data[0] & 1) {
		text(copy, size, 0);
	} else if (verify_elf(copy, size, &e, &r) == VERIFY_OK) {
		const struct verify_segment *t = &e.load[e.text];
		relocate(copy, &e);
		text(copy + t->file_offset, t->file_size, e.entry - t->vaddr);
	} else {
		check(r.cause != VERIFY_OK && e.nload == 0);
	}
	free(copy);
	return 0;
}
