/* SPDX-License-Identifier: Apache-2.0 */
/* Code written at run time: after mprotect it runs, rewritten it runs anew, also from a file. */
/* run: plain */
#include "t.h"
#include <sys/mman.h>

typedef int (*fn)(void);

static void emit(unsigned char *p, int value)
{
	p[0] = 0xb8; /* mov $value,%eax; ret */
	memcpy(p + 1, &value, 4);
	p[5] = 0xc3;
}

static void run(void)
{
	unsigned char *m =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int sum = 0, fd = open("code", O_RDWR | O_CREAT, 0700);
	unsigned char text[6];

	for (int i = 0; i < 50; i++) {
		MUST(mprotect(m, 4096, PROT_READ | PROT_WRITE) == 0);
		emit(m, i);
		MUST(mprotect(m, 4096, PROT_READ | PROT_EXEC) == 0);
		sum += ((fn)m)();
	}
	printf("sum %d\n", sum);
	SHOW(munmap(m, 4096));
	emit(text, 1234);
	MUST(write(fd, text, 6) == 6);
	m = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	MUST(m != MAP_FAILED);
	printf("from a file %d\n", ((fn)m)());
	SHOW(munmap(m, 4096));
	close(fd);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
