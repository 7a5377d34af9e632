/* SPDX-License-Identifier: Apache-2.0 */
/* Pointers to nowhere in system calls give EFAULT, never a fault of the program or of the kernel.
 */
#include "t.h"
#include <sys/mman.h>

static const struct {
	const char *name;
	long nr;
	int bad; /* which argument is the pointer */
	long args[6];
} rows[] = {
#define ROW(nr, bad, ...)                                                                          \
	{                                                                                          \
#nr, SYS_##nr, bad,                                                                \
		{                                                                                  \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
	ROW(read, 1, 3, 0, 8),
	ROW(write, 1, 1, 0, 8),
	ROW(open, 0, 0, 0),
	ROW(stat, 0, 0, 0),
	ROW(fstat, 1, 3, 0),
	ROW(pipe, 0, 0),
	ROW(nanosleep, 0, 0, 0),
	ROW(clock_gettime, 1, 1, 0),
	ROW(gettimeofday, 0, 0, 0),
	ROW(uname, 0, 0),
	ROW(getcwd, 0, 0, 100),
	ROW(chdir, 0, 0),
	ROW(mkdir, 0, 0, 0),
	ROW(unlink, 0, 0),
	ROW(rename, 0, 0, 0),
	ROW(readlink, 0, 0, 0, 8),
	ROW(getrlimit, 1, 7, 0),
	ROW(getrusage, 1, 0, 0),
	ROW(sysinfo, 0, 0),
	ROW(times, 0, 0),
	ROW(rt_sigprocmask, 1, 0, 0, 0, 8),
	ROW(rt_sigpending, 0, 0, 8),
	ROW(sigaltstack, 0, 0, 0),
	ROW(getitimer, 1, 0, 0),
	ROW(poll, 0, 0, 1, 0),
	ROW(futex, 0, 0, 0, 0, 0),
	ROW(getrandom, 0, 0, 16, 0),
	ROW(getdents64, 1, 4, 0, 1000),
	ROW(readv, 1, 3, 0, 1),
	ROW(writev, 1, 1, 0, 1),
	ROW(execve, 0, 0, 0, 0),
	ROW(pipe2, 0, 0, 0),
	ROW(clock_getres, 1, 1, 0),
	ROW(prlimit64, 3, 0, 7, 0, 0),
	ROW(access, 0, 0, 0),
	ROW(truncate, 0, 0, 0),
	ROW(symlink, 0, 0, 0),
	ROW(statfs, 0, 0, 0),
	ROW(epoll_ctl, 3, 5, 1, 3, 0),
	ROW(sched_getaffinity, 2, 0, 128, 0),
	ROW(rt_sigtimedwait, 0, 0, 0, 0, 8),
};

int main(void)
{
	char *hole = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const uintptr_t wild[] = {8, (uintptr_t)hole, 0x7ffffffff000, 0x800000000000, ~0ul << 47,
		(uintptr_t)-4096, (uintptr_t)-8};

	MUST(open("/proc/self/exe", O_RDONLY) == 3 && open("/", O_RDONLY | O_DIRECTORY) == 4);
	MUST(syscall(SYS_epoll_create1, 0) == 5);
	for (size_t i = 0; i < T_COUNT(rows); i++) {
		int others = 0;

		for (size_t j = 0; j < T_COUNT(wild); j++) {
			long a[6];

			memcpy(a, rows[i].args, sizeof(a));
			a[rows[i].bad] = (long)wild[j];
			errno = 0;
			if (syscall(rows[i].nr, a[0], a[1], a[2], a[3], a[4], a[5]) != -1 ||
				errno != EFAULT) {
				printf("%s, pointer %zu: %s\n", rows[i].name, j, t_errname(errno));
				others++;
			}
		}
		printf("%s: %d not EFAULT\n", rows[i].name, others);
	}
	return 0;
}
