/* SPDX-License-Identifier: Apache-2.0 */
/* Ten pipes in a ring of ten threads, a token around it 500 times; and 200 pipes open at once. */
#include "t.h"

enum { RING = 10, TURNS = 500, OPEN = 200 };

static int ring[RING][2];

static void *node(void *arg)
{
	int me = (int)(long)arg;
	uint32_t token;

	for (int i = 0; i < TURNS; i++) {
		MUST(read(ring[me][0], &token, 4) == 4);
		token++;
		MUST(write(ring[(me + 1) % RING][1], &token, 4) == 4);
	}
	return arg;
}

int main(void)
{
	static int p[OPEN][2];
	pthread_t t[RING];
	uint32_t token = 0;
	int bad = 0;

	for (int i = 0; i < RING; i++)
		MUST(pipe(ring[i]) == 0);
	for (long i = 1; i < RING; i++)
		MUST(pthread_create(&t[i], NULL, node, (void *)i) == 0);
	for (int i = 0; i < TURNS; i++) {
		MUST(write(ring[1][1], &token, 4) == 4);
		MUST(read(ring[0][0], &token, 4) == 4);
		token++;
	}
	for (int i = 1; i < RING; i++)
		pthread_join(t[i], NULL);
	printf("token %u\n", token);
	for (int i = 0; i < OPEN; i++)
		MUST(pipe(p[i]) == 0 && write(p[i][1], &i, sizeof(i)) == sizeof(i));
	for (int i = OPEN - 1; i >= 0; i--) {
		int v = -1;

		bad += read(p[i][0], &v, sizeof(v)) != sizeof(v) || v != i;
	}
	printf("bad %d\n", bad);
	return 0;
}
