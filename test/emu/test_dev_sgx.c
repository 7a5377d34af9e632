/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dev_sgx.c without hardware: its system calls are recorded and answered here, its vDSO is an image
 * made for the purpose. What is checked is the sequence and the arguments that the kernel would
 * see.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "dev.h"
#include "dev_sgx.h"
#include "dev_sys.h"
#include "sgx_uapi.h"
#include "vdso_image.h"

static char log_[4096];
static int answers[16]; /* >= 0, or -errno; the last one repeats */
static unsigned next_answer, n_answers;
static const void *image;

static void record(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void record(const char *format, ...)
{
	size_t n = strlen(log_);
	va_list ap;

	va_start(ap, format);
	vsnprintf(log_ + n, sizeof(log_) - n, format, ap);
	va_end(ap);
}

static int answer(void)
{
	int a = n_answers == 0 ? 0 : answers[next_answer < n_answers ? next_answer : n_answers - 1];

	next_answer++;
	if (a >= 0)
		return a;
	errno = -a;
	return -1;
}

static int rec_open(const char *path, int flags, ...)
{
	record("open %s %#x\n", path, flags);
	return answer();
}

static int rec_ioctl(int fd, unsigned long cmd, ...)
{
	va_list ap;

	va_start(ap, cmd);
	if ((uint32_t)cmd == SGX_IOC_ENCLAVE_ADD_PAGES) {
		struct sgx_enclave_add_pages *a = va_arg(ap, void *);
		record("add %d %#lx %#lx\n", fd, a->offset, a->length);
	} else {
		record("ioctl %d %#x\n", fd, (uint32_t)cmd);
	}
	va_end(ap);
	return answer();
}

static void *rec_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	record("mmap %p %#zx %d %#x %d %ld\n", addr, len, prot, flags, fd, (long)off);
	return answer() < 0 ? MAP_FAILED : addr;
}

static int rec_mprotect(void *addr, size_t len, int prot)
{
	record("mprotect %p %#zx %d\n", addr, len, prot);
	return answer();
}

static int rec_munmap(void *addr, size_t len)
{
	record("munmap %p %#zx\n", addr, len);
	return answer();
}

static int rec_close(int fd)
{
	record("close %d\n", fd);
	return answer();
}

static int rec_sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
	record("sigaction %d %#x\n", sig, (unsigned)act->sa_flags);
	return answer();
}

static int rec_sigaltstack(const stack_t *ss, stack_t *old)
{
	record("sigaltstack %d %zu\n", ss->ss_flags, ss->ss_size);
	return answer();
}

static unsigned long rec_getauxval(unsigned long type)
{
	return type == AT_SYSINFO_EHDR ? (unsigned long)image : 0;
}

/* Where the image's symbol leads: only its being called matters. */
void preload_enter(void)
{
}

static void expect(int n, const int *a)
{
	log_[0] = '\0';
	next_answer = 0;
	n_answers = (unsigned)n;
	for (int i = 0; i < n; i++)
		answers[i] = a[i];
}

#define EXPECT(...) expect(sizeof((int[]){__VA_ARGS__}) / sizeof(int), (int[]){__VA_ARGS__})

static void test_no_vdso(void **state)
{
	const void *saved = image;

	image = NULL;
	EXPECT(3);
	assert_int_equal(dev_sgx.open(), -ENODEV);
	assert_string_equal(log_, "");
	image = saved;
}

static void test_vdso_symbol(void **state)
{
	assert_non_null(dev_sgx_vdso_symbol(image, SGX_VDSO_SYMBOL));
	assert_null(dev_sgx_vdso_symbol(image, "__vdso_sgx_enter_enclav"));
	assert_null(dev_sgx_vdso_symbol(log_, SGX_VDSO_SYMBOL));
	/* This machine's own vDSO: a symbol that every one has. */
	if (getauxval(AT_SYSINFO_EHDR) != 0)
		assert_non_null(dev_sgx_vdso_symbol(
			(void *)getauxval(AT_SYSINFO_EHDR), "__vdso_clock_gettime"));
}

static void test_open(void **state)
{
	EXPECT(-EBUSY, -EAGAIN, 5);
	assert_int_equal(dev_sgx.open(), 5);
	assert_string_equal(log_, "open /dev/sgx_enclave 0x80002\nopen /dev/sgx_enclave 0x80002\n"
				  "open /dev/sgx_enclave 0x80002\n");
	EXPECT(-ENOENT);
	assert_int_equal(dev_sgx.open(), -ENOENT);
	EXPECT(-EACCES);
	assert_int_equal(dev_sgx.open(), -EACCES);
}

/* The life of an enclave, as the loader drives it. */
static void test_sequence(void **state)
{
	struct sgx_enclave_create create = {0};
	struct sgx_enclave_add_pages add = {.offset = 0x1000, .length = 0x2000};
	struct sgx_enclave_init init = {0};

	EXPECT(4, 0, 0, 0, 0, 0, 0, 0);
	assert_int_equal(dev_sgx.open(), 4);
	assert_int_equal(dev_sgx.ioctl(4, SGX_IOC_ENCLAVE_CREATE, &create), 0);
	assert_int_equal(dev_sgx.ioctl(4, SGX_IOC_ENCLAVE_ADD_PAGES, &add), 0);
	assert_int_equal(dev_sgx.ioctl(4, SGX_IOC_ENCLAVE_INIT, &init), 0);
	assert_ptr_equal(
		dev_sgx.mmap(4, 0x10000, 0x20000, PROT_READ | PROT_WRITE), (void *)0x10000);
	assert_int_equal(dev_sgx.mprotect(0x11000, 0x1000, PROT_READ), 0);
	assert_int_equal(dev_sgx.munmap(0x10000, 0x20000), 0);
	assert_int_equal(dev_sgx.close(4), 0);
	assert_string_equal(log_, "open /dev/sgx_enclave 0x80002\n"
				  "ioctl 4 0x4008a400\n"
				  "add 4 0x1000 0x2000\n"
				  "ioctl 4 0x4008a402\n"
				  "mmap 0x10000 0x20000 3 0x100001 4 0\n"
				  "mprotect 0x11000 0x1000 1\n"
				  "munmap 0x10000 0x20000\n"
				  "close 4\n");
}

static void test_ioctl_errors(void **state)
{
	struct sgx_enclave_init init = {0};
	struct sgx_enclave_add_pages add = {.length = 0x2000, .count = 0x1000};

	EXPECT(-EINTR, -EBUSY, 0);
	assert_int_equal(dev_sgx.ioctl(4, SGX_IOC_ENCLAVE_INIT, &init), 0);
	assert_int_equal(next_answer, 3);
	EXPECT(-EPERM);
	assert_int_equal(dev_sgx.ioctl(4, SGX_IOC_ENCLAVE_INIT, &init), -EPERM);
	assert_int_equal(next_answer, 1);
	EXPECT(-EAGAIN); /* for ever */
	assert_int_equal(dev_sgx.ioctl(4, SGX_IOC_ENCLAVE_INIT, &init), -EAGAIN);
	assert_in_range(next_answer, 10, 1000);
	/* Half done: the caller goes on from count. */
	EXPECT(-EBUSY);
	assert_int_equal(dev_sgx.ioctl(4, SGX_IOC_ENCLAVE_ADD_PAGES, &add), -EBUSY);
	assert_int_equal(next_answer, 1);
}

static void test_map_errors(void **state)
{
	EXPECT(-EACCES);
	assert_ptr_equal(dev_sgx.mmap(4, 0x10000, 0x1000, PROT_READ), MAP_FAILED);
	assert_int_equal(errno, EACCES);
	assert_int_equal(dev_sgx.mprotect(0x10000, 0x1000, PROT_READ), -EACCES);
	assert_int_equal(dev_sgx.munmap(0x10000, 0x1000), -EACCES);
	assert_int_equal(dev_sgx.close(4), -EACCES);
}

static void on_signal(int sig, siginfo_t *si, void *uc)
{
}

static void test_threads(void **state)
{
	EXPECT(0);
	assert_int_equal(dev_sgx.sigaction(SIGUSR1, on_signal), 0);
	assert_string_equal(log_, "sigaction 10 0x18000004\n"); /* SIGINFO | ONSTACK | RESTART */
	EXPECT(-ENOMEM);
	assert_int_equal(dev_sgx.thread_init(), -ENOMEM);
	EXPECT(0, -EPERM, 0);
	assert_int_equal(dev_sgx.thread_init(), -EPERM);
	assert_non_null(strstr(log_, "munmap")); /* nothing is left behind */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_vdso),
		cmocka_unit_test(test_vdso_symbol),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_sequence),
		cmocka_unit_test(test_ioctl_errors),
		cmocka_unit_test(test_map_errors),
		cmocka_unit_test(test_threads),
	};

	image = vdso_image_make(); /* with the real calls still in place */
	if (image == NULL)
		return 1;
	dev_sys = (struct dev_sys){rec_open, rec_ioctl, rec_mmap, rec_mprotect, rec_munmap,
		rec_close, rec_sigaction, rec_sigaltstack, rec_getauxval};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
