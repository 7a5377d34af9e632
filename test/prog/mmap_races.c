/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that goes away, or changes its protection, while system calls write there. */
/* run: musl sip */
#include "t.h"
#include <pthread.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/utsname.h>

#define LEN    (256u << 10)
#define ROUNDS 120

static char *memory;
static volatile int stop;

static void *write_there(void *arg)
{
	(void)arg;
	while (!stop) {
		(void)!uname((struct utsname *)memory);
		(void)!getrandom(memory + 8192, 4096, 0);
	}
	return NULL;
}

static void change(int how)
{
	switch (how) {
	case 0:
		madvise(memory, LEN, MADV_DONTNEED);
		break;
	case 1:
		munmap(memory, LEN);
		if (mmap(memory, LEN, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != memory)
			exit(1);
		break;
	default:
		mprotect(memory, LEN, PROT_READ);
		mprotect(memory, LEN, PROT_NONE);
		mprotect(memory, LEN, PROT_READ | PROT_WRITE);
		break;
	}
}

int main(void)
{
	pthread_t t;

	memory = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_create(&t, NULL, write_there, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		memset(memory, 1, LEN);
		change(i % 3);
	}
	stop = 1;
	pthread_join(t, NULL);
	puts("ended well");
	return 0;
}
