/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Linux reports about enclave code as a signal, turned back into what the CPU would have done:
 * ENCLU is executed, a page fault is judged by mapping and EPCM, everything illegal in an enclave
 * becomes #UD with RIP at the instruction. Runs in the signal handler; async-signal-safe.
 *
 * Not caught, because the CPU does not trap it outside a real enclave: SGDT and kin, segment loads,
 * far branches, IRET, VMCALL, branches to mapped pages out of ELRANGE (noticed at the next event,
 * fatal).
 */
#define _GNU_SOURCE
#include "emu.h"
#include "emu_test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DE 0
#define DB 1
#define BP 3
#define UD 6
#define GP 13
#define PF 14

#define INSN_MAX           15
#define EXIT_EMULATOR      125 /* "Cloister itself failed" */
#define SYS_USER_DISPATCH_ 2   /* si_code of SIGSYS */

static char *put_hex(char *p, uint64_t v)
{
	for (int shift = 60; shift >= 0; shift -= 4)
		*p++ = "0123456789abcdef"[v >> shift & 15];
	return p;
}

/* A rule of the architecture that the CPU would have enforced was broken; there is no way on. */
void emu_fatal(const char *what, uint64_t a, uint64_t b)
{
	char line[200], *p = line;
	size_t len = strnlen(what, 120);

	memcpy(p, "cloister: SGX emulator: ", 24);
	p += 24;
	memcpy(p, what, len);
	p += len;
	*p++ = ' ';
	p = put_hex(p, a);
	*p++ = ' ';
	p = put_hex(p, b);
	*p++ = '\n';
	(void)!write(STDERR_FILENO, line, (size_t)(p - line));
	_exit(EXIT_EMULATOR);
}

/* The bytes at RIP that are in executable pages; returns how many. */
static size_t fetch(const struct emu_ctx *c, uint8_t buf[INSN_MAX])
{
	uint64_t rip = (uint64_t)c->g[REG_RIP];
	size_t in_page = SGX_PAGE_SIZE - rip % SGX_PAGE_SIZE;
	size_t n = in_page < INSN_MAX ? in_page : INSN_MAX;

	if (n < INSN_MAX && rip + n - c->e->base < c->e->size &&
		(emu_map_effective(emu_map_prot(c->e, rip + n), emu_epcm_get(c->e, rip + n)) &
			PROT_EXEC))
		n = INSN_MAX;
	if (c->e->pkey < 0 && in_page >= INSN_MAX)
		memcpy(buf, (const void *)rip, INSN_MAX); /* it was just executed */
	else if (emu_encl_read(c->e, rip, buf, n) < 0)
		return 0;
	return n;
}

/* ENCLU at RIP? Its length with REX prefixes, else 0. LOCK, 66, F2, F3 make it #UD. */
static unsigned is_enclu(const uint8_t *b, size_t n)
{
	unsigned rex = n > 0 && (b[0] & 0xf0) == 0x40;

	return n >= rex + 3 && b[rex] == 0x0f && b[rex + 1] == 0x01 && b[rex + 2] == 0xd7 ? rex + 3
											  : 0;
}

static const uint8_t *skip_prefixes(const uint8_t *b, const uint8_t *end)
{
	static const char legacy[] = "\x66\x67\x2e\x36\x3e\x26\x64\x65\xf0\xf2\xf3";

	while (b < end && (memchr(legacy, *b, sizeof(legacy) - 1) != NULL || (*b & 0xf0) == 0x40))
		b++;
	return b;
}

/* #GP natively, but #UD inside an enclave: CPUID, INT n, port I/O, RDPMC. */
static bool illegal_in_enclave(const uint8_t *b, size_t n)
{
	const uint8_t *end = b + n;

	b = skip_prefixes(b, end);
	if (b >= end)
		return false;
	if (*b == 0x0f)
		return b + 1 < end && (b[1] == 0xa2 || b[1] == 0x33);
	return *b == 0xcd || (*b >= 0x6c && *b <= 0x6f) || (*b >= 0xe4 && *b <= 0xe7) ||
	       (*b >= 0xec && *b <= 0xef);
}

static unsigned access_of(uint64_t err)
{
	if (err & SGX_PF_I)
		return SGX_SECINFO_X;
	return (err & SGX_PF_W) ? SGX_SECINFO_W : SGX_SECINFO_R;
}

static bool mapping_allows(int prot, unsigned access)
{
	if (access == SGX_SECINFO_X)
		return prot & PROT_EXEC;
	if (access == SGX_SECINFO_W)
		return prot & PROT_WRITE;
	return prot & (PROT_READ | PROT_WRITE | PROT_EXEC); /* x86: any access implies read */
}

/* Page fault of enclave code: true if there is nothing wrong and the instruction can go on. */
static bool page_fault(struct emu_ctx *c)
{
	uint64_t addr = (uint64_t)c->g[REG_CR2], err = (uint64_t)c->g[REG_ERR];
	uint64_t page = addr & ~(uint64_t)(SGX_PAGE_SIZE - 1);
	uint32_t bits = ((uint32_t)err & (SGX_PF_W | SGX_PF_I)) | SGX_PF_U;
	unsigned access = access_of(err);
	uint16_t entry;
	int prot;

	if (addr - c->e->base >= c->e->size) {
		emu_raise(c, PF, (uint32_t)err & ~SGX_PF_PK, addr);
		return false;
	}
	prot = emu_map_prot(c->e, addr);
	entry = emu_epcm_get(c->e, addr);
	if (prot < 0 || !mapping_allows(prot, access)) {
		bits |= prot > 0 && (entry & EMU_VALID) ? SGX_PF_P : 0;
		emu_raise(c, PF, bits, addr);
		return false;
	}
	if (!(entry & EMU_VALID)) {
		(void)emu_epcm_eaug(c->e, page); /* EEXIST: another thread was faster */
		entry = emu_epcm_get(c->e, addr);
	}
	if (emu_epcm_allows(entry, access)) {
		/* Allowed by both: changed by another process or thread meanwhile. */
		c->e->now[(page - c->e->base) >> SGX_PAGE_SHIFT] = PROT_NONE;
		if (emu_map_sync(c->e, page, page + SGX_PAGE_SIZE) < 0)
			emu_fatal("cannot map an enclave page", page, 0);
		return true;
	}
	emu_raise(c, PF, SGX_PF_SGX | SGX_PF_P | bits, addr);
	return false;
}

static void general_fault(struct emu_ctx *c, const uint8_t *insn, size_t n)
{
	if (illegal_in_enclave(insn, n))
		emu_raise(c, UD, 0, 0);
	else
		emu_raise(c, GP, (uint32_t)c->g[REG_ERR], 0);
}

/* SIGTRAP: INT3, INT1 or the single-step of emu_test.h. */
static void debug_trap(struct emu_ctx *c)
{
	if (c->g[REG_TRAPNO] == BP) {
		c->g[REG_RIP]--; /* opted out of debugging: #UD at the instruction */
		emu_raise(c, UD, 0, 0);
	} else if (c->t->stepping) {
		emu_test_stepped(c);
	} else {
		emu_raise(c, UD, 0, 0);
	}
}

static void enclu(struct emu_ctx *c, unsigned len)
{
	emu_enclu(c, len);
	if (c->t->cur != NULL && c->t->stepping)
		emu_test_stepped(c); /* TF traps only after the instruction that follows */
}

/* Not a fault of fetching the instruction itself, which could not be read then. */
static bool fetched(const struct emu_ctx *c, int vector)
{
	return vector != PF || (!(c->g[REG_ERR] & SGX_PF_I) &&
				       (uint64_t)(c->g[REG_CR2] - c->g[REG_RIP]) >= INSN_MAX);
}

static void fault(struct emu_ctx *c)
{
	int vector = (int)c->g[REG_TRAPNO];
	uint8_t insn[INSN_MAX];
	size_t n = fetched(c, vector) ? fetch(c, insn) : 0;
	unsigned len = is_enclu(insn, n);

	/* A CPU that has SGX itself gives #GP, or #PF for the operands of EENTER, not #UD. */
	if (len != 0 && (vector == UD || vector == GP || vector == PF))
		enclu(c, len);
	else if (vector == GP)
		general_fault(c, insn, n);
	else if (vector == PF)
		(void)page_fault(c);
	else
		emu_raise(c, vector, 0, 0);
}

static bool synchronous(int sig, const siginfo_t *si)
{
	return si->si_code > 0 && (sig == SIGILL || sig == SIGSEGV || sig == SIGBUS ||
					  sig == SIGFPE || sig == SIGTRAP || sig == SIGSYS);
}

bool emu_trap(struct emu_ctx *c, int sig, siginfo_t *si)
{
	if (!synchronous(sig, si)) {
		emu_aex(c, EMU_VECTOR_NONE, 0, 0);
		return false;
	}
	if (sig == SIGSYS && si->si_code == SYS_USER_DISPATCH_) {
		c->g[REG_RIP] -= 2; /* SYSCALL or INT 0x80 */
		emu_raise(c, UD, 0, 0);
	} else if (sig == SIGBUS && c->g[REG_TRAPNO] == PF) {
		emu_fatal("no memory for the enclave page at", (uint64_t)c->g[REG_CR2], 0);
	} else if (sig == SIGTRAP) {
		debug_trap(c);
	} else {
		fault(c);
	}
	return true;
}
