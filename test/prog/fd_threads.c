/* SPDX-License-Identifier: Apache-2.0 */
/* Threads open, dup and close at the same time: no descriptor is given to two, none is lost. */
#include "t.h"

enum { THREADS = 6, ROUNDS = 400 };

static _Atomic char owned[1024];
static _Atomic int clashes, errors;

static void *churn(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		int fd[4];

		fd[0] = open("/dev/null", O_RDWR);
		fd[1] = dup(fd[0]);
		if (pipe(fd + 2))
			errors++;
		for (int j = 0; j < 4; j++)
			clashes += fd[j] < 0 || owned[fd[j]]++ != 0;
		for (int j = 0; j < 4; j++) {
			owned[fd[j]]--;
			errors += close(fd[j]) != 0;
		}
	}
	return arg;
}

int main(void)
{
	pthread_t t[THREADS];

	for (int i = 0; i < THREADS; i++)
		MUST(pthread_create(&t[i], NULL, churn, NULL) == 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	printf("clashes %d errors %d\n", clashes, errors);
	SHOW(open("/dev/null", O_RDONLY));
	return 0;
}
