/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every way into a SIP's text that the kernel offers: the gate's return, signal frames across exec
 * and fork, handlers, clone, and what fork must keep (doc/sfi.md, K3-K8).
 */
#include "escape.h"
#include <sched.h>

extern volatile unsigned gate_slot, gate_passes;
extern const char template[];
void gate_loop(unsigned long n);

#define FALSE_LABEL ((unsigned)(uintptr_t) template + 8 + 3) /* movl, btsq, then cmpl's opcode */

/* ---- K6: a second thread rewrites the return address to a template's immediate ---- */

static void *rewrite_return(void *arg)
{
	(void)arg;
	for (;;) {
		unsigned at = gate_slot;

		if (at != 0)
			*(volatile uint64_t *)(uintptr_t)at = FALSE_LABEL;
	}
	return NULL;
}

static sigjmp_buf out;
static volatile sig_atomic_t caught;

static void leave(int sig)
{
	caught = sig;
	siglongjmp(out, 1);
}

static void gate_race(void)
{
	pthread_t t;

	for (int i = 1; i < 32; i++)
		if (SIGNALS >> i & 1)
			signal(i, leave);
	alarm(20); /* caught in the loop that V9 speaks of */
	CHECK(pthread_create(&t, NULL, rewrite_return, NULL) == 0);
	if (sigsetjmp(out, 1) == 0)
		gate_loop(100000000);
	/* wherever a true label led it with wrong registers, it ended inside */
	_exit(caught != 0 && caught != SIGALRM ? 0 : 1);
}

/* ---- K4: a frame of one program is none of the next ---- */

/* Interrupts itself inside a loop of string instructions; in the handler becomes the next program.
 */
static char from[1 << 16], to[1 << 16];

static void become(int sig, siginfo_t *si, void *uc)
{
	char at[32];

	(void)sig, (void)si;
	snprintf(at, sizeof at, "%lu", (unsigned long)(uintptr_t)uc);
	FILE *f = fopen("frame", "w");
	CHECK(f != NULL && fwrite(uc, sizeof(ucontext_t), 1, f) == 1 && fclose(f) == 0);
	execl("/proc/self/exe", "entries", "frame", at, NULL);
	_exit(9);
}

static void copy_until_alarm(void)
{
	struct itimerval soon = {{0, 0}, {0, 2000}};

	CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
	for (;;) {
		unsigned long d = (uintptr_t)to, s = (uintptr_t)from, n = sizeof from;

		__asm__ volatile("rep movsb" : "+D"(d), "+S"(s), "+c"(n) : : "memory");
	}
}

static void frame_before_exec(void)
{
	struct sigaction a = {.sa_sigaction = become, .sa_flags = SA_SIGINFO};

	CHECK(sigaction(SIGALRM, &a, NULL) == 0);
	copy_until_alarm();
}

/* The next program puts the bytes of that frame where they were and returns through it. */
static int frame_after_exec(const char *at)
{
	static ucontext_t uc;
	uint64_t frame = strtoul(at, NULL, 10);
	FILE *f = fopen("frame", "r");

	CHECK(f != NULL && fread(&uc, sizeof uc, 1, f) == 1);
	uc.uc_mcontext.fpregs = NULL;
	memcpy((void *)(uintptr_t)frame, &uc, sizeof uc);
	__asm__ volatile("movl %k0, %%esp; movl $15, %%eax; syscall" : : "r"(frame));
	return 8;
}

/* ---- K8: fork in a handler that interrupted a string instruction ---- */

static volatile int child_of_handler;

static void fork_here(int sig)
{
	(void)sig;
	child_of_handler = fork();
}

static void frame_after_fork(void)
{
	struct itimerval soon = {{0, 0}, {0, 1000}};
	static unsigned char big[8 << 20], copy[8 << 20];

	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (unsigned char)(i * 7);
	signal(SIGALRM, fork_here);
	child_of_handler = -1;
	CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
	while (child_of_handler == -1) {
		unsigned long d = (uintptr_t)copy, s = (uintptr_t)big, n = sizeof big;

		memset(copy, 0, sizeof copy);
		__asm__ volatile("rep movsb" : "+D"(d), "+S"(s), "+c"(n) : : "memory");
	}
	int same = memcmp(big, copy, sizeof big) == 0;

	if (child_of_handler == 0) {
		memset(big, 0xee, sizeof big);
		memset(copy, 0xee, sizeof copy);
		_exit(same ? 0 : 1);
	}
	int st;

	CHECK(waitpid(child_of_handler, &st, 0) == child_of_handler && st == 0);
	CHECK(same && memcmp(big, copy, sizeof big) == 0); /* the child's writes are its own */
}

/* ---- K3, K4: entry only at true labels ---- */

static int ends_by_signal(void (*f)(void))
{
	int st;
	pid_t pid = fork();

	if (pid == 0) {
		f();
		_exit(0);
	}
	CHECK(waitpid(pid, &st, 0) == pid);
	return WIFSIGNALED(st) && (SIGNALS >> WTERMSIG(st) & 1);
}

static void handler_in_template(void)
{
	signal(SIGUSR1, (void (*)(int))(uintptr_t)FALSE_LABEL);
	raise(SIGUSR1);
}

static void handler_in_the_middle(void)
{
	signal(SIGUSR1, (void (*)(int))((uintptr_t) template + 8));
	raise(SIGUSR1);
}

static void handler_in_the_kernel(void)
{
	signal(SIGUSR1, (void (*)(int))0x10000000000);
	raise(SIGUSR1);
}

static void change_rip(int sig, siginfo_t *si, void *uc)
{
	(void)sig, (void)si;
	((ucontext_t *)uc)->uc_mcontext.gregs[REG_RIP] = FALSE_LABEL;
}

static void change_other(int sig, siginfo_t *si, void *uc)
{
	(void)sig, (void)si;
	((ucontext_t *)uc)->uc_mcontext.gregs[REG_R14] = 0x300000000000;
}

static void with_handler(void (*h)(int, siginfo_t *, void *))
{
	struct sigaction a = {.sa_sigaction = h, .sa_flags = SA_SIGINFO};
	struct itimerval soon = {{0, 0}, {0, 1000}};

	CHECK(sigaction(SIGALRM, &a, NULL) == 0 && setitimer(ITIMER_REAL, &soon, NULL) == 0);
	for (volatile unsigned i = 0; i < 2000000000u; i++)
		;
}

static void frame_to_template(void)
{
	with_handler(change_rip);
}

static void frame_changes_window(void)
{
	with_handler(change_other);
}

/* ---- K8: memory, pointers and frames after fork ---- */

static __thread int tls = 11;

__attribute__((noinline, optimize("stack-protector-all"))) static pid_t fork_below(char *deep)
{
	char room[64];

	memset(room, 1, sizeof room);
	*deep += room[3];
	return fork();
}

static void fork_keeps(void)
{
	jmp_buf env;
	char deep = 0;
	void (*fn)(void) = fork_keeps;
	char *heap = malloc(100), *self = heap;
	volatile uintptr_t sp = (uintptr_t)&env, tp = (uintptr_t)pthread_self();
	int st;

	CHECK(heap != NULL);
	tls = 12;
	if (setjmp(env) == 7)
		_exit(tls == 12 && deep == 1 && heap == self && fn == fork_keeps &&
					sp == (uintptr_t)&env && tp == (uintptr_t)pthread_self() &&
					failures == 0
				? 0
				: 1);
	pid_t pid = fork_below(&deep);

	if (pid == 0)
		longjmp(env, 7);
	CHECK(pid > 0 && waitpid(pid, &st, 0) == pid && st == 0);
}

int main(int argc, char **argv)
{
	struct rlimit none = {0, 0};
	int st;

	setrlimit(RLIMIT_CORE, &none);
	if (argc == 3 && strcmp(argv[1], "frame") == 0)
		return frame_after_exec(argv[2]);
	pid_t pid = fork();
	if (pid == 0)
		frame_before_exec();
	CHECK(waitpid(pid, &st, 0) == pid && WIFSIGNALED(st) && WTERMSIG(st) == SIGSEGV);
	pid = fork();
	if (pid == 0)
		gate_race();
	CHECK(waitpid(pid, &st, 0) == pid && WIFEXITED(st) && WEXITSTATUS(st) == 0);
	CHECK(ends_by_signal(handler_in_template));
	CHECK(ends_by_signal(handler_in_the_middle));
	CHECK(ends_by_signal(handler_in_the_kernel));
	CHECK(ends_by_signal(frame_to_template));
	CHECK(ends_by_signal(frame_changes_window));
	fork_keeps();
	for (int i = 0; i < 20; i++)
		frame_after_fork();
	return finish();
}
