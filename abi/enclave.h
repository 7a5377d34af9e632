/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How loader and enclave meet: registers at entry and exit, the boot block, the shared area.
 *
 * Entry. EENTER with CSSA = 0: RDI = address of struct boot_block (used by the first entry of the
 * boot vCPU only, ignored afterwards). What an entry means is decided by the enclave's own state of
 * that vCPU, never by the host: a vCPU that has not run starts; one that left by EEXIT continues; any
 * other entry kills the enclave. EENTER with CSSA = 1 delivers the exception or tick recorded in SSA[0].
 *
 * Exit. EEXIT with RDI = enum exit_reason, RSI, RDX its arguments; every other register is zero but
 * RSP and RBP, which are the host's, and RAX, RBX, RCX, which EEXIT itself uses.
 */
#ifndef CLOISTER_ENCLAVE_H
#define CLOISTER_ENCLAVE_H

#include <stdint.h>
#include "hostcall.h"

enum exit_reason {
	EXIT_RESUME = 1, /* the exception is recorded: ERESUME this TCS */
	EXIT_IDLE,       /* nothing to run. RSI = deadline, ns of the monotonic clock (UINT64_MAX: none).
	                    The loader serves the ring, waits for a completion, a kick or the deadline,
	                    and enters again. A wake-up too early is harmless. */
	EXIT_DOORBELL,   /* serve the ring, do not wait, enter again */
	EXIT_KICK,       /* as DOORBELL; and make vCPU RSI leave its idle wait */
	EXIT_DEAD,       /* never enter again. RSI = exit status for the loader, RDX = reason code
	                    in bits 7:0, detail above (enclave/die.h) */
	EXIT_YIELD,      /* a lock holder was preempted by the host: let other threads run, enter again */
};

/* Reason codes of EXIT_DEAD: X(name, code, sentence). Nothing here tells the host a secret. */
#define DEAD_REASONS(X)                                                                            \
	X(EXIT, 0, "the program ended")                                                            \
	X(PANIC, 1, "kernel panic")                                                                \
	X(ENTRY, 2, "it was entered in a way that is never right")                                 \
	X(EXCEPTION, 3, "an exception in the kernel itself")                                       \
	X(BOOT, 4, "the boot block or the configuration is malformed")                             \
	X(RANDOM, 5, "the processor ran out of random numbers")                                    \
	X(HOST, 6, "the host broke its word about enclave pages")                                  \
	X(MEMORY, 7, "out of enclave memory")

#define X(name, code, sentence) DEAD_##name = (code),
enum dead_reason { DEAD_REASONS(X) };
#undef X

#define BOOT_MAGIC   0x31726574736f6c43ull /* "Closter1" */
#define ARENA_SIZE   0x2000000ull          /* 32 MiB bounce arena */
#define CONFIG_MAX   0x400000ull
#define CPUID_LEAVES 64

struct cpuid_leaf {
	uint32_t leaf, subleaf, eax, ebx, ecx, edx;
};

/* Clock readings of the host, published by the loader; seq is odd while it changes. */
struct time_page {
	uint64_t seq;
	uint64_t tsc;
	uint64_t mono_ns;     /* CLOCK_MONOTONIC at tsc */
	uint64_t real_ns;     /* CLOCK_REALTIME at tsc */
	uint64_t ns_per_tick; /* ns per TSC tick, 32.32 fixed point */
};

/* The shared area: one mapping outside ELRANGE, 4096-aligned. */
struct shared_area {
	struct hc_ring submit;   /* enclave -> loader */
	struct hc_ring complete; /* loader -> enclave */
	struct time_page time;
	uint64_t pad[3];
	/* followed at ARENA_OFF by ARENA_SIZE bytes of arena */
};
#define ARENA_OFF 0x20000ull
_Static_assert(sizeof(struct shared_area) <= ARENA_OFF, "arena follows the rings");

/* Copied in once by the first entry. Everything in it is the host's word. */
struct boot_block {
	uint64_t magic;
	uint64_t shared;     /* address of struct shared_area */
	uint64_t config;     /* address and length of the configuration records below */
	uint64_t config_len;
	uint64_t vcpus;      /* 1..VCPU_MAX */
	uint64_t mem_limit;  /* bytes of enclave memory that programs and kernel may commit */
	uint64_t ncpuid;
	struct cpuid_leaf cpuid[CPUID_LEAVES];
};

/* Configuration: records {u32 kind, u32 len, len bytes, zero padding to 8}. */
enum conf_kind {
	CONF_END,
	CONF_ARG,      /* one argv string, in order; the first names the program */
	CONF_ENV,      /* "K=V" */
	CONF_CWD,      /* absolute path inside */
	CONF_BIND,     /* "host path\0inside path\0ro" or "...\0rw" */
	CONF_HOSTNAME, /* utsname.nodename */
	CONF_STRACE,   /* print system calls (empty record) */
	CONF_STDIO,    /* three u32: kind of host fd 0, 1, 2 (enum stdio_kind) */
	CONF_UMASK,    /* u32 */
	CONF_ISOLATION,/* "sip", "mixed" or "plain" */
	CONF_CWD_HINT, /* as CONF_CWD, but / if there is no such directory inside */
};

enum stdio_kind { STDIO_CLOSED, STDIO_TTY, STDIO_STREAM, STDIO_FILE };

struct conf_record {
	uint32_t kind, len;
};

#endif
