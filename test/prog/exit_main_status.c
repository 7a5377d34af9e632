/* SPDX-License-Identifier: Apache-2.0 */
/* A program's own exit status passes through. */
/* run: plain args="alpha 'b c'" stdin="in\nput\n" */
#include "t.h"

int main(int argc, char **argv)
{
	char line[32];

	for (int i = 1; i < argc; i++)
		printf("%s\n", argv[i]);
	while (fgets(line, sizeof(line), stdin))
		printf("stdin: %s", line);
	fprintf(stderr, "to stderr\n");
	return 42;
}
