/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds, signs and enters the test enclave of encl.S through a device table. Every helper fails
 * the running cmocka test rather than return an error, except those named encl_try_*.
 */
#ifndef TEST_EMU_ENCL_H
#define TEST_EMU_ENCL_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#include "dev.h"
#include "encl_asm.h"
#include "sgx.h"
#include "sgx_uapi.h"

#define ENCL_OP_ENUM(nr, name) OP_##name = nr,
enum encl_op { ENCL_OPS(ENCL_OP_ENUM) };
#define ENCL_NESTED_ENUM(nr, name) NOP_##name = nr,
enum encl_nested_op { ENCL_NESTED_OPS(ENCL_NESTED_ENUM) };

struct encl {
	int fd;
	uint64_t base; /* where the standard enclave's offset 0 is: SECS.BASE + shift */
	uint64_t size, shift;
	struct sgx_secs secs;
	uint8_t mrenclave[32];
};

/* Changes to the standard enclave before its steps; NULL members change nothing. */
struct encl_opts {
	uint64_t base;  /* 0: a free place; 1: really 0 */
	uint64_t size;  /* 0: ENCL_SIZE */
	uint64_t shift; /* of everything that is added */
	uint64_t attributes, xfrm;
	uint32_t miscselect;
	uint8_t config_id; /* the first byte of CONFIGID; needs KSS */
	bool no_map;       /* leave it unmapped */
	void (*sig)(struct sgx_sigstruct *sig);
};

void encl_secs(struct encl *e, const struct encl_opts *o);
int encl_try_create(struct encl *e);
int encl_try_add(struct encl *e, const void *src, uint64_t off, uint64_t len, uint64_t secinfo,
	uint64_t flags, uint64_t *count);
void encl_add_standard(struct encl *e);
/* sig may have been changed since encl_sigstruct(); signs it again if resign. */
void encl_sigstruct(struct encl *e, struct sgx_sigstruct *sig);
void encl_resign(struct sgx_sigstruct *sig);
int encl_try_init(struct encl *e, const struct sgx_sigstruct *sig);
void encl_map(struct encl *e, uint64_t off, uint64_t len, int prot);
/* All of it: created, added, signed, initialised, mapped. */
void encl_build(struct encl *e, const struct encl_opts *o);
void encl_destroy(struct encl *e);

struct encl_regs {
	uint64_t rdi, rsi, rdx, r8, r9;
};

/* One enter() without user handler; results in *r, exception in *run. Returns run->function. */
unsigned encl_enter(struct encl *e, int thread, unsigned leaf, struct encl_regs *r,
	struct sgx_enclave_run *run);
/* The common case: EENTER that must EEXIT; returns RDI. */
uint64_t encl_call(struct encl *e, enum encl_op op, uint64_t a, uint64_t b);
/* EENTER that must fault: checks vector, error code, address. Leaves CSSA = 1. */
void encl_expect_fault(struct encl *e, enum encl_op op, uint64_t a, uint64_t b, unsigned vector,
	unsigned error, uint64_t addr);
/* EENTER on CSSA 1 with a nested operation; returns RDI. */
uint64_t encl_nested(struct encl *e, enum encl_nested_op op, uint64_t a, uint64_t b);
/* ERESUME that must EEXIT; returns RDI. */
uint64_t encl_resume(struct encl *e);
/* One ENCLU leaf executed inside: RAX after it; flags in *flags if not NULL. */
uint64_t encl_leaf(
	struct encl *e, unsigned leaf, uint64_t rbx, uint64_t rcx, uint64_t rdx, uint64_t *flags);

typedef int (*encl_enter_fn)(unsigned long, unsigned long, unsigned long, unsigned int,
	unsigned long, unsigned long, struct sgx_enclave_run *);
/* Callee-saved registers kept around enter (encl_call.S). */
int encl_enter_raw(struct encl_regs *r, unsigned leaf, struct sgx_enclave_run *run,
	encl_enter_fn enter, void *stack);
/* The same for a run structure of the caller's, on the stack of one of the enclave's threads. The
 * run structure's address must not change between an EENTER and its ERESUMEs. */
int encl_enter_run(int thread, struct encl_regs *r, unsigned leaf, struct sgx_enclave_run *run);

extern const uint8_t encl_start[], encl_end[], encl_pattern_stop[], encl_spin_start[],
	encl_spin_end[], encl_leave[];

#endif
