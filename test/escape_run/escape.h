/* SPDX-License-Identifier: Apache-2.0 */
/* What the programs of this directory share. Each prints "ok" and ends with 0, or says what got
 * out. */
#ifndef ESCAPE_H
#define ESCAPE_H

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* How a program that broke out of its memory may end. */
#define SIGNALS (1u << SIGSEGV | 1u << SIGBUS | 1u << SIGILL | 1u << SIGTRAP)

static unsigned failures;

#define CHECK(c)                                                                                   \
	do {                                                                                       \
		if (!(c)) {                                                                        \
			printf("%s:%d: %s failed, errno %d\n", __FILE__, __LINE__, #c, errno);     \
			failures++;                                                                \
		}                                                                                  \
	} while (0)

static inline int finish(void)
{
	puts(failures == 0 ? "ok" : "FAILED");
	return failures != 0;
}

/* D: a SIP may read r14, it cannot do anything with it. */
static inline uint64_t window_base(void)
{
	uint64_t d;

	__asm__ volatile("movq %%r14, %0" : "=r"(d));
	return d;
}

#endif
