/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every accepted memory form and branch with wild registers, each in a child of its own. The child
 * ends by a signal, or it reached nothing but its own window: this process and a bystander, whose
 * windows lie on both sides, find every byte of theirs as it was.
 */
#include "escape.h"

#define PROBES(X)                                                                                  \
	X(read_gs_base)                                                                            \
	X(read_gs_index)                                                                           \
	X(read_gs_back)                                                                            \
	X(write_gs_index)                                                                          \
	X(write_gs_zmm)                                                                            \
	X(read_gather)                                                                             \
	X(read_gather_qword)                                                                       \
	X(xchg_gs)                                                                                 \
	X(cmpxchg16_gs)                                                                            \
	X(lock_add_gs)                                                                             \
	X(read_gs_negative)                                                                        \
	X(read_gs_before)                                                                          \
	X(write_gs_before)                                                                         \
	X(read_rsp_up)                                                                             \
	X(read_rsp_down)                                                                           \
	X(write_rsp_up)                                                                            \
	X(write_rsp_drift)                                                                         \
	X(read_r14_down)                                                                           \
	X(write_r14_down)                                                                          \
	X(read_r14_index)                                                                          \
	X(write_r14_index)                                                                         \
	X(read_r14_scaled)                                                                         \
	X(write_r14_scaled)                                                                        \
	X(read_fs)                                                                                 \
	X(stos_up)                                                                                 \
	X(stos_down)                                                                               \
	X(movs_up)                                                                                 \
	X(movs_down)                                                                               \
	X(push_wild)                                                                               \
	X(pop_wild)                                                                                \
	X(call_wild)                                                                               \
	X(gate_wild_stack)                                                                         \
	X(signal_wild_stack)                                                                       \
	X(jump)                                                                                    \
	X(call_into)

#define X(f) unsigned long f(unsigned long v, unsigned long i);
PROBES(X)
#undef X

static const struct {
	const char *name;
	unsigned long (*f)(unsigned long v, unsigned long i);
} probes[] = {
#define X(f) {#f, f},
	PROBES(X)
#undef X
};

#define WINDOW (1ul << 32)

/* Every page of it says where it is; in a child, all of it is something else. */
static unsigned char secret[1 << 20];
#define MINE   0xa7
#define THEIRS 0x3c

static void child(unsigned p, unsigned long v, unsigned long i)
{
	struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	memset(secret, THEIRS, sizeof secret);
	if (probes[p].f(v, i) == MINE)
		_exit(1); /* the only place where this byte is many times */
	_exit(0);
}

static int intact(void)
{
	for (size_t i = 0; i < sizeof secret; i++)
		if (secret[i] != MINE)
			return 0;
	return 1;
}

/* Waits for a byte, says whether its memory is whole; ends with its pipe. */
static pid_t bystander(int *ask, int *answer)
{
	int to[2], from[2];
	char c;

	CHECK(pipe(to) == 0 && pipe(from) == 0);
	pid_t pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		close(to[1]);
		while (read(to[0], &c, 1) == 1) {
			c = intact() ? 'y' : 'n';
			CHECK(write(from[1], &c, 1) == 1);
		}
		_exit(0);
	}
	close(to[0]);
	close(from[1]);
	*ask = to[1];
	*answer = from[0];
	return pid;
}

static unsigned died, lived;

static void probe(unsigned p, unsigned long v, unsigned long i, int ask, int answer)
{
	char c = 0;
	int st;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0)
		child(p, v, i);
	CHECK(waitpid(pid, &st, 0) == pid);
	if (WIFSIGNALED(st) ? !(SIGNALS >> WTERMSIG(st) & 1) : WEXITSTATUS(st) > 0) {
		printf("%s(%#lx, %#lx): status %#x\n", probes[p].name, v, i, st);
		failures++;
	}
	WIFSIGNALED(st) ? died++ : lived++;
	CHECK(write(ask, &c, 1) == 1 && read(answer, &c, 1) == 1);
	if (c != 'y' || !intact()) {
		printf("%s(%#lx, %#lx): reached another process\n", probes[p].name, v, i);
		failures++;
	}
}

int main(void)
{
	const unsigned long me = window_base(), s = (unsigned long)(uintptr_t)secret;
	const unsigned long wild[] = {0, 1, 0xfff, 0xffff, 0x10000, 0x10000000, 0x3fffffff, s + 64,
		0x7fffffff, 0x80000000, 0xfffeffff, 0xffff0000, 0xfffffff8, 0xffffffff, WINDOW,
		WINDOW + s, me + s, me - 3 * WINDOW + s, me + 3 * WINDOW + s, me - 8, me + WINDOW,
		1ul << 45, (1ul << 45) + 0x10000000, 0x10000000000, 0x10000001000, 0x20000000000,
		0x7ffff7ff0000, 0x800000000000, 0xffffffff80000000, 0xffffffffffffffff};
	const unsigned long other[] = {0, 8, 0x1fffffff, s, me + s, 0xffffffffffffffff};
	int ask, answer;

	memset(secret, MINE, sizeof secret);
	pid_t pid = bystander(&ask, &answer);

	for (unsigned p = 0; p < COUNT(probes); p++)
		for (unsigned v = 0; v < COUNT(wild); v++)
			probe(p, wild[v], other[(v + p) % COUNT(other)], ask, answer);
	for (unsigned i = 0; i < COUNT(other); i++)
		for (unsigned p = 0; p < COUNT(probes); p++)
			probe(p, me + s + 3 * WINDOW, other[i], ask, answer);
	close(ask);
	CHECK(waitpid(pid, NULL, 0) == pid);
	printf("%u probes: %u ended by a signal, %u stayed in their window\n", died + lived, died,
		lived);
	CHECK(died > 100 && lived > 100);
	return finish();
}
