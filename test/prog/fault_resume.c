/* SPDX-License-Identifier: Apache-2.0 */
/* A handler may repair what faulted: by mprotect, by moving rip on, by changing a register. */
/* run: plain */
#include "t.h"
#include <sys/mman.h>
#include <ucontext.h>

static char *page;
static int faults;

static void repair(int sig, siginfo_t *si, void *arg)
{
	ucontext_t *uc = arg;

	faults++;
	if (sig == SIGSEGV && (char *)si->si_addr == page + 8)
		mprotect(page, 4096, PROT_READ | PROT_WRITE);
	else if (sig == SIGSEGV)
		uc->uc_mcontext.gregs[REG_RBX] = (greg_t)page;
	else
		uc->uc_mcontext.gregs[REG_RIP] += 2;
}

int main(void)
{
	long got = 0;

	page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	t_handle_info(SIGSEGV, repair, 0);
	t_handle_info(SIGILL, repair, 0);
	((volatile char *)page)[8] = 42;
	printf("stored %d, faults %d\n", page[8], faults);
	__asm__ volatile("mov $7,%%eax\n ud2\n add $1,%%rax" : "=a"(got));
	printf("after ud2 %ld, faults %d\n", got, faults);
	__asm__ volatile("mov $16,%%ebx\n movzbl 8(%%rbx),%%eax" : "=a"(got) : : "rbx");
	printf("read %ld, faults %d\n", got, faults);
	return 0;
}
