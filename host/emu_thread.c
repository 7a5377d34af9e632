/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host thread that enters enclaves: its block and alternate stack in one aligned area, the CPUID
 * trap, and Syscall User Dispatch over the enclave's range. Also what is done once per process.
 */
#define _GNU_SOURCE
#include "dev_sys.h"
#include "emu.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define SUD_PRCTL        59 /* PR_SET_SYSCALL_USER_DISPATCH */
#define SUD_OFF          0
#define SUD_EXCLUSIVE_ON 1 /* all but the range given */
#define SUD_INCLUSIVE_ON 2 /* only the range given; Linux 6.16 */

#define HWCAP2_FSGSBASE_ (1 << 1)

#define AT(field, off) _Static_assert(offsetof(struct emu_frame, field) == (off), #field)
AT(rip, EMU_F_RIP);
AT(cs, EMU_F_CS);
AT(rflags, EMU_F_RFLAGS);
AT(rsp, EMU_F_RSP);
AT(ss, EMU_F_SS);
AT(rax, EMU_F_RAX);
AT(rbx, EMU_F_RBX);
AT(rcx, EMU_F_RCX);
AT(rdx, EMU_F_RDX);
AT(rsi, EMU_F_RSI);
AT(rdi, EMU_F_RDI);
AT(rbp, EMU_F_RBP);
AT(r8, EMU_F_R8);
AT(r9, EMU_F_R9);
AT(r10, EMU_F_R10);
AT(r11, EMU_F_R11);
AT(r12, EMU_F_R12);
AT(r13, EMU_F_R13);
AT(r14, EMU_F_R14);
AT(r15, EMU_F_R15);
AT(fsbase, EMU_F_FSBASE);
AT(gsbase, EMU_F_GSBASE);
AT(xrstor, EMU_F_XRSTOR);
AT(vector, EMU_F_VECTOR);
AT(error, EMU_F_ERROR);
AT(addr, EMU_F_ADDR);
AT(hostfs, EMU_F_HOSTFS);
AT(hostgs, EMU_F_HOSTGS);
AT(cur, EMU_F_CUR);
AT(pkey, EMU_F_PKEY);
_Static_assert(sizeof(struct emu_frame) == EMU_F_SIZE, "struct emu_frame");
_Static_assert(offsetof(struct emu_thread, xsave) == EMU_T_XSAVE, "xsave");
_Static_assert(offsetof(struct emu_thread, cur) == EMU_T_CUR, "cur");
_Static_assert(offsetof(struct emu_thread, frame) == EMU_T_FRAME, "frame");
_Static_assert(sizeof(struct emu_thread) <= EMU_T_SIZE && EMU_T_SIZE <= EMU_GUARD_OFF, "area");
_Static_assert(offsetof(ucontext_t, uc_stack) == EMU_UC_SS_SP, "uc_stack.ss_sp");

__thread struct emu_thread *emu_self;
uint32_t emu_pid;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int once_result;

static void say(const char *text)
{
	const char *quiet = getenv("CLOISTER_EMU_QUIET");

	if (quiet == NULL || *quiet == '\0' || *quiet == '0')
		fprintf(stderr, "cloister: %s\n", text);
}

/* Syscall User Dispatch does not survive a fork. */
static void after_fork(void)
{
	emu_pid = (uint32_t)getpid();
	emu_encl_after_fork();
	if (emu_self != NULL)
		emu_self->sud_size = 0;
}

static void init_process(void)
{
	emu_pid = (uint32_t)getpid();
	if (!(dev_sys.getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE_)) {
		say("the emulator needs the FSGSBASE instructions (Linux 5.9 or later)");
		once_result = -ENODEV;
		return;
	}
	once_result = emu_cpuid_init();
	emu_pkey_init();
	if (once_result == 0 && emu_key_init() < 0)
		say("no file for the emulated machine's secret: sealed data will not outlive this process");
	if (once_result == 0)
		once_result = emu_signals_init();
	if (once_result == 0)
		once_result = -pthread_atfork(NULL, NULL, after_fork);
}

/* Everything that is done once per process. 0 or -errno. */
int emu_init(void)
{
	pthread_once(&once, init_process);
	return once_result;
}

void emu_announce(void)
{
	say("WARNING: this enclave is EMULATED in software. It gives NO protection whatsoever.");
}

static void *map_aligned(void)
{
	uint8_t *p = dev_sys.mmap(NULL, 2 * EMU_AREA_SIZE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint8_t *area;

	if (p == MAP_FAILED)
		return NULL;
	area = (uint8_t *)(((uintptr_t)p + EMU_AREA_SIZE - 1) & ~(uintptr_t)(EMU_AREA_SIZE - 1));
	if (area > p)
		dev_sys.munmap(p, (size_t)(area - p));
	if (area < p + EMU_AREA_SIZE)
		dev_sys.munmap(area + EMU_AREA_SIZE, (size_t)(p + EMU_AREA_SIZE - area));
	return area;
}

static void init_frame(struct emu_frame *f)
{
	__asm__("mov %%cs, %0" : "=r"(f->cs));
	__asm__("mov %%ss, %0" : "=r"(f->ss));
	__asm__("rdfsbase %0" : "=r"(f->hostfs));
	__asm__("rdgsbase %0" : "=r"(f->hostgs));
}

int emu_thread_init(void)
{
	uint64_t magic = EMU_STACK_MAGIC;
	struct emu_thread *t;
	stack_t ss = {0};
	int ret = emu_init();

	if (ret < 0)
		return ret;
	if (emu_self != NULL)
		return 0;
	t = map_aligned();
	if (t == NULL)
		return -ENOMEM;
	dev_sys.mprotect((uint8_t *)t + EMU_GUARD_OFF, SGX_PAGE_SIZE, PROT_NONE);
	memcpy((uint8_t *)t + EMU_STACK_OFF, &magic, sizeof(magic));
	init_frame(&t->frame);
	ss.ss_sp = (uint8_t *)t + EMU_STACK_OFF;
	ss.ss_size = EMU_AREA_SIZE - EMU_STACK_OFF;
	if (dev_sys.sigaltstack(&ss, &t->old_altstack) < 0) {
		ret = -errno;
		dev_sys.munmap(t, EMU_AREA_SIZE);
		return ret;
	}
	emu_self = t;
	(void)emu_cpuid_trap(true); /* else CPUID in the enclave is not caught: documented */
	return 0;
}

void emu_thread_exit(void)
{
	struct emu_thread *t = emu_self;

	if (t == NULL)
		return;
	(void)prctl(SUD_PRCTL, SUD_OFF, 0, 0, 0);
	(void)emu_cpuid_trap(false);
	if (t->old_altstack.ss_flags & SS_DISABLE)
		t->old_altstack.ss_sp = NULL;
	(void)dev_sys.sigaltstack(&t->old_altstack, NULL);
	emu_self = NULL;
	dev_sys.munmap(t, EMU_AREA_SIZE);
}

/*
 * SYSCALL and INT 80H from the range become SIGSYS. An enclave at address 0 leaves one range above
 * it, which every kernel with the feature can exempt without a selector byte; others need the
 * inclusive mode. Without it such an enclave runs, but its system calls would reach the host
 * kernel: said once.
 */
void emu_thread_trap_syscalls(struct emu_thread *t, uint64_t base, uint64_t size)
{
	static int warned;
	uint64_t end = base + size;
	int ret = -1;

	if (base == 0)
		ret = prctl(SUD_PRCTL, SUD_EXCLUSIVE_ON, end, ~0UL - end, 0);
	if (ret < 0)
		ret = prctl(SUD_PRCTL, SUD_INCLUSIVE_ON, base, size, 0);
	if (ret < 0 && !__atomic_exchange_n(&warned, 1, __ATOMIC_RELAXED))
		say("this kernel cannot trap system calls of the emulated enclave");
	t->sud_base = base;
	t->sud_size = size;
}
