/* SPDX-License-Identifier: Apache-2.0 */
/* The rest of plat.h over SGX: exits, threads, vector state, fs, time, randomness. */
#include "enclave.h"
#include "kernel.h"
#include "plat.h"

#include "die.h"
#include "sipblock.h"
#include "vcpu.h"

#define RDRAND_TRIES 1000

extern const uint8_t exit_image[]; /* entry.S: nothing in it, MXCSR 0x1f80 */
void ctx_start(void);              /* gate.S */
void __stack_chk_fail(void);

/* ---- exits ---- */

_Noreturn void plat_die(unsigned status, unsigned reason)
{
	struct vcpu *v = vcpu_self();

	__atomic_store_n(&enclave_dead, 1, __ATOMIC_SEQ_CST);
	for (;;)
		vcpu_exit(v, EXIT_DEAD, status, reason);
}

void __stack_chk_fail(void)
{
	plat_die(DIE_STATUS, DIE_STACK);
}

void plat_idle(uint64_t deadline_ns)
{
	vcpu_exit(vcpu_self(), EXIT_IDLE, deadline_ns, 0);
}

/* A thread of user code is on this vCPU: its vector state is in the registers and must survive. */
static void exit_and_return(uint64_t reason, uint64_t arg)
{
	struct vcpu *v = vcpu_self();

	if (v->thread != NULL)
		plat_xsave(v->xsave);
	vcpu_exit(v, reason, arg, 0);
	if (v->thread != NULL)
		plat_xrstor(v->xsave);
}

void plat_doorbell(void)
{
	exit_and_return(EXIT_DOORBELL, 0);
}

void plat_kick(unsigned vcpu)
{
	exit_and_return(EXIT_KICK, vcpu);
}

void plat_yield(void)
{
	exit_and_return(EXIT_YIELD, 0);
}

void plat_pause(void)
{
	__asm__ volatile("pause");
}

bool plat_boot_vcpu_online(unsigned vcpu)
{
	const struct vcpu *v =
		(const struct vcpu *)(VCPU_BASE + vcpu * (uint64_t)VCPU_STRIDE + VCPU_BLOCK_OFF);

	return vcpu < VCPU_MAX && __atomic_load_n(&v->state, __ATOMIC_ACQUIRE) != VCPU_FRESH;
}

/* ---- contexts ---- */

uint64_t plat_ctx_new(void *stack_top, void (*fn)(void *), void *arg)
{
	uint64_t *sp = (uint64_t *)((uint64_t)stack_top & ~(uint64_t)15);

	*--sp = 0; /* ctx_start calls with rsp 16-aligned */
	*--sp = 0;
	*--sp = (uint64_t)ctx_start;
	*--sp = 0;            /* rbp */
	*--sp = 0;            /* rbx */
	*--sp = (uint64_t)fn; /* r12 */
	*--sp = (uint64_t)arg;
	*--sp = 0; /* r14 */
	*--sp = 0; /* r15 */
	return (uint64_t)sp;
}

void plat_set_thread(struct thread *t, uint64_t kstack_top)
{
	struct vcpu *v = vcpu_self();

	v->thread = t;
	v->kstack_top = kstack_top;
	if (v->sip != NULL)
		plat_set_sip(NULL, 0);
	if (t != NULL)
		*(struct vcpu **)(kstack_top - KSTACK_SIZE + KSTACK_VCPU) = v;
}

void plat_set_sip(struct sip_block *b, uint64_t window)
{
	struct vcpu *v = vcpu_self();
	uint64_t gs = b != NULL ? window : (uint64_t)v;

	v->sip = b;
	if (b != NULL)
		plat_set_fsbase((uint64_t)b);
	__asm__ volatile("wrgsbase %0" ::"r"(gs));
}

uint64_t plat_syscall_gate(void)
{
	extern const char plain_syscall_entry[]; /* gate.S */

	return (uint64_t)plain_syscall_entry;
}

unsigned plat_vcpu(void)
{
	return (unsigned)vcpu_self()->index;
}

uint64_t plat_fsbase(void)
{
	uint64_t base;

	__asm__ volatile("rdfsbase %0" : "=r"(base));
	return base;
}

void plat_set_fsbase(uint64_t base)
{
	__asm__ volatile("wrfsbase %0" ::"r"(base));
}

/* ---- vector state, standard format ---- */

void plat_xsave(void *area)
{
	uint64_t x = enclave_xfrm;

	__asm__ volatile("xsave64 (%0)" ::"r"(area), "a"((uint32_t)x), "d"((uint32_t)(x >> 32))
			 : "memory");
}

void plat_xsave_again(void *area)
{
	uint64_t x = enclave_xfrm;

	__asm__ volatile("xsaveopt64 (%0)" ::"r"(area), "a"((uint32_t)x), "d"((uint32_t)(x >> 32))
			 : "memory");
}

void plat_xrstor(const void *area)
{
	uint64_t x = enclave_xfrm;

	__asm__ volatile("xrstor64 (%0)" ::"r"(area), "a"((uint32_t)x), "d"((uint32_t)(x >> 32))
			 : "memory");
}

void plat_xinit(void)
{
	plat_xrstor(exit_image);
}

/* ---- the rest ---- */

uint64_t plat_tsc(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}

static uint64_t random_word(void)
{
	uint64_t word;
	bool ok;

	for (unsigned i = 0; i < RDRAND_TRIES; i++) {
		__asm__ volatile("rdrand %0" : "=r"(word), "=@ccc"(ok));
		if (ok)
			return word;
		plat_pause();
	}
	plat_die(DIE_STATUS, DIE_RANDOM);
}

void plat_random(void *buf, size_t len)
{
	uint8_t *p = buf;

	while (len > 0) {
		uint64_t word = random_word();

		for (unsigned i = 0; i < 8 && len > 0; i++, len--, word >>= 8)
			*p++ = (uint8_t)word;
	}
}
