/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a window keeps when it is handed on: nothing that its last program wrote, also not behind
 * mprotect, not in place of the image, and not under a file mapping or PROT_NONE.
 */
#include "escape.h"

#define SECRET 0xa7
#define LEN    (256u << 10)

static const char constant[3 * 4096] __attribute__((aligned(4096))) = {1, 2, 3};

static void put(char *p, int prot)
{
	memset(p, SECRET, LEN);
	CHECK(mprotect(p, LEN, prot) == 0);
}

/* Leaves secrets everywhere, and another constant where the next one's will be. */
static int leave(void)
{
	const uintptr_t page = ((uintptr_t)constant + 4095) & ~4095ul;
	char *p;

	for (int prot = 0; prot < 4; prot++) {
		p = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		CHECK(p != MAP_FAILED);
		put(p, prot);
	}
	p = mmap((void *)0x20000, LEN, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	CHECK(p != MAP_FAILED);
	put(p, PROT_READ);
	memset(malloc(LEN / 2), SECRET, LEN / 2);
	CHECK(madvise((void *)page, 4096, MADV_DONTNEED) == 0);
	CHECK(mmap((void *)(page + 4096), 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		      -1, 0) != MAP_FAILED);
	return finish();
}

static int clean(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != 0)
			return 0;
	return 1;
}

static sigjmp_buf out;

static void fault(int sig)
{
	(void)sig;
	siglongjmp(out, 1);
}

static int faults(volatile char *p)
{
	if (sigsetjmp(out, 1) != 0)
		return 1;
	*p = 1;
	return 0;
}

static int look(const char *self)
{
	char *p[4], head[4];

	signal(SIGSEGV, fault);
	CHECK(constant[0] == 1 && constant[2] == 3 && clean((char *)constant + 3, sizeof constant - 3));
	int fd = open(self, O_RDONLY);
	CHECK(fd >= 0);
	p[0] = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	p[1] = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	p[2] = mmap(NULL, LEN, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	p[3] = mmap(NULL, LEN, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(clean(p[0], LEN));
	CHECK(pread(fd, head, 4, 0) == 4 && memcmp(p[1], head, 4) == 0);
	CHECK(clean(p[3], LEN) && faults(p[3]) && faults(p[2]));
	CHECK(mprotect(p[2], LEN, PROT_READ) == 0 && clean(p[2], LEN));
	p[0] = mmap(
		(void *)0x20000, LEN, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	CHECK(p[0] != MAP_FAILED && clean(p[0], LEN));
	char *heap = malloc(LEN / 2);
	CHECK(heap != NULL && clean(heap + 4096, LEN / 2 - 8192));
	return finish();
}

static int run(const char *self, const char *what)
{
	int st;
	pid_t pid = vfork();

	if (pid == 0) {
		execl(self, self, what, NULL);
		_exit(9);
	}
	CHECK(waitpid(pid, &st, 0) == pid);
	return st;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return strcmp(argv[1], "leave") == 0 ? leave() : look(argv[0]);
	for (int i = 0; i < 20; i++)
		CHECK(run(argv[0], "leave") == 0 && run(argv[0], "look") == 0);
	return finish();
}
