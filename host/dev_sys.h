/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system calls of the SGX device, hardware and emulated, as a table. A unit test records and
 * answers them; libsgxemu.so, which offers functions of the same names to the program it is
 * preloaded into, puts libc's own here.
 */
#ifndef HOST_DEV_SYS_H
#define HOST_DEV_SYS_H

#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

struct dev_sys {
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

extern struct dev_sys dev_sys;

#endif
