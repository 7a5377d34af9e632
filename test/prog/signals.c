/* SPDX-License-Identifier: Apache-2.0 */
/* run: plain */
/* Signals: handlers with siginfo, masks, faults, alternate stack, a child ended by a signal. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static volatile sig_atomic_t seen, code, on_alt;
static volatile void *fault_addr;
static char alt[16384];
static sigjmp_buf back;

static void note(int sig, siginfo_t *si, void *uc)
{
	seen = sig;
	code = si->si_code;
}

static void fault(int sig, siginfo_t *si, void *uc)
{
	char here;

	seen = sig;
	code = si->si_code;
	fault_addr = si->si_addr;
	on_alt = &here >= alt && &here < alt + sizeof alt;
	siglongjmp(back, 1);
}

static void handle(int sig, void (*f)(int, siginfo_t *, void *), int flags)
{
	struct sigaction sa = {.sa_sigaction = f, .sa_flags = SA_SIGINFO | flags};

	sigaction(sig, &sa, NULL);
}

int main(void)
{
	stack_t ss = {.ss_sp = alt, .ss_size = sizeof alt};
	char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	volatile int zero = 0;
	sigset_t set, old;
	int st;

	handle(SIGUSR1, note, 0);
	raise(SIGUSR1);
	printf("raise: %s, %s\n", strsignal(seen), code == SI_TKILL ? "tkill" : "other");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &old);
	seen = 0;
	kill(getpid(), SIGUSR1);
	printf("blocked: %d, ", seen);
	sigprocmask(SIG_SETMASK, &old, NULL);
	printf("then %s, %s\n", strsignal(seen), code == SI_USER ? "user" : "other");

	sigaltstack(&ss, NULL);
	handle(SIGSEGV, fault, SA_ONSTACK);
	if (sigsetjmp(back, 1) == 0)
		page[100] = 1;
	printf("store: %s, code %d, address %s, alternate stack %d\n", strsignal(seen), code,
		fault_addr == page + 100 ? "right" : "wrong", on_alt);
	handle(SIGFPE, fault, 0);
	if (sigsetjmp(back, 1) == 0)
		printf("%d\n", 1 / zero);
	printf("divide: %s, code %d\n", strsignal(seen), code);
	handle(SIGILL, fault, 0);
	if (sigsetjmp(back, 1) == 0)
		__asm__ volatile("ud2");
	printf("ud2: %s\n", strsignal(seen));

	char *argv[] = {"sleep", "100", NULL};
	pid_t pid;

	if (posix_spawnp(&pid, "sleep", NULL, NULL, argv, environ) == 0) {
		kill(pid, SIGTERM);
		waitpid(pid, &st, 0);
		printf("child: signaled %d by %d\n", WIFSIGNALED(st), WTERMSIG(st));
	}
	handle(SIGALRM, note, 0);
	alarm(1);
	printf("pause %d %s\n", pause(), strerror(errno));
	signal(SIGTERM, SIG_DFL);
	fflush(stdout);
	raise(SIGTERM);
	return 1;
}
