/* SPDX-License-Identifier: Apache-2.0 */
/* Control flow: switch tables, computed goto, callbacks, varargs, alloca, setjmp, recursion. */
#include <alloca.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int sw(unsigned x)
{
	switch (x) {
	case 0:
		return 17;
	case 1:
		return x * 3;
	case 2:
		puts("two");
		return 4;
	case 3:
		return sw(x - 1) + 1;
	case 4:
		return 99;
	case 5:
		return -5;
	case 6:
		return sw(3);
	case 9:
		return 9;
	default:
		return (int)x;
	}
}

static int threaded(const unsigned char *code)
{
	static const void *const op[] = {&&add, &&mul, &&dbl, &&end};
	int acc = 1;

	goto *op[*code++];
add:
	acc += 7;
	goto *op[*code++];
mul:
	acc *= 3;
	goto *op[*code++];
dbl:
	acc += acc;
	goto *op[*code++];
end:
	return acc;
}

static long sum(int n, ...)
{
	va_list ap, again;
	long total = 0;

	va_start(ap, n);
	va_copy(again, ap);
	for (int i = 0; i < n; i++)
		total += i % 2 ? (long)va_arg(ap, double) : va_arg(ap, int);
	total += va_arg(again, int);
	va_end(again);
	va_end(ap);
	return total;
}

static int stack_play(int n)
{
	char *p = alloca((size_t)n), vla[n + 3];

	memset(p, 'a', (size_t)n);
	memset(vla, 'b', sizeof(vla));
	if (n > 1)
		return p[n - 1] + vla[n] + stack_play(n / 2);
	return p[0];
}

struct big {
	long v[12];
	char name[20];
};

static struct big make(int i)
{
	struct big b = {.v = {i, i + 1, i + 2}};

	snprintf(b.name, sizeof(b.name), "big%d", i);
	return b;
}

static long take(struct big b, int (*f)(unsigned))
{
	return b.v[1] + f((unsigned)b.v[0]) + (long)strlen(b.name);
}

static jmp_buf env;
static void deep(int n)
{
	volatile char pad[300];

	pad[n] = 1;
	if (!n)
		longjmp(env, 42);
	deep(n - 1);
}

static int ackermann(int m, int n)
{
	return !m ? n + 1 : !n ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

static int descending(const void *a, const void *b)
{
	return *(const int *)b - *(const int *)a;
}

static void at_exit(void)
{
	puts("bye");
}

static void __attribute__((constructor)) before(void)
{
	puts("before main");
}

int main(int argc, char **argv)
{
	int v[50];

	(void)argv;
	atexit(at_exit);
	for (unsigned i = 0; i < 12; i++)
		printf("%d ", sw(i * (unsigned)argc));
	printf("\n%d\n", threaded((const unsigned char[]){0, 1, 2, 0, 2, 3}));
	printf("%ld\n", sum(5, 1, 2.5, 3, 4.5, 5));
	printf("%d\n", stack_play(5000));
	printf("%ld\n", take(make(3), sw));
	int r = setjmp(env);
	printf("setjmp %d\n", r);
	if (!r)
		deep(100);
	printf("%d\n", ackermann(2, 300));
	for (int i = 0; i < 50; i++)
		v[i] = i * 37 % 50;
	qsort(v, 50, sizeof(*v), descending);
	for (int i = 0; i < 50; i++)
		printf("%d%c", v[i], i % 10 == 9 ? '\n' : ' ');
	return 7;
}
