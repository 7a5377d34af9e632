/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emulator behind the device table. Nothing here but the mapping of calls; see emu.h for where
 * the parts are.
 */
#define _GNU_SOURCE
#include "dev.h"
#include "dev_sys.h"
#include "emu.h"

#include <errno.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define BUSY_RETRIES  1000
#define BUSY_PAUSE_NS 100000

static int dev_emu_open(void)
{
	struct emu_encl *e;
	int ret = emu_init();

	if (ret < 0)
		return ret;
	e = emu_encl_new();
	if (e == NULL)
		return -errno;
	emu_announce();
	return e->user_fd;
}

/* One ioctl at a time is the driver's rule; waiting a little for another thread's is ours. */
static int dev_emu_ioctl(int fd, unsigned long cmd, void *arg)
{
	int ret = emu_ioctl(fd, cmd, arg);

	for (int i = 0;
		i < BUSY_RETRIES && ret == -EBUSY && (uint32_t)cmd != SGX_IOC_ENCLAVE_ADD_PAGES;
		i++) {
		nanosleep(&(struct timespec){.tv_nsec = BUSY_PAUSE_NS}, NULL);
		ret = emu_ioctl(fd, cmd, arg);
	}
	return ret;
}

static void *dev_emu_mmap(int fd, uint64_t addr, size_t len, int prot)
{
	struct emu_encl *e = emu_encl_by_fd(fd);
	int ret = e == NULL ? -EBADF : emu_map_add(e, addr, len, prot, MAP_FIXED_NOREPLACE);

	if (ret < 0) {
		errno = -ret;
		return MAP_FAILED;
	}
	return (void *)addr;
}

static int dev_emu_mprotect(uint64_t addr, size_t len, int prot)
{
	struct emu_encl *e = emu_encl_mapping(addr, len);

	return e == NULL ? -ENOMEM : emu_map_protect(e, addr, len, prot);
}

static int dev_emu_munmap(uint64_t addr, size_t len)
{
	struct emu_encl *e = emu_encl_mapping(addr, len);
	int ret = e == NULL ? -EINVAL : emu_map_remove(e, addr, len);

	if (ret == 0)
		emu_encl_release(e);
	return ret;
}

static int dev_emu_close(int fd)
{
	struct emu_encl *e = emu_encl_by_fd(fd);

	if (e == NULL)
		return -EBADF;
	emu_encl_close_fd(e);
	return dev_sys.close(fd) < 0 ? -errno : 0;
}

static int dev_emu_sigaction(int sig, void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};
	int ret = emu_init();

	sigfillset(&sa.sa_mask);
	return ret < 0 ? ret : emu_sigaction(sig, &sa, NULL);
}

const struct sgx_dev dev_emu = {
	.name = "emulated",
	.open = dev_emu_open,
	.ioctl = dev_emu_ioctl,
	.mmap = dev_emu_mmap,
	.mprotect = dev_emu_mprotect,
	.munmap = dev_emu_munmap,
	.close = dev_emu_close,
	.enter = emu_enter,
	.thread_init = emu_thread_init,
	.thread_exit = emu_thread_exit,
	.sigaction = dev_emu_sigaction,
};
