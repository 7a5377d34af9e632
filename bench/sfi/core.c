/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small integer workload of the kinds of code CoreMark is made of: linked lists that are
 * searched, reversed and merge-sorted, integer matrices, a state machine over text, and a CRC over
 * all results. Usage: core [ROUNDS]
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITEMS 200
#define DIM   24

struct node {
	struct node *next;
	int16_t key, index;
};

static struct node nodes[ITEMS];
static int16_t ma[DIM][DIM], mb[DIM][DIM];
static int32_t mc[DIM][DIM];
static char text[1024];

static uint16_t crc16(uint16_t crc, uint32_t value)
{
	for (int i = 0; i < 32; i++) {
		unsigned bit = (crc ^ value) & 1;

		crc >>= 1;
		value >>= 1;
		if (bit)
			crc ^= 0xa001;
	}
	return crc;
}

static struct node *build(unsigned seed)
{
	for (int i = 0; i < ITEMS; i++) {
		seed = seed * 1103515245 + 12345;
		nodes[i].key = (int16_t)(seed >> 16 & 0x7fff);
		nodes[i].index = (int16_t)i;
		nodes[i].next = i + 1 < ITEMS ? &nodes[i + 1] : NULL;
	}
	return nodes;
}

static struct node *reverse(struct node *list)
{
	struct node *done = NULL;

	while (list) {
		struct node *next = list->next;

		list->next = done;
		done = list;
		list = next;
	}
	return done;
}

static const struct node *find(const struct node *list, int16_t index)
{
	while (list && list->index != index)
		list = list->next;
	return list;
}

static int by_key(const struct node *a, const struct node *b)
{
	return a->key - b->key;
}

static int by_index(const struct node *a, const struct node *b)
{
	return a->index - b->index;
}

static struct node *merge(
	struct node *a, struct node *b, int (*order)(const struct node *, const struct node *))
{
	struct node head, *tail = &head;

	while (a && b) {
		struct node **pick = order(a, b) <= 0 ? &a : &b;

		tail->next = *pick;
		tail = *pick;
		*pick = (*pick)->next;
	}
	tail->next = a ? a : b;
	return head.next;
}

static struct node *sort(struct node *list, int (*order)(const struct node *, const struct node *))
{
	if (!list || !list->next)
		return list;
	struct node *slow = list, *fast = list->next;
	while (fast && fast->next) {
		slow = slow->next;
		fast = fast->next->next;
	}
	struct node *half = slow->next;
	slow->next = NULL;
	return merge(sort(list, order), sort(half, order), order);
}

static uint16_t lists(uint16_t crc, unsigned seed)
{
	struct node *list = build(seed);

	for (int i = 0; i < 30; i++) {
		const struct node *hit = find(list, (int16_t)(i * 7 % ITEMS));

		crc = crc16(crc, hit ? (uint32_t)hit->key : 0);
		list = reverse(list);
	}
	list = sort(list, by_key);
	for (const struct node *n = list; n; n = n->next)
		crc = crc16(crc, (uint32_t)n->key);
	list = sort(list, by_index);
	return crc16(crc, (uint32_t)list->key);
}

static uint16_t matrices(uint16_t crc, int seed)
{
	for (int i = 0; i < DIM; i++)
		for (int j = 0; j < DIM; j++) {
			ma[i][j] = (int16_t)(seed + i * j);
			mb[i][j] = (int16_t)(seed ^ (i - j));
		}
	for (int i = 0; i < DIM; i++)
		for (int j = 0; j < DIM; j++) {
			int32_t s = 0;

			for (int k = 0; k < DIM; k++)
				s += ma[i][k] * mb[k][j];
			mc[i][j] = s;
		}
	int32_t total = 0;
	for (int i = 0; i < DIM; i++)
		for (int j = 0; j < DIM; j++)
			total += mc[i][j] >> 2 & 0x3f;
	return crc16(crc, (uint32_t)total);
}

enum state { START, SIGN, INTEGER, FRACTION, EXPONENT, POWER, BAD, STATES };

static enum state step(enum state s, char c)
{
	int digit = c >= '0' && c <= '9';

	switch (s) {
	case START:
		return digit ? INTEGER : c == '+' || c == '-' ? SIGN : c == '.' ? FRACTION : BAD;
	case SIGN:
		return digit ? INTEGER : c == '.' ? FRACTION : BAD;
	case INTEGER:
		return digit ? INTEGER : c == '.' ? FRACTION : c == 'e' ? EXPONENT : BAD;
	case FRACTION:
		return digit ? FRACTION : c == 'e' ? EXPONENT : BAD;
	case EXPONENT:
		return digit || c == '-' ? POWER : BAD;
	case POWER:
		return digit ? POWER : BAD;
	default:
		return BAD;
	}
}

static uint16_t states(uint16_t crc, int seed)
{
	static const char *const words[] = {"5012", "-874", "35.54400", "+.1234500", "5.500e+3",
		"-.123e-2", "T0.3e-1F", "1e9", "12.5e7", "--3"};
	unsigned count[STATES] = {0};
	size_t n = 0;

	for (int i = 0; n + 12 < sizeof(text); i++) {
		const char *w = words[(i + seed) % 10];
		size_t len = strlen(w);

		memcpy(text + n, w, len);
		n += len;
		text[n++] = ',';
	}
	enum state s = START;
	for (size_t i = 0; i < n; i++) {
		if (text[i] == ',') {
			count[s]++;
			s = START;
		} else {
			s = step(s, text[i]);
		}
	}
	for (int i = 0; i < STATES; i++)
		crc = crc16(crc, count[i]);
	return crc;
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 6000;
	uint16_t crc = 0;

	for (int i = 0; i < rounds; i++) {
		crc = lists(crc, (unsigned)i);
		crc = matrices(crc, i);
		crc = states(crc, i);
	}
	printf("core %d %04x\n", rounds, crc);
	return 0;
}
