/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proc/syspatch.c, for real: program text with `syscall` instructions is built in memory, patched,
 * and run. The gate of the test makes the system call itself, so patched and unpatched text must do
 * the same. Memory management is a fake that hands out pages where it is asked to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "fake.h"
#include "file.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mm.h"
#include "plat.h"
#include "proc.h"

#define TEXT     0x20000000ull /* low memory is the program's under the sanitizer too */
#define TEXT_LEN 0x10000u
#define TEXT2    0x28000000ull
#define AREA_END 0x30000000ull
#define PAGE     4096u

/* What mov $39,%eax ; syscall ; cmp $-4096,%rax ; ret looks like in glibc: 3d 00 follows. */
static const uint8_t getpid_code[] = {
	0xb8, 39, 0, 0, 0, 0x0f, 0x05, 0x48, 0x3d, 0x00, 0xf0, 0xff, 0xff, 0xc3};
#define SITE_OFF 5

static struct proc process;
static struct mm mm1, mm2;
static struct file text_file;
static struct vma vma1, vma2;
static uint64_t text_ino; /* another file in every test: what is learned stays */
static uint64_t taken;    /* mm_map_trampoline refuses pages from here on */

/* ---- the gate: as syscall, then on at rcx ---- */

uint64_t gate_back, gate_calls;
extern const char test_gate[];
__asm__(".text\n"
	"test_gate:\n"
	"	movq %rcx, gate_back(%rip)\n"
	"	syscall\n"
	"	incq gate_calls(%rip)\n"
	"	jmp *gate_back(%rip)\n");

uint64_t plat_syscall_gate(void)
{
	return (uint64_t)test_gate;
}

/* ---- memory ---- */

struct vma *mm_find(struct mm *mm, uint64_t va)
{
	struct vma *v = mm == &mm1 ? &vma1 : &vma2;

	return va >= v->start && va < v->end ? v : NULL;
}

int mm_map_trampoline(struct mm *mm, uint64_t va)
{
	(void)mm;
	if (va >= taken)
		return -ENOMEM;
	void *p = mmap((void *)va, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	return p == (void *)va ? 0 : -ENOMEM;
}

int mm_poke_text(struct mm *mm, uint64_t va, const void *bytes, size_t len)
{
	if (mm_find(mm, va) == NULL)
		return -EFAULT;
	memcpy((void *)va, bytes, len);
	return 0;
}

int file_identity(struct file *f, struct file_id *id)
{
	(void)f;
	*id = (struct file_id){.dev = 1, .ino = text_ino, .size = 3, .mtime_ns = 4};
	return 0;
}

/* ---- */

static void text_map(uint64_t at)
{
	void *p = mmap((void *)at, TEXT_LEN, PROT_READ | PROT_WRITE | PROT_EXEC,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	assert_true(p == (void *)at);
	memset(p, 0xcc, TEXT_LEN);
}

static int setup(void **state)
{
	(void)state;
	fake_reset();
	memset(&process, 0, sizeof process);
	memset(&mm1, 0, sizeof mm1);
	memset(&mm2, 0, sizeof mm2);
	text_ino++;
	taken = AREA_END;
	text_map(TEXT);
	text_map(TEXT2);
	vma1 = (struct vma){
		.start = TEXT, .end = TEXT + TEXT_LEN, .flags = VMA_R | VMA_X, .file = &text_file};
	vma2 = (struct vma){.start = TEXT2,
		.end = TEXT2 + TEXT_LEN,
		.flags = VMA_R | VMA_X,
		.file = &text_file};
	thread_self()->proc = &process;
	thread_self()->mm = &mm1;
	gate_calls = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mm_patch_free(&mm1);
	mm_patch_free(&mm2);
	return 0;
}

static uint8_t *put_code(uint64_t at)
{
	return memcpy((void *)at, getpid_code, sizeof getpid_code);
}

static struct uregs trap_at(uint64_t site)
{
	struct uregs u = {.rip = site, .rflags = 0x246, .rcx = 1, .r11 = 2, .rdi = 3, .rsp = 4};

	assert_true(syspatch_trap(&u));
	return u;
}

static bool patched(uint64_t site)
{
	return *(uint8_t *)site == 0xe9;
}

/* Runs code with known registers and red zone; what comes back is in run_regs. */
enum {
	R_RAX,
	R_RBX,
	R_RDX,
	R_RSI,
	R_RDI,
	R_RBP,
	R_R8,
	R_R9,
	R_R10,
	R_R12,
	R_R13,
	R_R14,
	R_R15,
	R_RED,
	R_N
};
uint64_t run_regs[R_N], run_code;
void run_asm(void);
#define EACH(op)                                                                                   \
	op(8, rbx) op(16, rdx) op(24, rsi) op(32, rdi) op(40, rbp) op(48, r8) op(56, r9)           \
		op(64, r10) op(72, r12) op(80, r13) op(88, r14) op(96, r15)
#define LOAD(off, reg)  "	movq run_regs+" #off "(%rip), %" #reg "\n"
#define STORE(off, reg) "	movq %" #reg ", run_regs+" #off "(%rip)\n"
__asm__(".text\n"
	"run_asm:\n"
	"	pushq %rbx\n	pushq %rbp\n	pushq %r12\n	pushq %r13\n	pushq %r14\n"
	"	pushq %r15\n	subq $256, %rsp\n"
	"	leaq 1f(%rip), %rax\n"
	"	pushq %rax\n"
	"	movabsq $0x0123456789abcdef, %rax\n"
	"	movq %rax, -8(%rsp)\n"
	"	movq %rax, -128(%rsp)\n" EACH(
		LOAD) "	jmp *run_code(%rip)\n"
		      "1:\n" EACH(
			      STORE) "	movq %rax, run_regs(%rip)\n"
				     "	movq -16(%rsp), %rax\n" /* what was -8 before the ret
								 */
				     "	xorq -136(%rsp), %rax\n"
				     "	movq %rax, run_regs+104(%rip)\n"
				     "	addq $256, %rsp\n"
				     "	popq %r15\n	popq %r14\n	popq %r13\n	popq %r12\n	popq %rbp\n"
				     "	popq %rbx\n	ret\n");

static void run(uint64_t code)
{
	for (unsigned i = 0; i < R_N; i++)
		run_regs[i] = 0x1111111111111111u * (i + 1);
	run_code = code;
	run_asm();
	assert_int_equal(run_regs[R_RAX], getpid());
	assert_int_equal(run_regs[R_RED], 0);
	for (unsigned i = R_RBX; i < R_RED; i++)
		assert_true(run_regs[i] == 0x1111111111111111u * (i + 1));
}

static void test_trap_means_syscall(void **state)
{
	(void)state;
	put_code(TEXT);
	struct uregs u = trap_at(TEXT + SITE_OFF);
	assert_int_equal(u.rip, TEXT + SITE_OFF + 2);
	assert_int_equal(u.rcx, u.rip);
	assert_int_equal(u.r11, 0x246);
	assert_int_equal(u.rdi, 3);
	struct uregs other = {.rip = TEXT}; /* mov */
	assert_false(syspatch_trap(&other));
	assert_int_equal(other.rip, TEXT);
}

static void test_patched_site_runs(void **state)
{
	(void)state;
	uint8_t *c = put_code(TEXT + 0x100);
	run(TEXT + 0x100);
	assert_int_equal(gate_calls, 0);
	trap_at(TEXT + 0x100 + SITE_OFF);
	assert_int_equal(c[SITE_OFF], 0xe9);
	assert_memory_equal(c, getpid_code, SITE_OFF);
	assert_memory_equal(
		c + SITE_OFF + 2, getpid_code + SITE_OFF + 2, sizeof getpid_code - SITE_OFF - 2);
	run(TEXT + 0x100);
	assert_int_equal(gate_calls, 1);
}

/* Two threads trap at one site before either has patched it. */
static void test_second_trap_at_a_patched_site(void **state)
{
	(void)state;
	put_code(TEXT);
	trap_at(TEXT + SITE_OFF);
	assert_true(patched(TEXT + SITE_OFF));
	struct uregs u = trap_at(TEXT + SITE_OFF);
	assert_int_equal(u.rip, TEXT + SITE_OFF + 2);
	run(TEXT);
	assert_int_equal(gate_calls, 1);
}

static void test_many_sites_share_pages(void **state)
{
	unsigned n = 0;

	(void)state;
	for (uint64_t at = TEXT; at + 16 <= TEXT + TEXT_LEN; at += 32)
		put_code(at);
	for (uint64_t at = TEXT; at + 16 <= TEXT + TEXT_LEN; at += 32) {
		trap_at(at + SITE_OFF);
		n += patched(at + SITE_OFF);
	}
	assert_true(n == TEXT_LEN / 32); /* 23 bytes of 32: all find room */
	gate_calls = 0;
	for (uint64_t at = TEXT; at + 16 <= TEXT + TEXT_LEN; at += 32)
		run(at);
	assert_int_equal(gate_calls, n);
}

static void test_crowded_pages_fill_up(void **state)
{
	unsigned n = 0, all = 0;

	(void)state;
	for (uint64_t at = TEXT; at + 16 <= TEXT + PAGE; at += 16)
		put_code(at);
	for (uint64_t at = TEXT; at + 16 <= TEXT + PAGE; at += 16, all++) {
		trap_at(at + SITE_OFF);
		n += patched(at + SITE_OFF);
	}
	assert_true(n > all / 2 && n < all); /* 23 bytes each do not fit every 16 */
	gate_calls = 0;
	for (uint64_t at = TEXT; at + 16 <= TEXT + PAGE; at += 16)
		run(at);
	assert_int_equal(gate_calls, n);
}

static void test_refusals(void **state)
{
	(void)state;
	put_code(TEXT + 2); /* site at 7 modulo 8: the store would not be atomic */
	trap_at(TEXT + 7);
	assert_false(patched(TEXT + 7));

	put_code(TEXT + 0x100);
	vma1.flags |= VMA_W; /* the program may change the following bytes */
	trap_at(TEXT + 0x105);
	assert_false(patched(TEXT + 0x105));
	vma1.flags = VMA_R | VMA_X | VMA_SHARED;
	trap_at(TEXT + 0x105);
	assert_false(patched(TEXT + 0x105));
	vma1.flags = VMA_R | VMA_X;
	vma1.file = NULL;
	trap_at(TEXT + 0x105);
	assert_false(patched(TEXT + 0x105));
	vma1.file = &text_file;
	vma1.end = TEXT + 0x109; /* the last displacement byte belongs to someone else */
	trap_at(TEXT + 0x105);
	assert_false(patched(TEXT + 0x105));
	vma1.end = TEXT + TEXT_LEN;
	taken = 0; /* no room for a trampoline */
	trap_at(TEXT + 0x105);
	assert_false(patched(TEXT + 0x105));
	taken = AREA_END;
	trap_at(TEXT + 0x105);
	assert_true(patched(TEXT + 0x105));
}

/* syscall; syscall; ...: the second's bytes are the first's displacement. */
static void test_neighbours(void **state)
{
	static const uint8_t twice[] = {0x0f, 0x05, 0x0f, 0x05, 0x00, 0x00, 0x00};

	(void)state;
	memcpy((void *)(TEXT + 0x200), twice, sizeof twice);
	taken = TEXT; /* 0x202's jump would reach what lies right behind it: text */
	trap_at(TEXT + 0x202);
	assert_false(patched(TEXT + 0x202));
	taken = AREA_END;
	trap_at(TEXT + 0x200); /* rel32 0x00050fXX */
	assert_true(patched(TEXT + 0x200));
	trap_at(TEXT + 0x202);
	assert_false(patched(TEXT + 0x202));
	assert_int_equal(((uint8_t *)TEXT)[0x202], 0x0f);
}

static void test_learns_for_other_mappings(void **state)
{
	uint8_t page[PAGE];

	(void)state;
	put_code(TEXT + PAGE + 0x40);
	trap_at(TEXT + PAGE + 0x40 + SITE_OFF);
	memset(page, 0xcc, sizeof page);
	memcpy(page + 0x40, getpid_code, sizeof getpid_code);
	mm_text_filled(&mm2, &vma2, TEXT2, page); /* another page of the file: nothing known */
	assert_int_equal(page[0x40 + SITE_OFF], 0x0f);
	mm_text_filled(&mm2, &vma2, TEXT2 + PAGE, page);
	assert_int_equal(page[0x40 + SITE_OFF], 0xe9);
	memcpy((void *)(TEXT2 + PAGE), page, sizeof page);
	run(TEXT2 + PAGE + 0x40);
	assert_int_equal(gate_calls, 1);

	/* the file changed under the same name: what is there is not a syscall */
	memset(page, 0x90, sizeof page);
	mm_text_filled(&mm2, &vma2, TEXT2 + PAGE, page);
	for (unsigned i = 0; i < PAGE; i++)
		assert_int_equal(page[i], 0x90);
}

static void test_forgets(void **state)
{
	uint64_t tramp;
	int32_t rel;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		put_code(TEXT + i * PAGE);
		trap_at(TEXT + i * PAGE + SITE_OFF);
	}
	/* its trampoline's page goes: the site traps again, the others are as they were */
	memcpy(&rel, (void *)(TEXT + SITE_OFF + 1), 4);
	tramp = TEXT + SITE_OFF + 5 + (uint64_t)(int64_t)rel;
	mm_patch_forget(
		&mm1, tramp & ~(uint64_t)(PAGE - 1), (tramp & ~(uint64_t)(PAGE - 1)) + PAGE);
	assert_false(patched(TEXT + SITE_OFF));
	assert_true(patched(TEXT + PAGE + SITE_OFF));
	run(TEXT);
	assert_int_equal(gate_calls, 0);

	mm_patch_restore(&mm1, TEXT + PAGE, TEXT + 2 * PAGE); /* becomes writable */
	assert_memory_equal((void *)(TEXT + PAGE), getpid_code, sizeof getpid_code);
	assert_true(patched(TEXT + 2 * PAGE + SITE_OFF));

	mm_patch_forget(&mm1, TEXT + 2 * PAGE, TEXT + 3 * PAGE); /* unmapped: nothing to restore */
	put_code(TEXT + 2 * PAGE);                               /* mapped anew */
	trap_at(TEXT + 2 * PAGE + SITE_OFF);
	run(TEXT + 2 * PAGE);
	assert_int_equal(gate_calls, 1);

	/* a jump across the edge of the range: its displacement is about to change */
	put_code(TEXT + 5 * PAGE - SITE_OFF - 3);
	trap_at(TEXT + 5 * PAGE - 3);
	assert_true(patched(TEXT + 5 * PAGE - 3));
	mm_patch_forget(&mm1, TEXT + 5 * PAGE, TEXT + 6 * PAGE);
	assert_false(patched(TEXT + 5 * PAGE - 3));
}

static void test_without_memory(void **state)
{
	(void)state;
	size_t before = kmem_in_use();
	for (unsigned n = 1;; n++) {
		put_code(TEXT);
		fake.allocs = 0;
		fake.fail_at = n;
		trap_at(TEXT + SITE_OFF);
		bool failed = fake.allocs >= n;
		fake.fail_at = 0;
		bool done = patched(TEXT + SITE_OFF);
		run(TEXT);
		mm_patch_free(&mm1);
		if (!failed) {
			assert_true(done);
			break;
		}
	}
	/* what was learned stays: at most one file more */
	assert_true(kmem_in_use() - before < 16384);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_trap_means_syscall, setup, teardown),
		cmocka_unit_test_setup_teardown(test_patched_site_runs, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_second_trap_at_a_patched_site, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_sites_share_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_crowded_pages_fill_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refusals, setup, teardown),
		cmocka_unit_test_setup_teardown(test_neighbours, setup, teardown),
		cmocka_unit_test_setup_teardown(test_learns_for_other_mappings, setup, teardown),
		cmocka_unit_test_setup_teardown(test_forgets, setup, teardown),
		cmocka_unit_test_setup_teardown(test_without_memory, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
