/* SPDX-License-Identifier: Apache-2.0 */
/* The calls dev_sgx.c makes, as a table, so that a test can record and answer them. */
#ifndef HOST_DEV_SGX_H
#define HOST_DEV_SGX_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct sgx_sys {
	int (*open)(const char *path, int flags, ...);
	int (*ioctl)(int fd, unsigned long cmd, ...);
	void *(*mmap)(void *addr, size_t len, int prot, int flags, int fd, off_t off);
	int (*mprotect)(void *addr, size_t len, int prot);
	int (*munmap)(void *addr, size_t len);
	int (*close)(int fd);
	int (*sigaction)(int sig, const struct sigaction *act, struct sigaction *old);
	int (*sigaltstack)(const stack_t *ss, stack_t *old);
	unsigned long (*getauxval)(unsigned long type);
};

extern struct sgx_sys dev_sgx_sys; /* libc's, unless a test replaces them */

/*
 * The address of a dynamic symbol of a loaded vDSO image, or NULL. Reads only inside the image's
 * own tables; needs PT_DYNAMIC with DT_HASH, DT_SYMTAB and DT_STRTAB, as Linux's vDSO has.
 */
void *dev_sgx_vdso_symbol(const void *image, const char *name);

#endif
