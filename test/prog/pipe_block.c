/* SPDX-License-Identifier: Apache-2.0 */
/* A writer blocks on a full pipe and a reader on an empty one until the other side moves. */
#include "t.h"

enum { TOTAL = 3 << 20 };

static int p[2];

static void *writer(void *arg)
{
	static unsigned char block[10007];
	size_t sent = 0;

	(void)arg;
	while (sent < TOTAL) {
		size_t n = sizeof(block) < TOTAL - sent ? sizeof(block) : TOTAL - sent;

		for (size_t i = 0; i < n; i++)
			block[i] = (unsigned char)((sent + i) * 31 >> 3);
		/* A blocking write to a pipe writes all of it. */
		MUST(write(p[1], block, n) == (ssize_t)n);
		sent += n;
	}
	close(p[1]);
	return NULL;
}

int main(void)
{
	static unsigned char buf[70001];
	size_t got = 0, wrong = 0;
	pthread_t t;
	ssize_t n;

	MUST(pipe(p) == 0);
	MUST(pthread_create(&t, NULL, writer, NULL) == 0);
	while ((n = read(p[0], buf, got % sizeof(buf) + 1)) > 0) {
		for (ssize_t i = 0; i < n; i++)
			wrong += buf[i] != (unsigned char)((got + i) * 31 >> 3);
		got += n;
	}
	printf("%zu bytes, %zu wrong\n", got, wrong);
	pthread_join(t, NULL);
	return 0;
}
