/* SPDX-License-Identifier: Apache-2.0 */
/* Memory: signed indexes into tables, overlapping moves, thread-locals, atomics, bit fields,
 * unions. */
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

static signed char centred[257];
static int table[64];
static _Thread_local long local = 5;
static _Thread_local char buffer[300];
static atomic_int counter;
static struct {
	unsigned a : 3, b : 13, c : 16;
	long long d : 40;
} bits;

static int lookup(signed char c)
{
	const signed char *mid = centred + 128;

	return mid[c];
}

static int back(const int *end, long i)
{
	return end[-i];
}

static int thread(void *arg)
{
	local += (long)arg;
	memset(buffer, 'a' + (int)(long)arg, sizeof(buffer) - 1);
	for (int i = 0; i < 5000; i++)
		atomic_fetch_add(&counter, 1);
	return (int)local + (int)strlen(buffer);
}

struct list {
	struct list *next;
	unsigned char data[9];
};

int main(void)
{
	thrd_t t[3];
	unsigned hash = 0;

	for (int i = 0; i < 257; i++)
		centred[i] = (signed char)(i - 128);
	for (int c = SCHAR_MIN; c <= SCHAR_MAX; c++)
		if (lookup((signed char)c) != c)
			printf("lookup %d\n", c);
	for (int i = 0; i < 64; i++)
		table[i] = i * i;
	volatile long six = 6;
	printf("%d %d\n", back(table + 64, six), back(table, -six));
	for (long i = 3; i >= -3; i--)
		printf("%d ", table[32 + i * six]);
	puts("");
	char *s = strdup("the quick brown fox jumps over the lazy dog");
	memmove(s + 4, s, 20);
	memmove(s, s + 2, 30);
	printf("%s %d\n", s, memcmp(s, s + 1, 5) < 0);
	for (size_t n = 0; n < 300; n += 13) {
		char from[300], to[300];

		for (size_t i = 0; i < n; i++)
			from[i] = (char)(i * n);
		memset(to, 0, sizeof(to));
		memcpy(to, from, n);
		for (size_t i = 0; i < sizeof(to); i++)
			hash = hash * 31 + (unsigned char)to[i];
	}
	printf("%08x\n", hash);
	free(s);
	bits.a = 5, bits.b = 4097, bits.c = 0xbeef, bits.d = -123456789012;
	printf("%u %u %x %lld\n", bits.a, bits.b, bits.c, (long long)bits.d);
	for (long i = 0; i < 3; i++)
		thrd_create(&t[i], thread, (void *)i);
	for (int i = 0; i < 3; i++) {
		int r;

		thrd_join(t[i], &r);
		printf("%d ", r);
	}
	printf("%d %ld\n", counter, local);
	struct list *head = NULL;
	for (int i = 0; i < 1000; i++) {
		struct list *l = calloc(1, sizeof(*l));

		memcpy(l->data, "abcdefgh", 9);
		l->data[i % 8] = (unsigned char)i;
		l->next = head;
		head = l;
	}
	for (struct list *l = head; l; l = l->next)
		for (size_t i = 0; i < sizeof(l->data); i++)
			hash = hash * 33 ^ l->data[i];
	printf("%08x\n", hash);
	uint64_t x = 0x0123456789abcdef;
	unsigned char *p = (unsigned char *)&x;
	p[1] ^= p[0], p[7] += p[3];
	printf("%016llx\n", (unsigned long long)x);
	return 0;
}
