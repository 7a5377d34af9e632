/* SPDX-License-Identifier: Apache-2.0 */
/* siprun [--slide=PAGES] [--verify] [--argv0 NAME] PROGRAM [ARG...] */
#include "siprun.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#define STACK_SIZE (8ull << 20)
#define HOST_STACK (256ull << 10)

extern char **environ;

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(126);
}

/* Reserves the data window with its guards. */
static void reserve(void)
{
	void *want = (void *)(DATA_BASE - WINDOW);

	if (mmap(want, 3 * WINDOW, PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1,
		    0) != want)
		die("siprun: data window");
	window_init();
}

struct stack {
	uint64_t at; /* offset in D of the lowest byte in use */
	uint64_t vec[4096];
	unsigned n;
};

static uint64_t push_bytes(struct stack *s, const void *p, size_t n)
{
	s->at -= n;
	memcpy((void *)(DATA_BASE + s->at), p, n);
	return s->at;
}

static void push_word(struct stack *s, uint64_t word)
{
	if (s->n == sizeof(s->vec) / sizeof(*s->vec)) {
		fprintf(stderr, "siprun: too many arguments\n");
		exit(126);
	}
	s->vec[s->n++] = word;
}

static void push_aux(struct stack *s, uint64_t type, uint64_t value)
{
	push_word(s, type);
	push_word(s, value);
}

/* The initial stack of the System V ABI, with offsets for pointers. Returns rsp as an offset. */
static uint64_t build_stack(const struct program *p, int argc, char **argv)
{
	static struct stack s;
	uint64_t top = WINDOW - EDGE;
	void *base = (void *)(DATA_BASE + top - STACK_SIZE);

	if (mmap(base, STACK_SIZE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) != base)
		die("siprun: stack");
	window_mark(top - STACK_SIZE, STACK_SIZE, 1);
	s.at = top - 16;
	push_word(&s, (uint64_t)argc);
	for (int i = 0; i < argc; i++)
		push_word(&s, push_bytes(&s, argv[i], strlen(argv[i]) + 1));
	push_word(&s, 0);
	for (char **e = environ; *e; e++)
		push_word(&s, push_bytes(&s, *e, strlen(*e) + 1));
	push_word(&s, 0);
	uint64_t random = push_bytes(&s, (void *)getauxval(AT_RANDOM), 16);
	push_aux(&s, AT_PHDR, p->phdr);
	push_aux(&s, AT_PHENT, sizeof(Elf64_Phdr));
	push_aux(&s, AT_PHNUM, p->phnum);
	push_aux(&s, AT_PAGESZ, PAGE);
	push_aux(&s, AT_ENTRY, p->entry);
	push_aux(&s, AT_RANDOM, random);
	push_aux(&s, AT_EXECFN, push_bytes(&s, argv[0], strlen(argv[0]) + 1));
	push_aux(&s, AT_CLKTCK, getauxval(AT_CLKTCK));
	push_aux(&s, AT_HWCAP, getauxval(AT_HWCAP));
	push_aux(&s, AT_UID, getuid());
	push_aux(&s, AT_EUID, geteuid());
	push_aux(&s, AT_GID, getgid());
	push_aux(&s, AT_EGID, getegid());
	push_aux(&s, AT_SECURE, 0);
	push_aux(&s, AT_NULL, 0);
	s.at = (s.at - s.n * 8) & ~15ull;
	memcpy((void *)(DATA_BASE + s.at), s.vec, s.n * 8);
	return s.at;
}

static struct block *make_block(void)
{
	char *m =
		mmap(NULL, HOST_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (m == MAP_FAILED)
		die("siprun: thread block");
	struct block *b = (struct block *)m;
	b->self = (uint64_t)b;
	b->gate = (uint64_t)sip_gate;
	b->stack = (uint64_t)(m + HOST_STACK);
	memcpy(&b->canary, (void *)getauxval(AT_RANDOM), 8);
	b->canary &= ~0xffull;
	return b;
}

int main(int argc, char **argv)
{
	static char self[4096];
	struct program p = {0};
	uint32_t slide = 0;
	char *argv0 = NULL;
	int verify = 0, i = 1;

	for (; i < argc && !strncmp(argv[i], "--", 2); i++) {
		if (!strncmp(argv[i], "--slide=", 8))
			slide = (uint32_t)(strtoul(argv[i] + 8, NULL, 0) * PAGE);
		else if (!strcmp(argv[i], "--verify"))
			verify = 1;
		else if (!strcmp(argv[i], "--argv0") && i + 1 < argc)
			argv0 = argv[++i];
		else
			break;
	}
	if (i >= argc) {
		fprintf(stderr,
			"usage: siprun [--slide=PAGES] [--verify] [--argv0 NAME] PROGRAM [ARG...]\n");
		return 2;
	}
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		die("/proc/self/exe");
	if (!(getauxval(AT_HWCAP2) & 2)) { /* HWCAP2_FSGSBASE */
		fprintf(stderr, "siprun: the kernel does not allow fsgsbase\n");
		return 77;
	}
	reserve();
	program_load(&p, argv[i], slide, verify);
	if (argv0)
		argv[i] = argv0;
	uint64_t rsp = build_stack(&p, argc - i, argv + i);
	syscalls_init(self, (p.end + PAGE - 1) & ~(PAGE - 1));
	struct block *b = make_block();
	fflush(stdout);
	sip_enter(b, TEXT_BASE + p.entry, DATA_BASE + rsp);
}
