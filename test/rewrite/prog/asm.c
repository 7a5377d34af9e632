/* SPDX-License-Identifier: Apache-2.0 */
/* Inline assembler of the kinds that programs have. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int exchange(volatile int *p, int was, int now)
{
	__asm__ volatile("lock ; cmpxchgl %2, %1"
			 : "+a"(was), "+m"(*p)
			 : "r"(now)
			 : "memory", "cc");
	return was;
}

static size_t length(const char *s)
{
	size_t left = -1ul;
	const char *p = s;

	__asm__("repne scasb" : "+D"(p), "+c"(left) : "a"(0) : "memory", "cc");
	return ~left - 1;
}

static int compare(const char *a, const char *b, size_t n)
{
	unsigned char above, below;

	__asm__("cmpl %k2, %k2\n\trepe cmpsb\n\tseta %0\n\tsetb %1"
		: "=q"(above), "=q"(below), "+c"(n), "+S"(a), "+D"(b)
		:
		: "memory", "cc");
	return above - below;
}

static uint32_t load_all(const uint32_t *p, size_t n)
{
	uint32_t total = 0, x;

	while (n--) {
		__asm__("lodsl" : "=a"(x), "+S"(p) : : "memory");
		total += x;
	}
	return total;
}

static void copy(void *to, const void *from, size_t n)
{
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
}

static void copy_down(char *to, const char *from, size_t n)
{
	to += n - 1, from += n - 1;
	__asm__ volatile("std\n\trep movsb\n\tcld" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
}

static uint64_t stack_pointer(void)
{
	uint64_t sp;

	__asm__("movq %%rsp, %0" : "=r"(sp));
	return sp;
}

static long times_three(long x)
{
	long r;

	__asm__("pushq %1\n\tpushq %1\n\taddq $8, %%rsp\n\tpopq %0\n\tleaq (%0,%0,2), %0"
		: "=&r"(r)
		: "r"(x)
		: "cc");
	return r;
}

static long loop_sum(long n)
{
	long total = 0;

	__asm__("1:\taddq %1, %0\n\tdecq %1\n\tjnz 1b" : "+r"(total), "+r"(n) : : "cc");
	return total;
}

static void *jump_over(void)
{
	void *p;

	__asm__("leaq 1f(%%rip), %0\n\tjmp *%0\n\tud2\n1:" : "=r"(p));
	return p;
}

int main(void)
{
	char text[64] = "assembler in C", other[64];
	volatile int cell = 5;
	uint32_t words[5] = {1, 2, 3, 4, 5};
	int local;

	printf("%d %d", exchange(&cell, 5, 9), exchange(&cell, 5, 1));
	printf(" %d\n", cell);
	printf("%zu %zu\n", length(text), length(""));
	printf("%d %d %d\n", compare("abc", "abd", 3), compare("abd", "abc", 3),
		compare("abc", "abc", 3));
	printf("%u\n", load_all(words, 5));
	copy(other, text, sizeof(text));
	copy_down(other + 3, other, 15);
	puts(other);
	printf("%d\n", stack_pointer() > (uint64_t)&local - 4096 &&
			       stack_pointer() < (uint64_t)&local + 4096);
	printf("%ld %ld %d\n", times_three(14), loop_sum(100), jump_over() != NULL);
	return 0;
}
