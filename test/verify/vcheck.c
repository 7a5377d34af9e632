/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the sanitised verifier on files, for the case runner:
 *   vcheck text FILE...   raw text, entry at offset 0 unless it must not be (then `nolabel` in
 * cases) vcheck elf FILE...    program files: verify_elf(), then verify_text() on the text segment
 * Prints one line per file: "accept insns labels branches" or "reject RULE CAUSE 0xOFFSET". Exit
 * status: 0 if each could be judged, whatever the judgement.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verify.h"

static uint8_t *load(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	if (f == NULL) {
		perror(path);
		exit(2);
	}
	fseek(f, 0, SEEK_END);
	long n = ftell(f);
	rewind(f);
	uint8_t *p = malloc(n ? (size_t)n : 1);
	*size = fread(p, 1, (size_t)n, f);
	fclose(f);
	return p;
}

static const char *const names[] = {
	"ok",
#define RULE(cause, id, sentence) #cause,
#include "rules.def"
#undef RULE
};

static void print(const struct verify_report *r)
{
	if (r->cause == VERIFY_OK)
		printf("accept %u %u %u\n", r->insns, r->labels, r->branches);
	else
		printf("reject %s %s 0x%x\n", verify_rule_id(r->cause), names[r->cause], r->offset);
}

static void check_text(const uint8_t *text, size_t size, uint32_t entry, struct verify_report *r)
{
	size_t n = verify_scratch_size(size);
	void *scratch = malloc(n);
	verify_text(text, size, entry, scratch, n, r);
	free(scratch);
}

static void elf_file(const uint8_t *file, size_t size)
{
	struct verify_elf e;
	struct verify_report r;
	if (verify_elf(file, size, &e, &r) == VERIFY_OK) {
		const struct verify_segment *t = &e.load[e.text];
		uint8_t *copy = malloc(t->file_size);
		memcpy(copy, file + t->file_offset, t->file_size);
		check_text(copy, t->file_size, e.entry - t->vaddr, &r);
		free(copy);
	}
	print(&r);
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	for (int i = 2; i < argc; i++) {
		size_t size;
		struct verify_report r;
		uint8_t *p = load(argv[i], &size);
		if (strcmp(argv[1], "elf") == 0) {
			elf_file(p, size);
		} else {
			check_text(p, size, 0, &r);
			print(&r);
		}
		free(p);
	}
	return 0;
}
