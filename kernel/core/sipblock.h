/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What fs base points at while a SIP's thread runs: kernel memory outside every window. The
 * verifier lets a SIP read the words at 0 and 0x28 and call through 0x10; the rest is the kernel's.
 */
#ifndef CLOISTER_SIPBLOCK_H
#define CLOISTER_SIPBLOCK_H

#define SIP_TP         0x00
#define SIP_GATE       0x10
#define SIP_CANARY     0x28
#define SIP_KSTACK     0x30
#define SIP_USER_RSP   0x38
#define SIP_RESUME_RIP 0x40

#ifndef __ASSEMBLER__
#include <stdint.h>

struct sip_block {
	uint64_t tp; /* user's thread pointer: an offset into its window */
	uint64_t reserved0;
	uint64_t gate; /* sip_syscall_entry */
	uint64_t reserved1[2];
	uint64_t canary;     /* the SIP's own, random per exec */
	uint64_t kstack_top; /* of this thread; constant */
	uint64_t user_rsp;   /* the gate's scratch word */
	uint64_t resume_rip; /* operand of the last instruction before user code */
};

/*
 * The current vCPU runs a SIP's thread now: gs base = its window, fs base = b (borrowed until the
 * next call). b == NULL: a plain program or none. To be called after plat_set_thread().
 */
void plat_set_sip(struct sip_block *b, uint64_t window);
void sip_syscall_entry(void);
#endif

#endif
