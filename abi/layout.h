/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one address map of the enclave (doc/ARCHITECTURE.md section 3). Numbers only, so that the
 * linker script and assembly can include it.
 *
 *     64 KiB .. 1 TiB     fixed-address plain programs (ET_EXEC)
 *      1 TiB .. 2 TiB     the kernel: image, vCPU slots, kernel stacks, heap
 *      2 TiB .. 32 TiB    plain processes, carved out in extents
 *     32 TiB .. +4 GiB    text window T of the SIPs
 *     48 TiB .. 64 TiB    data windows of the SIPs, one per 8 GiB
 */
#ifndef CLOISTER_LAYOUT_H
#define CLOISTER_LAYOUT_H

#define PAGE_SHIFT 12
#define PAGE_SIZE  0x1000

#define ELRANGE_SIZE 0x400000000000 /* 2^46, base 0 */

#define LOW_BASE 0x10000
#define LOW_END  0x10000000000

#define KERNEL_BASE   0x10000000000 /* 1 TiB: the enclave file is linked here */
#define KERNEL_END    0x20000000000
#define VCPU_BASE     0x10040000000 /* vCPU slots */
#define KSTACK_BASE   0x10080000000 /* kernel stacks: 16 KiB each above a 16 KiB guard */
#define KSTACK_END    0x10100000000
#define KHEAP_BASE    0x11000000000
#define KHEAP_END     0x12000000000
#define PLAIN_BASE    0x20000000000 /* 2 TiB */
#define PLAIN_END     0x200000000000
#define TEXT_BASE     0x200000000000 /* 2^45 */
#define TEXT_SIZE     0x100000000
#define WINDOW_BASE   0x300000000000 /* 48 TiB */
#define WINDOW_END    0x400000000000
#define WINDOW_SIZE   0x100000000
#define WINDOW_STRIDE 0x200000000

/* One vCPU slot: TCS, SSA frames, vCPU block (gs base), exception stack, idle stack. */
#define VCPU_MAX        16
#define VCPU_STRIDE     0x10000
#define VCPU_SSA_OFF    0x1000
#define SSA_FRAME_PAGES 3
#define SSA_FRAMES      2
#define VCPU_BLOCK_OFF  0x7000
#define VCPU_EXC_STACK  0x8000 /* .. 0xc000, grows down from the end */
#define VCPU_IDLE_STACK 0xc000 /* .. 0x10000 */

/* Kernel stacks are aligned to their size: the owning thread is found from rsp (kernel/core/self.h). */
#define KSTACK_SIZE   0x4000
#define KSTACK_STRIDE 0x8000

#endif
