/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libsgxemu.so: LD_PRELOAD it, and a dynamically linked program finds /dev/sgx_enclave,
 * /dev/sgx_provision and a vDSO with __vdso_sgx_enter_enclave. Made for the Linux kernel's own SGX
 * selftests; Cloister itself uses the emulator through dev.h and never this.
 *
 * Interposed: open, open64, openat, stat, ioctl, mmap, mmap64, mprotect, munmap, close, getauxval,
 * sigaction, signal. Whatever has nothing to do with an enclave goes to libc unchanged.
 */
#define _GNU_SOURCE
#undef _FILE_OFFSET_BITS /* or open would be compiled as open64 */
#include "dev.h"
#include "dev_sys.h"
#include "emu.h"
#include "vdso_image.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static int (*real_openat)(int dirfd, const char *path, int flags, ...);
static int (*real_stat)(const char *path, struct stat *st);
static const void *vdso;

static void *next(const char *name)
{
	void *f = dlsym(RTLD_NEXT, name);

	if (f == NULL)
		abort();
	return f;
}

/* Before the program's own constructors where possible: they may mmap() or open(). */
static void resolve(void)
{
	if (real_openat != NULL)
		return;
	dev_sys.ioctl = next("ioctl");
	dev_sys.mmap = next("mmap");
	dev_sys.mprotect = next("mprotect");
	dev_sys.munmap = next("munmap");
	dev_sys.close = next("close");
	dev_sys.sigaction = next("sigaction");
	dev_sys.sigaltstack = next("sigaltstack");
	dev_sys.getauxval = next("getauxval");
	dev_sys.open = next("open");
	real_stat = next("stat");
	real_openat = next("openat");
}

/* The main thread traps CPUID from the start: programs look for SGX before they open it. */
__attribute__((constructor)) static void start(void)
{
	resolve();
	setenv("CLOISTER_EMU_EPC_MIB", "64", 0); /* tests fill the EPC they are told of */
	vdso = vdso_image_make();
	if (vdso == NULL || emu_thread_init() < 0)
		_exit(125);
}

static int result(int ret)
{
	if (ret >= 0)
		return ret;
	errno = -ret;
	return -1;
}

static bool is_device(const char *path)
{
	return path != NULL &&
	       (strcmp(path, SGX_ENCLAVE_DEV) == 0 || strcmp(path, SGX_PROVISION_DEV) == 0);
}

static int open_device(const char *path, int flags)
{
	if (strcmp(path, SGX_PROVISION_DEV) == 0)
		return real_openat(AT_FDCWD, "/dev/null", flags);
	return result(dev_emu.open());
}

static mode_t mode_arg(int flags, va_list ap)
{
	return (flags & (O_CREAT | __O_TMPFILE)) ? va_arg(ap, mode_t) : 0;
}

EXPORT int open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	resolve();
	if (is_device(path))
		return open_device(path, flags);
	va_start(ap, flags);
	mode = mode_arg(flags, ap);
	va_end(ap);
	return real_openat(AT_FDCWD, path, flags, mode);
}

EXPORT int open64(const char *path, int flags, ...) __attribute__((alias("open")));

EXPORT int openat(int dirfd, const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	resolve();
	if (is_device(path))
		return open_device(path, flags);
	va_start(ap, flags);
	mode = mode_arg(flags, ap);
	va_end(ap);
	return real_openat(dirfd, path, flags, mode);
}

/* A character device anybody may use. */
EXPORT int stat(const char *restrict path, struct stat *restrict st)
{
	int ret;

	resolve();
	ret = real_stat(is_device(path) ? "/dev/null" : path, st);
	if (ret == 0 && is_device(path))
		st->st_mode = S_IFCHR | 0666;
	return ret;
}

EXPORT int ioctl(int fd, unsigned long cmd, ...)
{
	va_list ap;
	void *arg;

	resolve();
	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (emu_encl_by_fd(fd) == NULL)
		return dev_sys.ioctl(fd, cmd, arg);
	return result(emu_ioctl(fd, cmd, arg));
}

static void *map_enclave(struct emu_encl *e, void *addr, size_t len, int prot, int flags)
{
	int ret;

	if ((flags & MAP_TYPE) != MAP_SHARED && (flags & MAP_TYPE) != MAP_SHARED_VALIDATE) {
		errno = EINVAL;
		return MAP_FAILED;
	}
	if (!(flags & (MAP_FIXED | MAP_FIXED_NOREPLACE))) { /* let the kernel find a place */
		addr = dev_sys.mmap(
			addr, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (addr == MAP_FAILED)
			return MAP_FAILED;
		flags |= MAP_FIXED;
	}
	len = (len + SGX_PAGE_SIZE - 1) & ~(size_t)(SGX_PAGE_SIZE - 1);
	ret = emu_map_add(e, (uint64_t)addr, len, prot, flags & (MAP_FIXED | MAP_FIXED_NOREPLACE));
	if (ret < 0) {
		errno = -ret;
		return MAP_FAILED;
	}
	return addr;
}

EXPORT void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	struct emu_encl *e;

	resolve();
	e = (flags & MAP_ANONYMOUS) ? NULL : emu_encl_by_fd(fd);
	return e != NULL ? map_enclave(e, addr, len, prot, flags)
			 : dev_sys.mmap(addr, len, prot, flags, fd, off);
}

EXPORT void *mmap64(void *addr, size_t len, int prot, int flags, int fd, off_t off)
	__attribute__((alias("mmap")));

EXPORT int mprotect(void *addr, size_t len, int prot)
{
	resolve();
	if (emu_encl_mapping((uint64_t)addr, len) == NULL)
		return dev_sys.mprotect(addr, len, prot);
	return result(dev_emu.mprotect((uint64_t)addr, len, prot));
}

EXPORT int munmap(void *addr, size_t len)
{
	resolve();
	if (emu_encl_mapping((uint64_t)addr, len) == NULL)
		return dev_sys.munmap(addr, len);
	return result(dev_emu.munmap((uint64_t)addr, len));
}

EXPORT int close(int fd)
{
	resolve();
	return emu_encl_by_fd(fd) == NULL ? dev_sys.close(fd) : result(dev_emu.close(fd));
}

EXPORT unsigned long getauxval(unsigned long type)
{
	resolve();
	return type == AT_SYSINFO_EHDR && vdso != NULL ? (unsigned long)vdso
						       : dev_sys.getauxval(type);
}

EXPORT int sigaction(int sig, const struct sigaction *restrict act, struct sigaction *restrict old)
{
	resolve();
	return emu_pid == 0 ? dev_sys.sigaction(sig, act, old)
			    : result(emu_sigaction(sig, act, old));
}

EXPORT void (*signal(int sig, void (*handler)(int)))(int)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESTART}, old;

	return sigaction(sig, &sa, &old) < 0 ? SIG_ERR : old.sa_handler;
}
