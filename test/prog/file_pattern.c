/* SPDX-License-Identifier: Apache-2.0 */
/* Random writes to a file against a copy in memory: at odd offsets and lengths, nothing is lost. */
#include "t.h"

enum { SIZE = 400000, ROUNDS = 600 };

static uint32_t seed;

static uint32_t rnd(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

static void run(void)
{
	static unsigned char model[SIZE], buf[SIZE];
	int fd = open("f", O_RDWR | O_CREAT, 0600), wrong = 0;
	size_t size = 0;

	seed = 7;
	memset(model, 0, sizeof(model));
	for (int i = 0; i < ROUNDS; i++) {
		size_t at = rnd() % SIZE, n = rnd() % 9000;

		n = at + n > SIZE ? SIZE - at : n;
		for (size_t j = 0; j < n; j++)
			buf[j] = model[at + j] = (unsigned char)rnd();
		MUST(pwrite(fd, buf, n, at) == (ssize_t)n);
		size = n && at + n > size ? at + n : size;
		at = rnd() % SIZE;
		n = rnd() % 20000;
		ssize_t want = at >= size ? 0 : n < size - at ? (ssize_t)n : (ssize_t)(size - at);
		wrong += pread(fd, buf, n, at) != want || memcmp(buf, model + at, want);
	}
	SHOW(lseek(fd, 0, SEEK_END));
	SHOW(pread(fd, buf, SIZE, 0));
	YES(memcmp(buf, model, size) == 0);
	printf("%d wrong reads\n", wrong);
	close(fd);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
