/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader as a library: from an argument list to a running enclave and back to an exit status.
 * Untrusted, all of it: the worst it can do to an enclave is not to run it.
 */
#ifndef HOST_LAUNCH_H
#define HOST_LAUNCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exit status of Cloister's own failures, as docker(1) and timeout(1) use it. */
#define LAUNCH_FAILED 125

struct launch_bind {
	const char *src; /* canonical absolute host path of an existing file or directory */
	const char *dst; /* absolute path inside */
	bool rw;
};

struct launch_params {
	const char *enclave; /* enclave file, PATH.sig beside it; NULL: where the executable is */
	unsigned vcpus;      /* 0: one per CPU this process may run on */
	uint64_t mem;    /* bytes programs and kernel may commit; 0: half of the machine's memory */
	const char *cwd; /* absolute path inside */
	bool cwd_hint;   /* start in / if cwd does not exist inside */
	const char *isolation; /* "sip", "mixed" or "plain" */
	bool strace;
	bool debug;        /* create a debug enclave; the signature must be one for that */
	char *const *argv; /* the program and its arguments, NULL-terminated, at least one */
	char *const *env;  /* "K=V", NULL-terminated */
	const struct launch_bind *binds;
	size_t nbinds;
};

/*
 * Run one enclave to its end. Everything in *p is borrowed. Returns the exit status that the
 * enclave asked for, or LAUNCH_FAILED after one line on stderr. At most one call per process:
 * vCPU threads may still be inside when it returns, and end with the process.
 */
int launch(const struct launch_params *p);

#endif
