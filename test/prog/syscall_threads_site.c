/* SPDX-License-Identifier: Apache-2.0 */
/* Eight threads meet a new syscall instruction at the same time, a hundred of them in turn. */
/* run: plain */
#include "t.h"
#include <sys/mman.h>

enum { SITES = 100, THREADS = 8, STRIDE = 64 };

static unsigned char *code;
static pthread_barrier_t bar;
static _Atomic int bad;

static void *run(void *arg)
{
	pid_t me = getpid();

	for (int i = 0; i < SITES; i++) {
		long (*site)(void) = (long (*)(void))(code + i * STRIDE);

		pthread_barrier_wait(&bar);
		for (int j = 0; j < 20; j++)
			bad += site() != me;
	}
	return arg;
}

int main(void)
{
	/* mov $39,%eax; syscall; cmp $-4096,%rax; ret */
	static const unsigned char text[] = {
		0xb8, 39, 0, 0, 0, 0x0f, 0x05, 0x48, 0x3d, 0x00, 0xf0, 0xff, 0xff, 0xc3};
	pthread_t t[THREADS];

	code = mmap(
		NULL, SITES * STRIDE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	MUST(code != MAP_FAILED);
	for (int i = 0; i < SITES; i++)
		memcpy(code + i * STRIDE, text, sizeof(text));
	MUST(mprotect(code, SITES * STRIDE, PROT_READ | PROT_EXEC) == 0);
	pthread_barrier_init(&bar, NULL, THREADS);
	for (int i = 0; i < THREADS; i++)
		MUST(pthread_create(&t[i], NULL, run, NULL) == 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	printf("%d wrong\n", bad);
	return 0;
}
