/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Linux SGX ABI as one table: dev_sgx.c fills it with the kernel, dev_emu.c with the emulator.
 * The loader is written once, to this table, and must not ask which of the two it got.
 *
 * Contract, equal on both:
 *  - ioctl commands and structures are those of <asm/sgx.h> (abi/sgx_uapi.h);
 *  - enter() has the ABI of __vdso_sgx_enter_enclave: run->user_handler is called on EEXIT and on
 *    exceptions; its result > 0 re-enters with that leaf, <= 0 is returned;
 *  - in-enclave exceptions (#UD #PF #GP #DE #MF #XM ...) come back through run.function,
 *    exception_vector, exception_error_code and exception_addr;
 *  - a host signal that arrives while a thread is in the enclave causes an AEX; the handler given
 *    to sigaction() then runs with a ucontext that shows the synthetic AEP state (RIP=AEP, RAX=3,
 *    RBX=TCS, RCX=AEP). The handler may change RAX from 3 (ERESUME) to 2 (EENTER), so that
 *    sigreturn enters the same TCS with CSSA=1; its EEXIT comes back through enter() as usual. Test
 *    RAX, RBX and RIP == RCX together: RIP == RCX alone is also a thread that made a system call;
 *  - an AEX goes back to the RSP and RBP of the EENTER that made the frame, not of a later ERESUME:
 *    both must come from one enter() call, or from calls with the same stack and run structure.
 *
 * Deliberately absent: anything the Linux driver does not offer.
 */
#ifndef HOST_DEV_H
#define HOST_DEV_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

struct sgx_enclave_run;

struct sgx_dev {
	const char *name; /* "sgx" or "emulated" */
	/* Open a new, empty enclave. Returns its fd or -errno. */
	int (*open)(void);
	/* SGX_IOC_*; >= 0 or -errno. Partial progress is in the argument's count, also on error. */
	int (*ioctl)(int fd, unsigned long cmd, void *arg);
	/* MAP_SHARED | MAP_FIXED_NOREPLACE of [addr, addr+len); MAP_FAILED with errno set. */
	void *(*mmap)(int fd, uint64_t addr, size_t len, int prot);
	int (*mprotect)(uint64_t addr, size_t len, int prot); /* 0 or -errno */
	int (*munmap)(uint64_t addr, size_t len);             /* 0 or -errno */
	int (*close)(int fd);                                 /* 0 or -errno */
	/* Exactly __vdso_sgx_enter_enclave(); the caller must be prepared to lose RBX, R12-R15. */
	int (*enter)(unsigned long rdi, unsigned long rsi, unsigned long rdx, unsigned int function,
		unsigned long r8, unsigned long r9, struct sgx_enclave_run *run);
	/* Once per host thread, before its first enter(). Returns 0 or -errno. */
	int (*thread_init)(void);
	/* On the thread that called thread_init(), after its last enter(). */
	void (*thread_exit)(void);
	/*
	 * Install the loader's handler of an asynchronous signal (SA_SIGINFO | SA_RESTART). It runs
	 * on the thread's alternate stack with the host's FS base. Returns 0 or -errno.
	 */
	int (*sigaction)(int sig, void (*handler)(int sig, siginfo_t *si, void *uc));
};

extern const struct sgx_dev dev_sgx, dev_emu;

/* Hardware when /dev/sgx_enclave can be opened, else the emulator. Never NULL. */
const struct sgx_dev *dev_probe(void);

#endif
