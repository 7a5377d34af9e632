/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every system call with wild pointers, each in a child of its own that may do what it likes to
 * itself: this process keeps its memory, and the machine goes on.
 */
#include "escape.h"
#include <sys/time.h>

#define NR_LAST 460

static unsigned char secret[1 << 20];
static unsigned char buffer[1 << 16];

/* An errno that a pointer must give where there is no memory behind it. */
static void addresses(void)
{
	uint64_t d = window_base();
	int fd[2];
	/* Their low halves name nothing: never mapped in any window. */
	const uint64_t none[] = {0, 0xfff, 0x10000000, 0x3fffffff, 0xffff0000, 0xffffffff, d,
		d - 4096, d + 0xffffffff, d + 0x20000000, 0x10000000000, 0x200010000000,
		0xffffffff80000000 - 4096 * 16};

	CHECK(pipe(fd) == 0);
	for (size_t i = 0; i < COUNT(none) - 1; i++) {
		errno = 0;
		CHECK(syscall(SYS_write, fd[1], none[i], 1) == -1 && errno == EFAULT);
		errno = 0;
		CHECK(syscall(SYS_uname, none[i]) == -1 && errno == EFAULT);
	}
	/* To the end of the window and on: only what is there. */
	errno = 0;
	CHECK(syscall(SYS_getrandom, 0xfffeff00, 0x200, 0) <= 0x100);
	errno = 0;
	CHECK(syscall(SYS_mmap, 0xffff0000, 0x20000, 3, 0x32, -1, 0) == -1);
	CHECK(syscall(SYS_mmap, 0, 0x10000, 3, 0x32, -1, 0) == -1);
	CHECK(syscall(SYS_mmap, 0x10000000, 0x1000, 3, 0x32, -1, 0) == -1);
	CHECK(syscall(SYS_mmap, 0x3ffff000, 0x2000, 3, 0x32, -1, 0) == -1);
	CHECK(syscall(SYS_mmap, 0xf000000, 0x2000000, 3, 0x32, -1, 0) == -1);
	CHECK(syscall(SYS_mmap, 0x90000000, 0x1000, 7, 0x32, -1, 0) == -1 && errno == EACCES);
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(p != MAP_FAILED && mprotect(p, 4096, PROT_READ | PROT_EXEC) == -1 && errno == EACCES);
	CHECK(syscall(SYS_mremap, p, 4096, 8192, 3, 0x20000000) == -1);
	CHECK(syscall(SYS_mremap, p, 4096, 0x200000000, 1, 0) == -1);
	CHECK(syscall(SYS_brk, 0x20000000) != 0x20000000 &&
		syscall(SYS_brk, 0xffffffff) != 0xffffffff);
	CHECK(syscall(SYS_mincore, 0x40000000, 1ul << 40, buffer) == -1);
	CHECK(syscall(SYS_mlock, 0x40000000, 1ul << 45) == -1);
	CHECK(syscall(SYS_arch_prctl, 0x1001, d) == -1); /* ARCH_SET_GS */
	close(fd[0]);
	close(fd[1]);
}

static void child(long nr, unsigned long w, int first)
{
	struct itimerval soon = {{0, 0}, {0, 30000}};

	freopen("/dev/null", "w", stdout);
	setitimer(ITIMER_REAL, &soon, NULL);
	memset(secret, 0x3c, sizeof secret);
	if (first)
		syscall(nr, w, w, w, w, w, w);
	else
		syscall(nr, 1, w, w + 1, w, w + 2, w);
	_exit(0);
}

int main(void)
{
	const unsigned long d = window_base();
	const unsigned long wild[] = {0xfff1, 0x10000010, 0xfffefff9, 0xfffffff9, (uintptr_t)buffer,
		d + (uintptr_t)secret, d + (3ul << 32) + (uintptr_t)secret, 0x10000000000,
		0x7ffff7ff0001, 0x800000000000, 0xfffffffffffffff1};
	unsigned calls = 0;
	int st;

	addresses();
	for (long nr = 0; nr <= NR_LAST; nr++)
		for (unsigned i = 0; i < 2 * COUNT(wild); i++) {
			memset(secret, 0xa7, 4096);
			pid_t pid = fork();

			CHECK(pid >= 0);
			if (pid == 0)
				child(nr, wild[i / 2], i % 2);
			CHECK(waitpid(pid, &st, 0) == pid);
			calls++;
			for (size_t k = 0; k < 4096; k++)
				if (secret[k] != 0xa7) {
					printf("call %ld with %#lx reached us\n", nr, wild[i / 2]);
					failures++;
					break;
				}
		}
	printf("%u calls\n", calls);
	return finish();
}
