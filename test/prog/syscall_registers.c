/* SPDX-License-Identifier: Apache-2.0 */
/* The system call instruction preserves every register but rax, rcx and r11, and the flags; rcx is
 * the address after it. The same before and after the kernel has come to know the place. */
/* run: plain */
#include "t.h"

struct regs {
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15, flags;
};

/* call_with(in, out): loads all registers from `in`, executes syscall, stores them to `out`. */
void call_with(const struct regs *in, struct regs *out);
extern char after_syscall[];
__asm__(".text\n"
	"call_with:\n"
	" push %rbx\n push %rbp\n push %r12\n push %r13\n push %r14\n push %r15\n"
	" push %rsi\n push %rdi\n"
	" mov 15*8(%rdi),%rax\n push %rax\n popf\n"
	" mov 0(%rdi),%rax\n mov 8(%rdi),%rbx\n mov 16(%rdi),%rcx\n mov 24(%rdi),%rdx\n"
	" mov 32(%rdi),%rsi\n mov 48(%rdi),%rbp\n mov 56(%rdi),%r8\n mov 64(%rdi),%r9\n"
	" mov 72(%rdi),%r10\n mov 80(%rdi),%r11\n mov 88(%rdi),%r12\n mov 96(%rdi),%r13\n"
	" mov 104(%rdi),%r14\n mov 112(%rdi),%r15\n mov 40(%rdi),%rdi\n"
	" syscall\n"
	"after_syscall:\n"
	" pushf\n push %rdi\n mov 24(%rsp),%rdi\n"
	" mov %rax,0(%rdi)\n mov %rbx,8(%rdi)\n mov %rcx,16(%rdi)\n mov %rdx,24(%rdi)\n"
	" mov %rsi,32(%rdi)\n mov %rbp,48(%rdi)\n mov %r8,56(%rdi)\n mov %r9,64(%rdi)\n"
	" mov %r10,72(%rdi)\n mov %r11,80(%rdi)\n mov %r12,88(%rdi)\n mov %r13,96(%rdi)\n"
	" mov %r14,104(%rdi)\n mov %r15,112(%rdi)\n"
	" pop %rax\n mov %rax,40(%rdi)\n pop %rax\n mov %rax,120(%rdi)\n"
	" add $16,%rsp\n pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbp\n pop %rbx\n"
	" ret\n");

static const char *const names[] = {
	"rbx", "rdx", "rsi", "rdi", "rbp", "r8", "r9", "r10", "r12", "r13", "r14", "r15", "flags"};
static const unsigned char at[] = {1, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15};

int main(void)
{
	static const uint64_t flags[] = {
		0x202, 0x202 | 0x8d5, 0x202 | 0x1, 0x202 | 0x40, 0x202 | 0x800};
	static const long calls[] = {SYS_getppid, SYS_gettid, SYS_sched_yield, 9999};
	int bad = 0, rcx_bad = 0, result_bad = 0;

	for (int round = 0; round < 2000; round++) {
		struct regs in, out;

		for (size_t i = 0; i < sizeof(in) / 8; i++)
			((uint64_t *)&in)[i] =
				0x0123456789abcdefull * (uint64_t)(round + 3) + i * 0x1111;
		in.rax = (uint64_t)calls[round % 4];
		in.flags = flags[round % 5];
		call_with(&in, &out);
		for (size_t i = 0; i < sizeof(at); i++)
			if (((uint64_t *)&in)[at[i]] != ((uint64_t *)&out)[at[i]] && bad++ < 5)
				printf("round %d: %s changed\n", round, names[i]);
		rcx_bad += out.rcx != (uint64_t)after_syscall;
		result_bad += round % 4 == 0 && out.rax != (uint64_t)getppid();
		result_bad += round % 4 == 1 && out.rax != (uint64_t)getpid();
		result_bad += round % 4 == 2 && out.rax != 0;
		result_bad += round % 4 == 3 && out.rax != (uint64_t)-ENOSYS;
	}
	printf("changed %d, rcx wrong %d, results wrong %d\n", bad, rcx_bad, result_bad);
	return 0;
}
