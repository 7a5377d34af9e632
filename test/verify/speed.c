/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_speed FILE...: how fast the verifier is on the texts of these program files, in MB of text
 * per second (10^6 bytes), the best of the repetitions that fit in a second. One line per file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "verify.h"

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int measure(const char *path)
{
	struct verify_elf e;
	struct verify_report r;
	FILE *f = fopen(path, "rb");
	if (f == NULL) {
		perror(path);
		return 1;
	}
	fseek(f, 0, SEEK_END);
	size_t size = (size_t)ftell(f);
	rewind(f);
	uint8_t *file = malloc(size);
	size = fread(file, 1, size, f);
	fclose(f);
	if (verify_elf(file, size, &e, &r) != VERIFY_OK) {
		printf("%s: %s at 0x%x\n", path, verify_rule_id(r.cause), r.offset);
		return 1;
	}
	const struct verify_segment *t = &e.load[e.text];
	size_t scratch_size = verify_scratch_size(t->file_size);
	void *scratch = malloc(scratch_size);
	double best = 1e9, end = now() + 1;
	while (now() < end && best > 0) {
		double start = now();
		verify_text(file + t->file_offset, t->file_size, e.entry - t->vaddr, scratch,
			scratch_size, &r);
		double took = now() - start;
		best = took < best ? took : best;
	}
	printf("%s: %s %zu bytes, %u instructions, %.0f MB/s\n", path,
		r.cause ? verify_rule_id(r.cause) : "accepted", (size_t)t->file_size, r.insns,
		(double)t->file_size / best / 1e6);
	free(scratch);
	free(file);
	return r.cause != VERIFY_OK;
}

int main(int argc, char **argv)
{
	int failed = 0;
	for (int i = 1; i < argc; i++)
		failed |= measure(argv[i]);
	return failed;
}
