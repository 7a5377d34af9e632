/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SGX hardware through Linux: /dev/sgx_enclave and the vDSO. Almost nothing to do, because the
 * table is the kernel's ABI.
 *
 * This file has not met hardware: it is built, and unit-tested against a recorded sequence of calls
 * (test/unit/test_dev_sgx.c).
 */
#define _GNU_SOURCE
#include "dev.h"
#include "dev_sgx.h"
#include "dev_sys.h"

#include <linux/elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <time.h>

#include "sgx_uapi.h"

#define RETRIES   100 /* of an ioctl or open that found the driver busy, 1 ms apart */
#define ALT_STACK 65536

static vdso_sgx_enter_enclave_t vdso_enter;
static __thread void *alt_stack;

static const Elf64_Dyn *find_dynamic(const uint8_t *image)
{
	const Elf64_Ehdr *eh = (const void *)image;
	const Elf64_Phdr *ph = (const void *)(image + eh->e_phoff);

	if (memcmp(eh->e_ident, ELFMAG, SELFMAG) != 0 || eh->e_ident[EI_CLASS] != ELFCLASS64 ||
		eh->e_phentsize != sizeof(*ph))
		return NULL;
	for (int i = 0; i < eh->e_phnum; i++)
		if (ph[i].p_type == PT_DYNAMIC)
			return (const void *)(image + ph[i].p_offset);
	return NULL;
}

void *dev_sgx_vdso_symbol(const void *base, const char *name)
{
	const uint8_t *image = base;
	const Elf64_Dyn *d = find_dynamic(image);
	const uint32_t *hash = NULL; /* nbucket, nchain = number of symbols */
	const Elf64_Sym *sym = NULL;
	const char *str = NULL;

	for (; d != NULL && d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_HASH)
			hash = (const void *)(image + d->d_un.d_ptr);
		else if (d->d_tag == DT_SYMTAB)
			sym = (const void *)(image + d->d_un.d_ptr);
		else if (d->d_tag == DT_STRTAB)
			str = (const void *)(image + d->d_un.d_ptr);
	}
	if (hash == NULL || sym == NULL || str == NULL)
		return NULL;
	for (uint32_t i = 0; i < hash[1]; i++)
		if (sym[i].st_shndx != SHN_UNDEF && strcmp(str + sym[i].st_name, name) == 0)
			return (void *)(image + sym[i].st_value);
	return NULL;
}

static void pause_1ms(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

/* The driver answers these while another ioctl, reclaim or a CPUSVN update is going on. */
static bool transient(int err)
{
	return err == EBUSY || err == EAGAIN || err == EINTR;
}

static int dev_sgx_open(void)
{
	const void *image = (const void *)dev_sys.getauxval(AT_SYSINFO_EHDR);
	int fd = -1;

	if (image != NULL && vdso_enter == NULL)
		vdso_enter = (vdso_sgx_enter_enclave_t)dev_sgx_vdso_symbol(image, SGX_VDSO_SYMBOL);
	if (vdso_enter == NULL)
		return -ENODEV;
	for (int i = 0; i < RETRIES; i++) {
		fd = dev_sys.open(SGX_ENCLAVE_DEV, O_RDWR | O_CLOEXEC);
		if (fd >= 0 || !transient(errno))
			break;
		pause_1ms();
	}
	return fd < 0 ? -errno : fd;
}

/* ADD_PAGES of a page that is there also says EBUSY: it is retried in vain, then reported. */
static int dev_sgx_ioctl(int fd, unsigned long cmd, void *arg)
{
	int ret = -1;

	for (int i = 0; i < RETRIES; i++) {
		ret = dev_sys.ioctl(fd, cmd, arg);
		if (ret >= 0 || !transient(errno))
			break;
		if (cmd == SGX_IOC_ENCLAVE_ADD_PAGES &&
			((struct sgx_enclave_add_pages *)arg)->count != 0)
			break; /* partial: the caller goes on from count */
		pause_1ms();
	}
	return ret < 0 ? -errno : ret;
}

static void *dev_sgx_mmap(int fd, uint64_t addr, size_t len, int prot)
{
	return dev_sys.mmap((void *)addr, len, prot, MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0);
}

static int dev_sgx_mprotect(uint64_t addr, size_t len, int prot)
{
	return dev_sys.mprotect((void *)addr, len, prot) < 0 ? -errno : 0;
}

static int dev_sgx_munmap(uint64_t addr, size_t len)
{
	return dev_sys.munmap((void *)addr, len) < 0 ? -errno : 0;
}

static int dev_sgx_close(int fd)
{
	return dev_sys.close(fd) < 0 ? -errno : 0;
}

static int dev_sgx_enter(unsigned long rdi, unsigned long rsi, unsigned long rdx,
	unsigned int function, unsigned long r8, unsigned long r9, struct sgx_enclave_run *run)
{
	return vdso_enter == NULL ? -ENODEV : vdso_enter(rdi, rsi, rdx, function, r8, r9, run);
}

/* Signals of a thread in the enclave must not be delivered on whatever RSP the exit left. */
static int dev_sgx_thread_init(void)
{
	stack_t ss = {.ss_size = ALT_STACK};

	if (alt_stack != NULL)
		return 0;
	ss.ss_sp = dev_sys.mmap(NULL, ALT_STACK, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (ss.ss_sp == MAP_FAILED)
		return -ENOMEM;
	if (dev_sys.sigaltstack(&ss, NULL) < 0) {
		int err = errno;
		(void)dev_sys.munmap(ss.ss_sp, ALT_STACK);
		return -err;
	}
	alt_stack = ss.ss_sp;
	return 0;
}

static void dev_sgx_thread_exit(void)
{
	stack_t off = {.ss_flags = SS_DISABLE};

	if (alt_stack == NULL)
		return;
	(void)dev_sys.sigaltstack(&off, NULL);
	(void)dev_sys.munmap(alt_stack, ALT_STACK);
	alt_stack = NULL;
}

static int dev_sgx_sigaction(int sig, void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction sa = {
		.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};

	sigfillset(&sa.sa_mask);
	return dev_sys.sigaction(sig, &sa, NULL) < 0 ? -errno : 0;
}

const struct sgx_dev dev_sgx = {
	.name = "sgx",
	.open = dev_sgx_open,
	.ioctl = dev_sgx_ioctl,
	.mmap = dev_sgx_mmap,
	.mprotect = dev_sgx_mprotect,
	.munmap = dev_sgx_munmap,
	.close = dev_sgx_close,
	.enter = dev_sgx_enter,
	.thread_init = dev_sgx_thread_init,
	.thread_exit = dev_sgx_thread_exit,
	.sigaction = dev_sgx_sigaction,
};
