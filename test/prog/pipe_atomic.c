/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX: writes of up to PIPE_BUF bytes are not interleaved with those of other writers. */
#include "t.h"
#include <limits.h>

enum { WRITERS = 4, TIMES = 300 };

static int p[2];

static void *writer(void *arg)
{
	char block[PIPE_BUF];
	int me = (int)(intptr_t)arg;

	memset(block, 'a' + me, sizeof(block));
	for (int i = 0; i < TIMES; i++)
		MUST(write(p[1], block, sizeof(block)) == (ssize_t)sizeof(block));
	return NULL;
}

int main(void)
{
	pthread_t t[WRITERS];
	int count[WRITERS] = {0}, mixed = 0;
	char buf[PIPE_BUF];

	MUST(pipe(p) == 0);
	for (int i = 0; i < WRITERS; i++)
		MUST(pthread_create(&t[i], NULL, writer, (void *)(intptr_t)i) == 0);
	for (int i = 0; i < WRITERS * TIMES; i++) {
		size_t have = 0;

		while (have < sizeof(buf)) {
			ssize_t n = read(p[0], buf + have, sizeof(buf) - have);

			MUST(n > 0);
			have += n;
		}
		for (size_t j = 1; j < sizeof(buf); j++)
			mixed += buf[j] != buf[0];
		count[buf[0] - 'a']++;
	}
	for (int i = 0; i < WRITERS; i++) {
		pthread_join(t[i], NULL);
		printf("writer %d: %d blocks\n", i, count[i]);
	}
	printf("%d bytes mixed\n", mixed);
	return 0;
}
