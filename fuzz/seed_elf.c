/* SPDX-License-Identifier: Apache-2.0 */
/* Writes one small valid ELF file: where the mutations of fuzz_elf begin. */
#include <stdio.h>
#include <string.h>

#include "elf_builder.h"

int main(int argc, char **argv)
{
	static uint8_t file[ELF_SAMPLE_SIZE];
	FILE *f = argc == 2 ? fopen(argv[1], "wb") : NULL;

	if (f == NULL)
		return 1;
	elf_sample(file);
	int ok = fwrite(file, sizeof file, 1, f) == 1;
	return fclose(f) == 0 && ok ? 0 : 1;
}
