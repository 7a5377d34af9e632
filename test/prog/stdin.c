/* SPDX-License-Identifier: Apache-2.0 */
/* run: plain stdin="first line\nsecond\n\nlast without newline" */
/* Standard input to its end, by poll and read; output larger than a pipe. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
	struct pollfd p = {.fd = 0, .events = POLLIN};
	char buf[7], big[10000];
	long total = 0;
	ssize_t n;

	while (poll(&p, 1, -1) == 1 && (n = read(0, buf, sizeof buf)) > 0) {
		total += n;
		if (write(1, buf, (size_t)n) != n)
			return 1;
	}
	printf("\n%ld bytes\n", total);
	memset(big, 'x', sizeof big);
	for (int i = 0; i < 30; i++)
		printf("%.*s\n", (int)sizeof big - i, big);
	return 0;
}
