/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a seed for fuzz_enclave_image to argv[1]: the unit tests' good enclave file, cut down to
 * its headers and note (they double as its text), so that most mutations hit something.
 */
#include <stddef.h>
#include <stdio.h>

#include "enclave_builder.h"

int main(int argc, char **argv)
{
	static struct enclave_builder file;
	size_t size = offsetof(struct enclave_builder, rest);

	if (argc != 2)
		return 2;
	enclave_build(&file);
	file.text.p_offset = file.data.p_offset = file.data.p_filesz = 0;
	file.text.p_filesz = size;
	FILE *f = fopen(argv[1], "we");
	if (f == NULL || fwrite(&file, size, 1, f) != 1 || fclose(f) != 0) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}
