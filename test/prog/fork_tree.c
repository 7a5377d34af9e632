/* SPDX-License-Identifier: Apache-2.0 */
/* Trees of processes by fork: what a child has, what it has alone, and what it does not inherit. */
/* run: sip */
#include "t.h"
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int depth_seen;
static __thread int own = 1;
static jmp_buf back;
static volatile sig_atomic_t handled;

static int wait_for(pid_t pid)
{
	int st = -1;

	if (waitpid(pid, &st, 0) != pid)
		return -1;
	return WIFEXITED(st) ? WEXITSTATUS(st) : 1000 + WTERMSIG(st);
}

/* Every process has two children, five levels down; the sum of all comes back through a pipe. */
static void tree(int level, int out, int *here)
{
	char name = (char)('a' + level);

	depth_seen = level;
	*here += level;
	if (write(out, &name, 1) != 1)
		_exit(1);
	for (int i = 0; i < 2 && level < 5; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			tree(level + 1, out, here);
			_exit(depth_seen == level + 1 ? *here : 255);
		}
		int sum = wait_for(pid);

		if (sum != *here + level + 1)
			printf("level %d: child said %d, not %d\n", level, sum, *here + level + 1);
	}
}

static void show_tree(void)
{
	int p[2], here = 0, count[6] = {0};
	char c;

	if (pipe(p) != 0)
		exit(1);
	tree(0, p[1], &here);
	close(p[1]);
	while (read(p[0], &c, 1) == 1)
		count[c - 'a']++;
	printf("tree: %d %d %d %d %d %d\n", count[0], count[1], count[2], count[3], count[4],
		count[5]);
	close(p[0]);
}

static void handler(int sig)
{
	handled = sig;
}

/* Pointers to everything mean the same; what each side writes is its own. */
static void show_memory(void)
{
	char *heap = malloc(300000), stack[64] = "stack";
	char *map = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *closed = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *pointers[] = {heap, stack, map, closed, &own, (void *)(uintptr_t)show_memory, &errno};
	void *copy[T_COUNT(pointers)];

	memset(heap, 'h', 300000);
	memset(map, 'm', 1 << 20);
	strcpy(closed, "closed");
	mprotect(closed, 8192, PROT_NONE);
	memcpy(copy, pointers, sizeof copy);
	own = 2;
	fflush(stdout);
	pid_t pid = fork();

	if (pid == 0) {
		int same = memcmp(copy, pointers, sizeof copy) == 0 && pointers[4] == &own &&
			   pointers[6] == &errno && pointers[1] == stack;

		mprotect(closed, 8192, PROT_READ | PROT_WRITE);
		printf("child: pointers %d heap %c%c map %c own %d closed %s\n", same, heap[0],
			heap[299999], map[(1 << 20) - 1], own, closed);
		memset(map, 'x', 1 << 20);
		heap[0] = stack[0] = closed[0] = 'x';
		own = 3;
		munmap(map, 4096);
		fflush(stdout);
		_exit(7);
	}
	printf("status %d\n", wait_for(pid));
	mprotect(closed, 8192, PROT_READ);
	printf("parent: heap %c map %c%c stack %s own %d closed %s\n", heap[0], map[0], map[5000],
		stack, own, closed);
	free(heap);
}

static void show_control(void)
{
	volatile int n = 1;

	fflush(stdout);
	if (setjmp(back) == 0) {
		n = 2;
		pid_t pid = fork();

		if (pid == 0) {
			n = 3;
			longjmp(back, 1);
		}
		printf("longjmp in the child: status %d, n here %d\n", wait_for(pid), n);
	} else {
		_exit(n);
	}
}

static void show_signals(void)
{
	sigset_t usr, pending;

	signal(SIGUSR1, handler);
	signal(SIGUSR2, handler);
	sigemptyset(&usr);
	sigaddset(&usr, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr, NULL);
	raise(SIGUSR1);
	alarm(100);
	fflush(stdout);
	pid_t pid = fork();

	if (pid == 0) {
		sigpending(&pending);
		int left = (int)alarm(0), was = sigismember(&pending, SIGUSR1);

		raise(SIGUSR2);
		raise(SIGUSR1);
		sigpending(&pending);
		printf("child: pending %d, alarm %d, handler %d, blocked %d\n", was, left,
			handled == SIGUSR2, sigismember(&pending, SIGUSR1));
		fflush(stdout);
		_exit(0);
	}
	wait_for(pid);
	printf("parent: alarm %d, handled %d\n", alarm(0) > 90, (int)handled);
	sigprocmask(SIG_UNBLOCK, &usr, NULL);
	printf("parent: handled %d\n", handled == SIGUSR1);
}

static void *fork_from_thread(void *arg)
{
	char here = 't';

	(void)arg;
	own = 9;
	pid_t pid = fork();
	if (pid == 0) {
		char *p = malloc(100); /* locks are whole */

		free(p);
		_exit(own + (here == 't'));
	}
	printf("from a thread: status %d\n", wait_for(pid));
	return NULL;
}

int main(void)
{
	pthread_t t;

	show_tree();
	show_memory();
	show_control();
	show_signals();
	fflush(stdout);
	pthread_create(&t, NULL, fork_from_thread, NULL);
	pthread_join(t, NULL);
	for (int i = 0; i < 200; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(i & 0x7f);
		if (wait_for(pid) != (i & 0x7f))
			printf("fork %d failed\n", i);
	}
	puts("done");
	return 0;
}
