/* SPDX-License-Identifier: Apache-2.0 */
/* MAP_SHARED | MAP_ANONYMOUS between threads. */
#include "t.h"
#include <sys/mman.h>

static void *add(void *arg)
{
	_Atomic int *n = arg;

	for (int i = 0; i < 10000; i++)
		(*n)++;
	return NULL;
}

int main(void)
{
	_Atomic int *n =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_t t[3];

	MUST(n != MAP_FAILED);
	for (int i = 0; i < 3; i++)
		MUST(pthread_create(&t[i], NULL, add, (void *)n) == 0);
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	printf("%d\n", *n);
	SHOW(munmap((void *)n, 4096));
	return 0;
}
