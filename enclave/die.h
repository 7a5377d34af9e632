/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the platform half of the enclave says in RDX of EXIT_DEAD: enum dead_reason (abi/enclave.h)
 * in bits 7:0, a detail in 15:8, and for DIE_FAULT (detail: the vector) RIP - KERNEL_BASE in 63:16.
 * The host learns nothing from it that it could not see anyway. Plain #defines, because entry.S
 * uses them; offsets.c proves the low byte.
 */
#ifndef CLOISTER_DIE_H
#define CLOISTER_DIE_H

#define DIE_STACK  0x101 /* stack protector */
#define DIE_RETURN 0x201 /* the kernel returned from where it must not */
#define DIE_ENTRY  0x102 /* an entry that the vCPU's state does not allow */
#define DIE_DEAD   0x202 /* entered again after EXIT_DEAD */
#define DIE_VCPU   0x302 /* a vCPU beyond the number in the boot block */
#define DIE_FAULT  0x003 /* an exception in the enclave's own code */
#define DIE_EARLY  0x103 /* an exception while the vCPU was entering or leaving */
#define DIE_SSA    0x203 /* an SSA frame that no honest AEX leaves behind */
#define DIE_BOOT   0x104 /* a boot block or shared area that is not acceptable */
#define DIE_CONFIG 0x204 /* malformed configuration records */
#define DIE_REPORT 0x304 /* attributes of this enclave that it cannot live with */
#define DIE_RANDOM 0x105 /* RDRAND has run dry */
#define DIE_EDMM   0x106 /* a page operation failed that cannot fail under an honest host */

#define DIE_STATUS 125 /* exit status of the loader: Cloister's own failure */

#endif
