/* SPDX-License-Identifier: Apache-2.0 */
/*
 * siprun runs one SIP program as an ordinary Linux process: windows at their proper addresses, a
 * gate, and system calls passed on to the host with pointers turned into addresses. It is a test
 * tool for the toolchain and for measuring what SFI costs; it isolates nothing from the host.
 * Signals are not delivered to handlers of the program.
 */
#ifndef SIPRUN_H
#define SIPRUN_H

#ifndef __ASSEMBLER__
#include <stdint.h>
#endif

/* The thread block's layout as gate.S knows it. */
#define BLOCK_GATE     0x10
#define BLOCK_STACK    0x18
#define BLOCK_USER_RSP 0x20
#define TEXT_BASE      (1ull << 45)
#define DATA_BASE      (TEXT_BASE + (16ull << 40))
#define WINDOW         (4ull << 30)
#define EDGE           (64ull << 10)
#define PAGE           4096ull

#define REGS_SIZE (17 * 8)

#ifndef __ASSEMBLER__
#include <stddef.h>

/* Lies at fs base; the program reads `thread_pointer` and `canary`. */
struct block {
	uint64_t thread_pointer;
	uint64_t self;
	uint64_t gate;
	uint64_t stack; /* top of the host stack of this thread */
	uint64_t user_rsp;
	uint64_t canary;
};
_Static_assert(offsetof(struct block, gate) == BLOCK_GATE, "gate.S");
_Static_assert(offsetof(struct block, stack) == BLOCK_STACK, "gate.S");
_Static_assert(offsetof(struct block, user_rsp) == BLOCK_USER_RSP, "gate.S");
_Static_assert(offsetof(struct block, canary) == 0x28, "doc/sfi.md V3 g");

/* User registers at the gate, in the order gate.S pushes them (last pushed first). */
struct regs {
	uint64_t r15, r14, r13, r12, r10, r9, r8, rbp, rdi, rsi, rdx, rbx, rax;
	uint64_t rip, rsp, spare[2];
};
_Static_assert(sizeof(struct regs) == REGS_SIZE, "gate.S");

/* gate.S */
extern char sip_gate[];
_Noreturn void sip_enter(struct block *b, uint64_t entry, uint64_t rsp);
/* clone(2) whose child continues in user mode from *child with thread block b. */
long sip_clone(uint64_t flags, struct regs *child, int *ptid, int *ctid, struct block *b);

/* syscalls.c: acts on *r and sets r->rax. Runs with the program's vector state live. */
void sip_syscall(struct regs *r);
void syscalls_init(const char *self_path, uint64_t heap);

/* window.c: page bookkeeping of the data window; offsets and lengths in bytes. */
void window_init(void);
void window_mark(uint64_t at, uint64_t len, int used);
int window_is_free(uint64_t at, uint64_t len);
/* A free range, or 0. */
uint64_t window_find(uint64_t hint, uint64_t len);

/* load.c: maps the file; returns its entry as a text offset. Exits with a message on failure. */
struct program {
	uint32_t entry;
	uint64_t phdr, phnum; /* offset of the program headers in D */
	uint64_t end;         /* first offset after the data */
};
void program_load(struct program *p, const char *path, uint32_t slide, int verify);
int program_is_sip(const char *path);
#endif
#endif
