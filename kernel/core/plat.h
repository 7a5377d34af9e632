/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the portable kernel needs from below. enclave/ implements it over SGX; the unit tests link a
 * fake. Nothing else of the platform is visible to the kernel. Unless said otherwise the caller holds
 * the kernel lock, functions do not block, and errors are -errno.
 */
#ifndef CLOISTER_PLAT_H
#define CLOISTER_PLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "enclave.h"
#include "uregs.h"

struct thread;

/* ---- pages (EPC). va is page aligned, inside the enclave and not the kernel image. ---- */
#define PLAT_R 1
#define PLAT_W 2
#define PLAT_X 4

/* EACCEPT n absent pages as zeroed R|W. The kernel never asks twice for one page. 0 or -ENOMEM with
 * none of them committed that was not before [va, va + *done). */
int plat_pages_commit(uint64_t va, size_t n, size_t *done);
/* EACCEPTCOPY: commit one absent page with the contents of src (a whole committed page) and prot. */
int plat_page_copy(uint64_t va, const void *src, unsigned prot);
/* EMODPE: add permissions at once. */
void plat_pages_extend(uint64_t va, size_t n, unsigned prot);
/* After hostcall sgx_restrict: EACCEPT(prot|PR) of each. -EPROTO if the host did not do it. */
int plat_pages_accept_restrict(uint64_t va, size_t n, unsigned prot);
/* After hostcall sgx_modify(TRIM): EACCEPT(TRIM|MODIFIED) of each. -EPROTO if the host did not do it. */
int plat_pages_accept_trim(uint64_t va, size_t n);

/* ---- the ring ---- */
int plat_ring_send(const struct hc_msg *m);                           /* 0 or -EAGAIN: full */
int plat_ring_recv(struct hc_msg *m);                                 /* 1, or 0: nothing there */
void plat_arena_read(void *dst, uint64_t off, size_t len);            /* off, len checked by the caller */
void plat_arena_write(uint64_t off, const void *src, size_t len);

/* ---- vCPUs. Called without the kernel lock, on a kernel or idle stack. ---- */
void plat_idle(uint64_t deadline_ns); /* returns after a completion, a kick, the deadline, or for no reason */
void plat_doorbell(void);             /* saves and restores the user's vector state */
void plat_kick(unsigned vcpu);        /* doorbell, and make that vCPU leave plat_idle */
_Noreturn void plat_die(unsigned status, unsigned reason);
void plat_pause(void);                /* spin hint */
void plat_yield(void);                /* leave the CPU to the host's other threads for a moment */
bool plat_boot_vcpu_online(unsigned vcpu); /* has this vCPU entered at least once? */

/* ---- contexts ---- */
/* Saves callee-saved registers and rsp into *save_rsp, continues at load_rsp (see plat_ctx_new). */
void plat_switch(uint64_t *save_rsp, uint64_t load_rsp);
/* Initial stack of a thread: returns the rsp for plat_switch that calls fn(arg) on stack top. */
uint64_t plat_ctx_new(void *stack_top, void (*fn)(void *), void *arg);
/* Leave the kernel to user code with exactly these registers. Interrupts none of the caller's state:
 * never returns. The kernel lock is not held. u lies at the top of the current kernel stack. */
_Noreturn void plat_user_resume(struct uregs *u);
size_t plat_xsave_size(void);          /* bytes, for the XFRM of this enclave; standard format */
uint64_t plat_xfrm(void);
void plat_xsave(void *area);           /* area 64-aligned, plat_xsave_size() bytes, zeroed once */
/* The same for an area that nothing but this and plat_xrstor ever touches: leaves out what has not
 * changed since (XSAVEOPT, SDM vol. 1, 13.9). */
void plat_xsave_again(void *area);
void plat_xrstor(const void *area);    /* area written by plat_xsave or vetted by the caller */
void plat_xinit(void);                 /* every component to its initial state */
uint64_t plat_fsbase(void);
void plat_set_fsbase(uint64_t base);
/* This vCPU now runs thread t, whose kernel stack ends at kstack_top; gs is what user code will see as
 * its gs base (0: the vCPU block, for plain programs). Told before the thread can reach user code. */
void plat_set_thread(struct thread *t, uint64_t kstack_top);
unsigned plat_vcpu(void);              /* index of the vCPU we run on */
/* Where a patched `syscall` of a plain program jumps to: rcx = the address to go on at, everything else
 * as at `syscall`; comes back with rcx and r11 clobbered and rax set. */
uint64_t plat_syscall_gate(void);

/* ---- the rest ---- */
uint64_t plat_tsc(void);
bool plat_time_page(struct time_page *out); /* a consistent copy; false while the host is writing it */
void plat_random(void *buf, size_t len);    /* RDRAND/RDSEED only; dies if the CPU has run dry */
const struct boot_block *plat_boot(void);   /* the enclave's copy, checked */
const uint8_t *plat_config(size_t *len);    /* the enclave's copy of the configuration records */

#endif
