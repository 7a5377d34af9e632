/* SPDX-License-Identifier: Apache-2.0 */
/* Four threads spawn and wait for children of their own at the same time. */
#include "t.h"

enum { THREADS = 4, ROUNDS = 25 };

static void *spawner(void *arg)
{
	long bad = 0;

	for (int i = 0; i < ROUNDS; i++) {
		int want = (int)(long)arg * ROUNDS + i, status = 0;
		char text[8];
		pid_t pid;

		snprintf(text, sizeof(text), "%d", want);
		pid = t_spawn("exit", text);
		bad += waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
		       WEXITSTATUS(status) != want;
	}
	return (void *)bad;
}

int main(int argc, char **argv)
{
	pthread_t t[THREADS];
	long bad = 0;
	void *got;

	if (T_IS_ROLE("exit"))
		return (int)strtol(argv[2], NULL, 10);
	for (long i = 0; i < THREADS; i++)
		MUST(pthread_create(&t[i], NULL, spawner, (void *)i) == 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(t[i], &got);
		bad += (long)got;
	}
	printf("%ld bad\n", bad);
	SHOW(wait(NULL));
	return 0;
}
