/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host for the hostile-entry tests: one enclave on the emulator, entered from one thread, with
 * every decision of an untrusted host in the test's hands. Every exit is checked for what the
 * enclave left in the registers.
 */
#ifndef WORLD_H
#define WORLD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

#include "emu_test.h"
#include "enclave.h"
#include "host.h"
#include "sgx.h"
#include "sgx_uapi.h"

#define REQUIRE(c)                                                                                 \
	do {                                                                                       \
		if (!(c)) {                                                                        \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #c);                    \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

/* What world_on_exit() was called for. */
struct world_event {
	uint32_t leaf; /* SGX_EEXIT; SGX_ERESUME: an exception inside; SGX_EENTER: refused by the
			  CPU */
	uint64_t reason, a0, a1; /* EEXIT */
	unsigned vector;         /* otherwise */
};

struct world {
	struct host h;           /* only what load_enclave() fills */
	struct boot_block *boot; /* good unless the test changes it */
	uint64_t boot_addr;      /* what the enclave is told in RDI */
	struct shared_area *shared;
	struct sgx_enclave_run run;
	struct world_event last;
	unsigned exits, logs;
	uint64_t entries_left; /* honest() gives up after this many */
	/* Decides: SGX_EENTER, SGX_ERESUME, or 0 to leave. */
	int (*policy)(struct world *w, const struct world_event *e);
};

extern struct world world;

/* A fresh enclave and a good boot block. symbols: what nm says of the enclave file. */
void world_open(const char *enclave_file, const char *symbols);
void world_symbols(const char *symbols); /* only that */
void world_loops(unsigned n);            /* how often the programs repeat their checks */
/* EENTER through vCPU `vcpu` and follow the policy until it says 0. */
void world_enter(unsigned vcpu);
/* Answer every request on the ring with success. */
void world_serve(void);
/* What a truthful loader does with an event. */
int honest(struct world *w, const struct world_event *e);
/* The enclave ended itself, with this status, for this reason. */
bool world_ended(unsigned status, unsigned reason);
uint64_t world_symbol(const char *name); /* address in the enclave; exits if there is none */
/* Stepping: registers just before the ENCLU of EEXIT. */
void world_check_eexit(const ucontext_t *uc);

#endif
