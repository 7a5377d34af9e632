/* SPDX-License-Identifier: Apache-2.0 */
/* Many shapes of code around the syscall instruction: each gives the right result every time, the
 * first (a trap, in an enclave) and the thousandth (perhaps a call). */
/* run: plain */
#include "t.h"

/* clang-format off */
#define SITE(name, before, after) \
	long name(long nr); \
	__asm__(".text\n.type " #name ",@function\n" #name ":\n mov %rdi,%rax\n" before "\n syscall\n" \
		after "\n ret\n");

SITE(site_plain, "", "")
SITE(site_mov_imm, "mov $39,%eax", "")
SITE(site_mov_imm64, "mov $39,%rax", "")
SITE(site_mov_reg, "mov %edi,%eax", "")
SITE(site_mov_rdi, "mov %rdi,%rax", "")
SITE(site_mov_r10, "mov %rcx,%r10", "")
SITE(site_nop, "nop", "nop")
SITE(site_nops, "nop\n nop\n nop\n nop\n nop", "nop\n nop\n nop\n nop\n nop")
SITE(site_longnop, "nopl 0(%rax,%rax,1)", "nopw 0(%rax,%rax,1)")
SITE(site_cmp_after, "", "cmp $-4095,%rax\n jae 1f\n 1:")
SITE(site_cmpl_after, "", "cmp $0xfffff001,%eax\n ja 1f\n nop\n 1:")
SITE(site_test_after, "", "test %rax,%rax\n js 1f\n 1:")
SITE(site_push_after, "", "push %rax\n pop %rax")
SITE(site_push_before, "push %rbx", "pop %rbx")
SITE(site_xor_before, "xor %r9d,%r9d", "xor %r9d,%r9d")
SITE(site_rcx_after, "lea 2f(%rip),%r8", "2: sub %rcx,%r8\n or %r8,%rax")
SITE(site_flags_kept, "stc", "jc 1f\n mov $-1,%rax\n 1:")
SITE(site_direct_jump, "xor %esi,%esi\n jmp 3f\n mov $7,%eax\n 3:", "")
SITE(site_two, "mov %rdi,%rdx\n syscall\n mov %rdx,%rax", "")
SITE(site_rep_ret, "", "repz")
SITE(site_target_after, "mov $2,%esi\n 4:", "mov %rax,%rdx\n mov %rdi,%rax\n dec %esi\n jnz 4b\n mov %rdx,%rax")
/* clang-format on */

/* A loop that jumps back exactly to the instruction, and one that jumps into the middle. */
long loop_at(long nr, long times);
__asm__(".text\n.type loop_at,@function\nloop_at:\n"
	" mov %rdi,%rdx\n mov %rsi,%r8\n"
	" mov %rdx,%rax\n"
	"5: syscall\n mov %rax,%r9\n mov %rdx,%rax\n dec %r8\n jnz 5b\n mov %r9,%rax\n ret\n");

static const struct {
	const char *name;
	long (*call)(long);
} rows[] = {
#define ROW(name)                                                                                  \
	{                                                                                          \
#name, name                                                                        \
	}
	ROW(site_plain),
	ROW(site_mov_imm),
	ROW(site_mov_imm64),
	ROW(site_mov_reg),
	ROW(site_mov_rdi),
	ROW(site_mov_r10),
	ROW(site_nop),
	ROW(site_nops),
	ROW(site_longnop),
	ROW(site_cmp_after),
	ROW(site_cmpl_after),
	ROW(site_test_after),
	ROW(site_push_after),
	ROW(site_push_before),
	ROW(site_xor_before),
	ROW(site_rcx_after),
	ROW(site_flags_kept),
	ROW(site_direct_jump),
	ROW(site_two),
	ROW(site_rep_ret),
	ROW(site_target_after),
};

int main(void)
{
	for (size_t i = 0; i < T_COUNT(rows); i++) {
		int bad = 0;

		for (int j = 0; j < 1000; j++)
			bad += rows[i].call(SYS_getpid) != getpid();
		printf("%s: %d wrong\n", rows[i].name, bad);
	}
	YES(loop_at(SYS_getpid, 5000) == getpid());
	return 0;
}
