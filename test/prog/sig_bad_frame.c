/* SPDX-License-Identifier: Apache-2.0 */
/* A handler that cannot be entered or returned from: bad stack, bad alternate stack, bad frame. */
/* run: plain */
#include "t.h"
#include <sys/mman.h>
#include <sys/resource.h>

static void on(int sig)
{
	(void)sig;
	printf("handler ran\n");
}

int main(int argc, char **argv)
{
	struct rlimit none = {0, 0};
	stack_t ss = {.ss_size = 65536};

	if (argc == 1) {
		t_wait("no stack", t_spawn("stack", NULL));
		t_wait("read-only alternate stack", t_spawn("altstack", NULL));
		t_wait("sigreturn from nowhere", t_spawn("frame", NULL));
		t_wait("handler is no code", t_spawn("code", NULL));
		return 0;
	}
	setrlimit(RLIMIT_CORE, &none);
	t_handle(SIGUSR1, on, T_IS_ROLE("altstack") ? SA_ONSTACK : 0);
	if (T_IS_ROLE("altstack")) {
		ss.ss_sp = mmap(NULL, ss.ss_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		MUST(ss.ss_sp != MAP_FAILED && sigaltstack(&ss, NULL) == 0);
		raise(SIGUSR1);
	}
	if (T_IS_ROLE("stack"))
		__asm__ volatile("mov $4096,%%rsp\n syscall\n ud2"
				 :
				 : "a"(SYS_tkill), "D"((long)getpid()), "S"((long)SIGUSR1)
				 : "memory");
	if (T_IS_ROLE("frame"))
		__asm__ volatile("mov $4096,%%rsp\n syscall\n ud2"
				 :
				 : "a"(SYS_rt_sigreturn)
				 : "memory");
	if (T_IS_ROLE("code")) {
		signal(SIGUSR1, (void (*)(int))16);
		raise(SIGUSR1);
	}
	return argv == NULL;
}
