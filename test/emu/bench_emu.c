/* SPDX-License-Identifier: Apache-2.0 */
/* What the emulator's transitions cost: medians over runs, nanoseconds. Not a test: `ninja
 * bench_emu`. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include <cmocka.h>

#include "encl.h"

#define RUNS  9
#define PAGES 4096
#define AREA  (1ULL << 30)

static struct encl e;
static int calls;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); /* others use the machine too */
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void show(const char *what, double (*once)(void))
{
	double t[RUNS];

	for (int i = 0; i < RUNS; i++)
		t[i] = once();
	qsort(t, RUNS, sizeof(t[0]), compare);
	printf("%-44s %8.0f ns\n", what, t[RUNS / 2]);
}

static double enter_exit(void)
{
	static struct sgx_enclave_run run;
	struct encl_regs r = {.rdi = OP_nop};
	double t = now();

	/* RDI comes back as it was, so OP_nop is run again and again. */
	for (int i = 0; i < 10000; i++) {
		run = (struct sgx_enclave_run){.tcs = e.base};
		r = (struct encl_regs){.rdi = OP_nop};
		(void)encl_enter_run(0, &r, SGX_EENTER, &run);
	}
	return (now() - t) / 10000;
}

static int resume_handler(
	long rdi, long rsi, long rdx, long rsp, long r8, long r9, struct sgx_enclave_run *run)
{
	return --calls > 0 ? SGX_ERESUME : 0;
}

/* SYSCALL is #UD: AEX, vDSO handler, ERESUME, into the same SYSCALL. */
static double trap_resume(void)
{
	static struct sgx_enclave_run run;
	struct encl_regs r = {.rdi = OP_syscall};
	double t;

	calls = 10000;
	run = (struct sgx_enclave_run){.tcs = e.base, .user_handler = (uint64_t)resume_handler};
	t = now();
	(void)encl_enter_run(0, &r, SGX_EENTER, &run);
	t = (now() - t) / 10000;
	encl_nested(&e, NOP_skip, 2, 0);
	(void)encl_resume(&e);
	return t;
}

/* #UD, nested EENTER that steps over nothing, its EEXIT, ERESUME. */
static int nested_handler(
	long rdi, long rsi, long rdx, long rsp, long r8, long r9, struct sgx_enclave_run *run)
{
	if (run->function == SGX_EEXIT)
		return --calls > 0 ? SGX_ERESUME : 0;
	return SGX_EENTER;
}

static double trap_nested(void)
{
	static struct sgx_enclave_run run;
	struct encl_regs r = {.rdi = OP_syscall};
	double t;

	calls = 10000;
	run = (struct sgx_enclave_run){.tcs = e.base, .user_handler = (uint64_t)nested_handler};
	t = now();
	(void)encl_enter_run(0, &r, SGX_EENTER, &run);
	t = (now() - t) / 10000;
	encl_nested(&e, NOP_skip, 2, 0);
	(void)encl_resume(&e);
	return t;
}

static uint64_t next_page;

static double accept(void)
{
	struct encl_regs r = {OP_accept_many, e.base + ENCL_DATA, PAGES, next_page, 0};
	struct sgx_enclave_run run;
	double t;

	encl_call(&e, OP_store, e.base + ENCL_DATA,
		SGX_SECINFO_REG | SGX_SECINFO_R | SGX_SECINFO_W | SGX_SECINFO_PENDING);
	next_page += PAGES * 4096;
	t = now();
	if (encl_enter(&e, 0, SGX_EENTER, &r, &run) != SGX_EEXIT || r.rdi != 0)
		abort();
	return (now() - t) / PAGES;
}

static double touch(void)
{
	static uint64_t at;
	double t;

	if (at == 0)
		at = next_page - RUNS * PAGES * 4096;
	t = now();
	for (int i = 0; i < PAGES; i++, at += 4096)
		*(volatile uint64_t *)at = 1;
	return (now() - t) / PAGES;
}

int main(void)
{
	uint64_t base;

	if (dev_emu.thread_init() < 0)
		return 1;
	encl_build(&e, &(struct encl_opts){.base = 1,
			       .size = 1ULL << 46,
			       .shift = 1ULL << 40,
			       .miscselect = SGX_MISC_EXINFO,
			       .xfrm = 0xe7});
	base = 1ULL << 42;
	next_page = base;
	if (dev_emu.mmap(e.fd, base, AREA, PROT_READ | PROT_WRITE | PROT_EXEC) == MAP_FAILED)
		return 1;
	show("EENTER + EEXIT", enter_exit);
	show("SYSCALL (#UD) to the handler, ERESUME", trap_resume);
	show("SYSCALL (#UD), EENTER, EEXIT, ERESUME", trap_nested);
	show("EACCEPT of an absent page", accept);
	show("first touch of an accepted page", touch);
	return 0;
}
