/* SPDX-License-Identifier: Apache-2.0 */
/* The test enclave's operations and map, for encl.S and for C. One row per operation. */
#ifndef TEST_EMU_ENCL_ASM_H
#define TEST_EMU_ENCL_ASM_H

/* clang-format off */
#define ENCL_OPS(X) \
	X(0, nop) X(1, load) X(2, store) X(3, enclu) X(4, accept_many) X(5, jump) X(6, ud2) \
	X(7, syscall) X(8, int80) X(9, int3) X(10, int99) X(11, cpuid) X(12, inb) X(13, rdpmc) \
	X(14, hlt) X(15, noncanonical) X(16, div0) X(17, x87) X(18, sse) X(19, align) \
	X(20, lock_enclu) X(21, rex_exit) X(22, fsgs) X(23, spin) X(24, pattern) \
	X(25, pattern_spin) X(26, xstate) X(27, gprs) X(28, getfs_store) X(29, bad_exit)
#define ENCL_NESTED_OPS(X) X(0, nop) X(1, skip) X(2, dump) X(3, poke) X(4, ud2)
/* clang-format on */

/* Enclave offsets. Each thread: TCS page, data page (GS, FS), then its SSA frames. */
#define ENCL_SIZE     0x100000
#define ENCL_CODE     0x10000
#define ENCL_THREADS  3
#define ENCL_NSSA     2
#define ENCL_TCS(n)   ((n)*0x4000)
#define ENCL_GS(n)    (ENCL_TCS(n) + 0x1000)
#define ENCL_SSA(n)   (ENCL_TCS(n) + 0x2000)
#define ENCL_DATA     0x20000 /* RW pages, added */
#define ENCL_DATA_LEN 0x4000
#define ENCL_RO       0x24000 /* a read-only page, added */
#define ENCL_RWX      0x25000 /* a page that may be everything */
#define ENCL_DYN      0x40000 /* from here on nothing is added */

#endif
