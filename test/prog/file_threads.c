/* SPDX-License-Identifier: Apache-2.0 */
/* Threads share offsets and appends: every line appended by four threads arrives whole, once. */
#include "t.h"

enum { THREADS = 4, LINES = 250 };

static int fd;

static void *append(void *arg)
{
	char line[32];

	for (int i = 0; i < LINES; i++) {
		int n = snprintf(line, sizeof(line), "%ld:%d\n", (long)arg, i);

		MUST(write(fd, line, n) == n);
	}
	return NULL;
}

static void run(void)
{
	static int seen[THREADS][LINES];
	pthread_t t[THREADS];
	int bad = 0;
	char line[64];
	FILE *f;

	memset(seen, 0, sizeof(seen));
	fd = open("f", O_WRONLY | O_CREAT | O_APPEND, 0600);
	for (long i = 0; i < THREADS; i++)
		MUST(pthread_create(&t[i], NULL, append, (void *)i) == 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	close(fd);
	f = fopen("f", "r");
	while (fgets(line, sizeof(line), f)) {
		int who, i;

		if (sscanf(line, "%d:%d\n", &who, &i) == 2 && who < THREADS && i < LINES)
			seen[who][i]++;
		else
			bad++;
	}
	fclose(f);
	for (int i = 0; i < THREADS * LINES; i++)
		bad += seen[i / LINES][i % LINES] != 1;
	printf("%d bad\n", bad);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
