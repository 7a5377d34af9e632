/* SPDX-License-Identifier: Apache-2.0 */
/* Vector registers, x87 and MXCSR survive system calls, blocking, signals and preemption: eight
 * threads with patterns of their own, while timer signals come. */
/* run: plain */
#include "t.h"
#include <sys/time.h>

enum { THREADS = 8, ROUNDS = 400 };

static _Atomic long ticks;
static int pipes[THREADS][2];

static void on(int sig)
{
	(void)sig;
	/* A handler that uses every kind of register itself. */
	__asm__ volatile("pcmpeqd %%xmm0,%%xmm0\n pcmpeqd %%xmm15,%%xmm15\n fldpi\n fstp %%st(0)"
			 :
			 :
			 : "xmm0", "xmm15");
	ticks++;
}

/* Fill all 16 vector registers, do what `how` says, compare. */
#define CHECK(load, store, width)                                                                  \
	do {                                                                                       \
		__asm__ volatile(load " (%1),%%" width "0\n" load " 64(%1),%%" width "1\n" load    \
				      " 128(%1),%%" width "7\n" load " 192(%1),%%" width "15\n"    \
				      " syscall\n" store " %%" width "0,(%2)\n" store " %%" width  \
				      "1,64(%2)\n" store " %%" width "7,128(%2)\n" store           \
				      " %%" width "15,192(%2)\n"                                   \
				 : "=a"(result)                                                    \
				 : "r"(in), "r"(out), "a"(nr), "D"(a0), "S"(a1), "d"(a2)           \
				 : "rcx", "r11", "memory", "xmm0", "xmm1", "xmm7", "xmm15");       \
	} while (0)

static long with_vectors(int level, long nr, long a0, long a1, long a2, const char *in, char *out)
{
	long result;

	if (level == 2)
		CHECK("vmovdqu64", "vmovdqu64", "zmm");
	else if (level == 1)
		CHECK("vmovdqu", "vmovdqu", "ymm");
	else
		CHECK("movdqu", "movdqu", "xmm");
	return result;
}

static int vector_level(void)
{
	return __builtin_cpu_supports("avx512f") ? 2 : __builtin_cpu_supports("avx2") ? 1 : 0;
}

static int mismatches(const char *in, const char *out, int level)
{
	size_t width = 16u << level;
	int bad = 0;

	for (int i = 0; i < 4; i++)
		bad += memcmp(in + 64 * i, out + 64 * i, width) != 0;
	return bad;
}

static void *thread(void *arg)
{
	int me = (int)(long)arg, level = vector_level(), *p = pipes[me];
	char in[256], out[256], byte = 'x';
	long bad = 0;
	unsigned mxcsr = 0x1f80 | (unsigned)(me % 4) << 13, now;
	unsigned short cw = (unsigned short)(0x037f | me % 4 << 10), cw_now;

	__asm__ volatile("ldmxcsr %0\n fldcw %1" : : "m"(mxcsr), "m"(cw));
	for (int i = 0; i < ROUNDS; i++) {
		for (size_t j = 0; j < sizeof(in); j++)
			in[j] = (char)(me * 37 + i + (int)j * 3);
		memset(out, 0, sizeof(out));
		with_vectors(level, SYS_getppid, 0, 0, 0, in, out);
		bad += mismatches(in, out, level);
		with_vectors(level, SYS_sched_yield, 0, 0, 0, in, out);
		bad += mismatches(in, out, level);
		with_vectors(
			level, SYS_write, pipes[(me + 1) % THREADS][1], (long)&byte, 1, in, out);
		bad += mismatches(in, out, level);
		with_vectors(level, SYS_read, p[0], (long)&byte, 1, in, out); /* blocks */
		bad += mismatches(in, out, level);
		__asm__ volatile("stmxcsr %0\n fnstcw %1" : "=m"(now), "=m"(cw_now));
		bad += (now & ~0x3fu) != mxcsr || cw_now != cw;
	}
	return (void *)bad;
}

int main(void)
{
	struct itimerval each = {{0, 1000}, {0, 1000}}, off = {{0, 0}, {0, 0}};
	pthread_t t[THREADS];
	long bad = 0;
	void *got;

	t_handle(SIGALRM, on, SA_RESTART);
	setitimer(ITIMER_REAL, &each, NULL);
	for (int i = 0; i < THREADS; i++)
		MUST(pipe(pipes[i]) == 0);
	for (long i = 0; i < THREADS; i++)
		MUST(pthread_create(&t[i], NULL, thread, (void *)i) == 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(t[i], &got);
		bad += (long)got;
	}
	while (ticks == 0) /* the threads were quicker than the first one */
		usleep(1000);
	setitimer(ITIMER_REAL, &off, NULL);
	printf("level %d: %ld bad\n", vector_level(), bad);
	YES(ticks > 0);
	return 0;
}
