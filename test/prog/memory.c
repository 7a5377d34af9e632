/* SPDX-License-Identifier: Apache-2.0 */
/* run: plain */
/* Memory: anonymous and file mappings, protections, growing heaps, mremap. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MB (1ul << 20)

int main(void)
{
	static const unsigned char ret42[] = {0xb8, 42, 0, 0, 0, 0xc3}; /* mov $42, %eax; ret */
	char *big = mmap(NULL, 64 * MB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *code, *m, *a[64];
	unsigned long sum = 0;
	int fd;

	for (unsigned long i = 0; i < 64 * MB; i += MB)
		sum += (unsigned char)big[i];
	printf("fresh memory sums to %lu\n", sum);
	memset(big, 1, 4 * MB);
	printf("unmap the middle %d\n", munmap(big + MB, MB));
	printf("ends remain %d %d\n", big[0], big[2 * MB]);
	madvise(big, MB, MADV_DONTNEED);
	printf("after DONTNEED %d\n", big[0]);

	code = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memcpy(code, ret42, sizeof ret42);
	printf("mprotect %d\n", mprotect(code, 4096, PROT_READ | PROT_EXEC));
	printf("made code returns %d\n", ((int (*)(void))code)());

	fd = open("f", O_RDWR | O_CREAT, 0600);
	printf("write %zd\n", write(fd, "mapped file", 11));
	m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	printf("private: %s, then zero %d\n", m, m[11]);
	m[0] = 'M';
	printf("file still %s\n", pread(fd, big, 11, 0) == 11 && big[0] == 'm' ? "m" : "M");

	for (int i = 0; i < 64; i++)
		memset(a[i] = malloc((size_t)i * 3000 + 1), i, (size_t)i * 3000 + 1);
	for (int i = 0; i < 64; i += 2)
		a[i] = realloc(a[i], (size_t)i * 9000 + 1);
	for (int i = 0; i < 64; i++)
		sum += (unsigned long)a[i][0];
	printf("heap sum %lu\n", sum);
	m = mremap(big, MB, 8 * MB, MREMAP_MAYMOVE);
	printf("mremap %s\n", m == MAP_FAILED ? strerror(errno) : "ok");
	m[8 * MB - 1] = 5;
	printf("bad mmap: %s\n", mmap(NULL, 0, 0, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
					 ? strerror(errno)
					 : "ok");
	return 0;
}
