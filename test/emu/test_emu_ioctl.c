/* SPDX-License-Identifier: Apache-2.0 */
/* Every ioctl of the emulated device: what it accepts, and the errno of what it does not. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cmocka.h>

#include "encl.h"

#define RW         (SGX_SECINFO_R | SGX_SECINFO_W)
#define REG_RW     (SGX_SECINFO_REG | RW)
#define BAD_PTR    0x10 /* nothing is mapped here */
#define SECS_AT(f) offsetof(struct sgx_secs, f)

static _Alignas(4096) uint8_t page[4096];

/* ---- ECREATE: one changed field each ------------------------------------------------------ */
static const struct {
	const char *what;
	size_t off, len;
	uint64_t value;
	int expect;
} create_rows[] = {
	{"as it should be", 0, 0, 0, 0},
	{"size not a power of two", SECS_AT(size), 8, 0x18000, -EINVAL},
	{"size 0", SECS_AT(size), 8, 0, -EINVAL},
	{"size below two pages", SECS_AT(size), 8, 0x1000, -EIO},
	{"size beyond CPUID", SECS_AT(size), 8, 1ULL << 60, -EIO},
	{"base not aligned to size", SECS_AT(base), 8, 0x100000001000, -EIO},
	{"no XFRM legacy bits", SECS_AT(attributes) + 8, 8, 1, -EIO},
	{"XFRM not in XCR0", SECS_AT(attributes) + 8, 8, 3 | 1ULL << 62, -EIO},
	{"XFRM AVX-512 in part", SECS_AT(attributes) + 8, 8, 0x27, -EIO},
	{"not 64-bit", SECS_AT(attributes), 8, 0, -EIO},
	{"INIT set", SECS_AT(attributes), 8, SGX_ATTR_MODE64BIT | SGX_ATTR_INIT, -EIO},
	{"AEX-Notify, which CPUID denies", SECS_AT(attributes), 8,
		SGX_ATTR_MODE64BIT | SGX_ATTR_AEXNOTIFY, -EIO},
	{"CET, which CPUID denies", SECS_AT(attributes), 8, SGX_ATTR_MODE64BIT | SGX_ATTR_CET,
		-EIO},
	{"debug", SECS_AT(attributes), 8, SGX_ATTR_MODE64BIT | SGX_ATTR_DEBUG, 0},
	{"provisioning", SECS_AT(attributes), 8, SGX_ATTR_MODE64BIT | SGX_ATTR_PROVISIONKEY, 0},
	{"MISCSELECT.EXINFO", SECS_AT(miscselect), 4, SGX_MISC_EXINFO, 0},
	{"MISCSELECT.CPINFO", SECS_AT(miscselect), 4, SGX_MISC_CPINFO, -EIO},
	{"SSA frame of no page", SECS_AT(ssa_frame_size), 4, 0, -EIO},
	{"SSA frame as big as the enclave", SECS_AT(ssa_frame_size), 4, 256, -EIO},
	{"CONFIGID without KSS", SECS_AT(config_id), 8, 1, -EIO},
	{"CONFIGSVN without KSS", SECS_AT(config_svn), 2, 1, -EIO},
	{"first reserved", SECS_AT(reserved1), 1, 1, -EIO},
	{"second reserved", SECS_AT(reserved2), 1, 1, -EIO},
	{"third reserved", SECS_AT(reserved3), 1, 1, -EIO},
	{"last reserved", SECS_AT(reserved4) + 3833, 1, 1, -EIO},
	{"MRENCLAVE is ignored", SECS_AT(mrenclave), 8, ~0ULL, 0},
};

static void test_create(void **state)
{
	for (size_t i = 0; i < sizeof(create_rows) / sizeof(create_rows[0]); i++) {
		struct encl e;
		int ret;

		encl_secs(&e, &(struct encl_opts){0});
		memcpy((uint8_t *)&e.secs + create_rows[i].off, &create_rows[i].value,
			create_rows[i].len);
		ret = encl_try_create(&e);
		if (ret != create_rows[i].expect)
			fail_msg("%s: %d", create_rows[i].what, ret);
		if (ret == 0)
			assert_int_equal(encl_try_create(&e), -EINVAL);
		assert_int_equal(dev_emu.close(e.fd), 0);
	}
}

static void test_create_xsave_size(void **state)
{
	struct encl e;

	/* One page holds AVX-512 with EXINFO and GPRSGX; AMX needs three. */
	encl_secs(&e, &(struct encl_opts){.xfrm = 0xe7, .miscselect = SGX_MISC_EXINFO});
	assert_int_equal(encl_try_create(&e), 0);
	dev_emu.close(e.fd);
	encl_secs(&e, &(struct encl_opts){.xfrm = 0x600e7});
	assert_int_equal(encl_try_create(&e), -EIO);
	dev_emu.close(e.fd);
}

static void test_create_pointer(void **state)
{
	struct sgx_enclave_create a = {.src = BAD_PTR};
	int fd = dev_emu.open();

	assert_int_equal(dev_emu.ioctl(fd, SGX_IOC_ENCLAVE_CREATE, &a), -EFAULT);
	assert_int_equal(dev_emu.ioctl(fd, 0x4008a4ff, &a), -ENOTTY);
	assert_int_equal(dev_emu.ioctl(fd + 100, SGX_IOC_ENCLAVE_CREATE, &a), -EBADF);
	dev_emu.close(fd);
	assert_int_equal(dev_emu.ioctl(fd, SGX_IOC_ENCLAVE_CREATE, &a), -EBADF);
}

/* ---- EADD ----------------------------------------------------------------------------------- */
static const struct {
	const char *what;
	uint64_t off, len, secinfo, flags;
	int expect;
} add_rows[] = {
	{"a page", ENCL_DYN, 4096, REG_RW, 1, 0},
	{"the same page again", ENCL_DYN, 4096, REG_RW, 1, -EBUSY},
	{"unknown flags", ENCL_DYN + 0x1000, 4096, REG_RW, 0xff0, 0},
	{"offset not aligned", ENCL_DYN + 1, 4096, REG_RW, 1, -EINVAL},
	{"length not aligned", ENCL_DYN, 4095, REG_RW, 1, -EINVAL},
	{"length 0", ENCL_DYN, 0, REG_RW, 1, -EINVAL},
	{"beyond the end", ENCL_SIZE, 4096, REG_RW, 1, -EINVAL},
	{"across the end", ENCL_SIZE - 4096, 8192, REG_RW, 1, -EINVAL},
	{"wrapping", ~0xfffULL, 8192, REG_RW, 1, -EINVAL},
	{"W without R", ENCL_DYN + 0x2000, 4096, SGX_SECINFO_REG | SGX_SECINFO_W, 1, -EINVAL},
	{"TCS with R", ENCL_DYN + 0x2000, 4096, SGX_SECINFO_TCS | SGX_SECINFO_R, 1, -EINVAL},
	{"TRIM", ENCL_DYN + 0x2000, 4096, SGX_SECINFO_TRIM, 1, -EINVAL},
	{"SECS", ENCL_DYN + 0x2000, 4096, 0, 1, -EINVAL},
	{"PENDING", ENCL_DYN + 0x2000, 4096, REG_RW | SGX_SECINFO_PENDING, 1, -EINVAL},
	{"reserved flag", ENCL_DYN + 0x2000, 4096, REG_RW | 1ULL << 40, 1, -EINVAL},
	{"no access", ENCL_DYN + 0x2000, 4096, SGX_SECINFO_REG, 1, 0},
};

static void test_add(void **state)
{
	struct sgx_enclave_add_pages a = {.src = (uint64_t)page, .length = 4096};
	struct encl e;

	encl_secs(&e, &(struct encl_opts){0});
	assert_int_equal(encl_try_add(&e, page, ENCL_DYN, 4096, REG_RW, 1, NULL), -EINVAL);
	assert_int_equal(encl_try_create(&e), 0);
	for (size_t i = 0; i < sizeof(add_rows) / sizeof(add_rows[0]); i++) {
		uint64_t count;
		int ret = encl_try_add(&e, page, add_rows[i].off, add_rows[i].len,
			add_rows[i].secinfo, add_rows[i].flags, &count);
		if (ret != add_rows[i].expect || count != (ret == 0 ? add_rows[i].len : 0))
			fail_msg("%s: %d, %d", add_rows[i].what, ret, (int)count);
	}
	assert_int_equal(
		encl_try_add(&e, page + 1, ENCL_DYN + 0x3000, 4096, REG_RW, 1, NULL), -EINVAL);
	assert_int_equal(
		encl_try_add(&e, (void *)0x10000, ENCL_DYN + 0x3000, 4096, REG_RW, 1, NULL),
		-EFAULT);
	a.secinfo = BAD_PTR;
	assert_int_equal(dev_emu.ioctl(e.fd, SGX_IOC_ENCLAVE_ADD_PAGES, &a), -EFAULT);
	dev_emu.close(e.fd);
}

/* A failure in the middle reports what was done before it. */
static void test_add_partial(void **state)
{
	static const _Alignas(4096) uint8_t four[4 * 4096];
	struct encl e;
	uint64_t count;

	encl_secs(&e, &(struct encl_opts){0});
	assert_int_equal(encl_try_create(&e), 0);
	assert_int_equal(encl_try_add(&e, page, ENCL_DYN + 0x2000, 4096, REG_RW, 1, NULL), 0);
	assert_int_equal(encl_try_add(&e, four, ENCL_DYN, sizeof(four), REG_RW, 1, &count), -EBUSY);
	assert_int_equal(count, 0x2000);
	dev_emu.close(e.fd);
}

static void expect_map(struct encl *e, uint64_t off, uint64_t len, int prot, int err)
{
	void *p = dev_emu.mmap(e->fd, e->base + off, len, prot);

	if (err == 0) {
		assert_ptr_equal(p, (void *)(e->base + off));
		assert_int_equal(dev_emu.munmap(e->base + off, len), 0);
	} else {
		assert_ptr_equal(p, MAP_FAILED);
		assert_int_equal(errno, err);
	}
}

/* A file on a noexec mount is no source of enclave code. */
static void test_add_noexec(void **state)
{
	const char *dirs[] = {"/mnt", "/dev/shm", "/run", "/run/lock", "/tmp"};
	struct encl e;
	struct statvfs fs;
	char path[64];
	void *p;
	int fd = -1;

	/* Root makes one of its own, in a mount namespace that ends with this process. */
	if (geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
		mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		(void)mount("none", "/mnt", "tmpfs", MS_NOEXEC, NULL);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]) && fd < 0; i++) {
		if (statvfs(dirs[i], &fs) < 0 || !(fs.f_flag & ST_NOEXEC))
			continue;
		snprintf(path, sizeof(path), "%s/cloister-noexec-%d", dirs[i], (int)getpid());
		fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	}
	if (fd < 0)
		skip();
	unlink(path);
	assert_int_equal(ftruncate(fd, 4096), 0);
	p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	assert_ptr_not_equal(p, MAP_FAILED);
	encl_secs(&e, &(struct encl_opts){0});
	assert_int_equal(encl_try_create(&e), 0);
	assert_int_equal(encl_try_add(&e, p, ENCL_DYN, 4096, REG_RW, 1, NULL), -EACCES);
	munmap(p, 4096);
	close(fd);
	dev_emu.close(e.fd);
}

static void test_read_implies_exec(void **state)
{
	int old = personality(0xffffffff);
	struct encl e;

	encl_build(&e, &(struct encl_opts){.no_map = true});
	personality((unsigned long)old | READ_IMPLIES_EXEC);
	expect_map(&e, ENCL_DATA, 4096, PROT_READ, EACCES);
	personality((unsigned long)old);
	expect_map(&e, ENCL_DATA, 4096, PROT_READ, 0);
	dev_emu.close(e.fd);
}

static const struct {
	const char *what;
	size_t off;
	uint64_t value;
} bad_tcs[] = {
	{"reserved flag", 8, 4},
	{"AEXNOTIFY without the attribute", 8, SGX_TCS_AEXNOTIFY},
	{"OSSA not aligned", 16, 1},
	{"OFSBASE not aligned", 48, 8},
	{"OGSBASE not aligned", 56, 8},
	{"FSLIMIT and GSLIMIT", 64, 0},
	{"reserved", 88, 1},
	{"last reserved", 4088, 1},
};

static void test_add_tcs(void **state)
{
	_Alignas(4096) struct sgx_tcs tcs;
	struct encl e;

	encl_secs(&e, &(struct encl_opts){0});
	assert_int_equal(encl_try_create(&e), 0);
	for (size_t i = 0; i < sizeof(bad_tcs) / sizeof(bad_tcs[0]); i++) {
		memset(&tcs, 0, sizeof(tcs));
		tcs.fslimit = tcs.gslimit = ~0U;
		memcpy((uint8_t *)&tcs + bad_tcs[i].off, &bad_tcs[i].value, 8);
		if (encl_try_add(&e, &tcs, 0, 4096, SGX_SECINFO_TCS, 1, NULL) != -EIO)
			fail_msg("%s", bad_tcs[i].what);
	}
	dev_emu.close(e.fd);
}

/* ---- EINIT ---------------------------------------------------------------------------------- */
static const struct {
	const char *what;
	size_t off;
	uint8_t flip;
	bool resign;
	int expect;
} init_rows[] = {
	{"as it should be", 0, 0, false, 0},
	{"header", 0, 1, false, -EPERM},
	{"vendor", 16, 1, false, -EINVAL},
	{"header 2", 24, 1, false, -EPERM},
	{"reserved", 44, 1, false, -EPERM},
	{"modulus", 200, 1, false, -EPERM},
	{"exponent", 512, 1, false, -EPERM},
	{"signature", 600, 1, false, -EPERM},
	{"signed field without a new signature", 20, 1, false, -EPERM},
	{"Q1", 1100, 1, false, -EPERM},
	{"Q2", 1500, 1, false, -EPERM},
	{"enclave hash", 960, 1, true, -EPERM},
	{"attributes", 928, SGX_ATTR_DEBUG, true, -EPERM},
	{"an attribute no CPU has", 929, 0x80, true, -EINVAL},
	{"XFRM", 936, 4, true, -EPERM},
	{"MISCSELECT", 900, SGX_MISC_EXINFO, true, -EPERM},
	{"a MISCSELECT bit no CPU has", 903, 0x80, true, -EINVAL},
	{"family id without KSS", 912, 1, true, -EPERM},
};

static void test_init(void **state)
{
	for (size_t i = 0; i < sizeof(init_rows) / sizeof(init_rows[0]); i++) {
		struct sgx_sigstruct sig;
		struct encl e;
		int ret;

		encl_secs(&e, &(struct encl_opts){0});
		assert_int_equal(encl_try_create(&e), 0);
		encl_add_standard(&e);
		encl_sigstruct(&e, &sig);
		((uint8_t *)&sig)[init_rows[i].off] ^= init_rows[i].flip;
		if (init_rows[i].resign)
			encl_resign(&sig);
		ret = encl_try_init(&e, &sig);
		if (ret != init_rows[i].expect)
			fail_msg("%s: %d", init_rows[i].what, ret);
		if (ret == 0) {
			assert_int_equal(encl_try_init(&e, &sig), -EINVAL);
			assert_int_equal(
				encl_try_add(&e, page, ENCL_DYN, 4096, REG_RW, 1, NULL), -EINVAL);
		}
		dev_emu.close(e.fd);
	}
}

static void test_init_provision(void **state)
{
	struct sgx_enclave_provision a;
	struct sgx_sigstruct sig;
	struct encl e;
	int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR);

	encl_secs(
		&e, &(struct encl_opts){.attributes = SGX_ATTR_MODE64BIT | SGX_ATTR_PROVISIONKEY});
	assert_int_equal(encl_try_init(&e, &sig), -EINVAL);
	assert_int_equal(encl_try_create(&e), 0);
	encl_add_standard(&e);
	encl_sigstruct(&e, &sig);
	assert_int_equal(encl_try_init(&e, (void *)BAD_PTR), -EFAULT);
	assert_int_equal(encl_try_init(&e, &sig), -EACCES);
	a.fd = (uint64_t)zero;
	assert_int_equal(dev_emu.ioctl(e.fd, SGX_IOC_ENCLAVE_PROVISION, &a), -EINVAL);
	a.fd = 9999;
	assert_int_equal(dev_emu.ioctl(e.fd, SGX_IOC_ENCLAVE_PROVISION, &a), -EINVAL);
	a.fd = (uint64_t)null;
	assert_int_equal(dev_emu.ioctl(e.fd, SGX_IOC_ENCLAVE_PROVISION, &a), 0);
	assert_int_equal(encl_try_init(&e, &sig), 0);
	dev_emu.close(e.fd);
	close(null);
	close(zero);
}

static void test_init_einittoken(void **state)
{
	struct sgx_sigstruct sig;
	struct encl e;

	encl_secs(
		&e, &(struct encl_opts){.attributes = SGX_ATTR_MODE64BIT | SGX_ATTR_EINITTOKENKEY});
	assert_int_equal(encl_try_create(&e), 0);
	encl_add_standard(&e);
	encl_sigstruct(&e, &sig);
	assert_int_equal(encl_try_init(&e, &sig), -EACCES);
	dev_emu.close(e.fd);
}

/* ---- SGX2 ------------------------------------------------------------------------------------ */
static int edmm(struct encl *e, unsigned long cmd, uint64_t off, uint64_t len, uint64_t arg,
	uint64_t *result, uint64_t *count)
{
	struct sgx_enclave_restrict_permissions a = {off, len, arg, *result, *count};
	struct sgx_enclave_remove_pages r = {off, len, *count};
	int ret;

	if (cmd == SGX_IOC_ENCLAVE_REMOVE_PAGES) {
		ret = dev_emu.ioctl(e->fd, cmd, &r);
		*count = r.count;
		return ret;
	}
	ret = dev_emu.ioctl(e->fd, cmd, &a); /* MODIFY_TYPES has the same layout */
	*result = a.result;
	*count = a.count;
	return ret;
}

#define RESTRICT SGX_IOC_ENCLAVE_RESTRICT_PERMISSIONS
#define MODIFY   SGX_IOC_ENCLAVE_MODIFY_TYPES
#define REMOVE   SGX_IOC_ENCLAVE_REMOVE_PAGES

static const struct {
	const char *what;
	unsigned long cmd;
	uint64_t off, len, arg, result, count;
	int expect;
	uint64_t want_result, want_count;
} edmm_rows[] = {
	{"restrict: offset", RESTRICT, 1, 4096, 1, 0, 0, -EINVAL, 0, 0},
	{"restrict: length 0", RESTRICT, ENCL_DATA, 0, 1, 0, 0, -EINVAL, 0, 0},
	{"restrict: beyond", RESTRICT, ENCL_SIZE, 4096, 1, 0, 0, -EINVAL, 0, 0},
	{"restrict: permissions", RESTRICT, ENCL_DATA, 4096, 8, 0, 0, -EINVAL, 0, 0},
	{"restrict: W without R", RESTRICT, ENCL_DATA, 4096, 2, 0, 0, -EINVAL, 0, 0},
	{"restrict: result set", RESTRICT, ENCL_DATA, 4096, 1, 1, 0, -EINVAL, 1, 0},
	{"restrict: count set", RESTRICT, ENCL_DATA, 4096, 1, 0, 1, -EINVAL, 0, 1},
	{"restrict: a TCS", RESTRICT, ENCL_TCS(0), 4096, 1, 0, 0, -EINVAL, 0, 0},
	{"restrict: absent", RESTRICT, ENCL_DYN, 4096, 1, 0, 0, -EFAULT, 0, 0},
	{"restrict", RESTRICT, ENCL_DATA, 8192, 1, 0, 0, 0, 0, 8192},
	{"restrict: again, PR set", RESTRICT, ENCL_DATA, 4096, 1, 0, 0, 0, 0, 4096},
	{"modify: to REG", MODIFY, ENCL_DATA, 4096, SGX_PT_REG, 0, 0, -EINVAL, 0, 0},
	{"modify: to SECS", MODIFY, ENCL_DATA, 4096, SGX_PT_SECS, 0, 0, -EINVAL, 0, 0},
	{"modify: result set", MODIFY, ENCL_DATA, 4096, SGX_PT_TRIM, 1, 0, -EINVAL, 1, 0},
	{"modify: absent", MODIFY, ENCL_DYN, 4096, SGX_PT_TRIM, 0, 0, -EFAULT, 0, 0},
	{"modify: read-only page to TCS", MODIFY, ENCL_RO, 4096, SGX_PT_TCS, 0, 0, -EPERM, 0, 0},
	{"modify: TCS to TCS", MODIFY, ENCL_TCS(2), 4096, SGX_PT_TCS, 0, 0, -EINVAL, 0, 0},
	{"modify: up to the hole", MODIFY, ENCL_DATA + 0x5000, 8192, SGX_PT_TRIM, 0, 0, -EFAULT, 0,
		4096},
	{"modify: not accepted yet", MODIFY, ENCL_DATA + 0x5000, 4096, SGX_PT_TRIM, 0, 0, -EINVAL,
		0, 0},
	{"modify: to TRIM", MODIFY, ENCL_DATA, 4096, SGX_PT_TRIM, 0, 0, 0, 0, 4096},
	{"restrict: modified", RESTRICT, ENCL_DATA, 4096, 1, 0, 0, -EINVAL, 0, 0},
	{"modify: to TCS", MODIFY, ENCL_DATA + 0x2000, 4096, SGX_PT_TCS, 0, 0, 0, 0, 4096},
	{"modify: TCS not accepted yet", MODIFY, ENCL_DATA + 0x2000, 4096, SGX_PT_TRIM, 0, 0,
		-EFAULT, SGX_PAGE_NOT_MODIFIABLE, 0},
	{"remove: not accepted", REMOVE, ENCL_DATA, 4096, 0, 0, 0, -EPERM, 0, 0},
	{"remove: not trimmed", REMOVE, ENCL_DATA + 0x3000, 4096, 0, 0, 0, -EPERM, 0, 0},
	{"remove: count set", REMOVE, ENCL_DATA, 4096, 0, 0, 1, -EINVAL, 0, 1},
	{"remove: absent", REMOVE, ENCL_DYN, 4096, 0, 0, 0, -EFAULT, 0, 0},
	{"remove: length 0", REMOVE, ENCL_DATA, 0, 0, 0, 0, -EINVAL, 0, 0},
};

static void test_edmm(void **state)
{
	struct encl e;
	uint64_t result = 0, count = 0;

	encl_secs(&e, &(struct encl_opts){0});
	assert_int_equal(encl_try_create(&e), 0);
	assert_int_equal(edmm(&e, RESTRICT, 0, 4096, 1, &result, &count), -EINVAL);
	dev_emu.close(e.fd);
	encl_build(&e, &(struct encl_opts){0});
	for (size_t i = 0; i < sizeof(edmm_rows) / sizeof(edmm_rows[0]); i++) {
		int ret;

		result = edmm_rows[i].result;
		count = edmm_rows[i].count;
		ret = edmm(&e, edmm_rows[i].cmd, edmm_rows[i].off, edmm_rows[i].len,
			edmm_rows[i].arg, &result, &count);
		if (ret != edmm_rows[i].expect || result != edmm_rows[i].want_result ||
			count != edmm_rows[i].want_count)
			fail_msg("%s: %d, result %d, count %d", edmm_rows[i].what, ret, (int)result,
				(int)count);
	}
	encl_destroy(&e);
}

/* ---- mmap, mprotect ------------------------------------------------------------------------- */
static void test_map(void **state)
{
	struct encl e;

	encl_build(&e, &(struct encl_opts){.no_map = true});
	expect_map(&e, ENCL_DATA, 4096, PROT_READ | PROT_WRITE, 0);
	expect_map(&e, ENCL_DATA, 4096, PROT_READ | PROT_EXEC, EACCES);
	expect_map(&e, ENCL_CODE, 4096, PROT_READ | PROT_WRITE, EACCES);
	expect_map(&e, ENCL_RO, 4096, PROT_READ | PROT_WRITE, EACCES);
	expect_map(&e, ENCL_RO, 4096, PROT_READ, 0);
	expect_map(&e, ENCL_TCS(0), 4096, PROT_READ | PROT_WRITE, 0);
	expect_map(&e, ENCL_TCS(0), 4096, PROT_READ | PROT_EXEC, EACCES);
	expect_map(&e, ENCL_DYN, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, 0);
	expect_map(&e, ENCL_RWX, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, 0);
	/* One page in the range decides. */
	expect_map(&e, ENCL_RO - 4096, 8192, PROT_READ | PROT_WRITE, EACCES);
	expect_map(&e, e.size, 4096, PROT_READ, EACCES);
	expect_map(&e, e.size - 4096, 8192, PROT_READ, EACCES);
	encl_map(&e, ENCL_RO, 4096, PROT_READ);
	expect_map(&e, ENCL_RO, 4096, PROT_READ, EEXIST);
	assert_int_equal(dev_emu.mprotect(e.base + ENCL_RO, 4096, PROT_READ | PROT_WRITE), -EACCES);
	assert_int_equal(dev_emu.mprotect(e.base + ENCL_RO, 4096, PROT_NONE), 0);
	assert_int_equal(dev_emu.mprotect(e.base + ENCL_RO, 4096, PROT_READ), 0);
	assert_int_equal(dev_emu.mprotect(e.base + ENCL_RO, 8192, PROT_READ), -ENOMEM);
	assert_int_equal(dev_emu.mprotect(e.base + ENCL_DATA, 4096, PROT_READ), -ENOMEM);
	encl_destroy(&e);
}

/* An enclave mapped before ECREATE, as a reservation, works like any other. */
static void test_map_before_create(void **state)
{
	struct sgx_sigstruct sig;
	struct encl e;

	encl_secs(&e, &(struct encl_opts){0});
	encl_map(&e, 0, e.size, PROT_NONE);
	assert_int_equal(encl_try_create(&e), 0);
	encl_add_standard(&e);
	encl_sigstruct(&e, &sig);
	assert_int_equal(encl_try_init(&e, &sig), 0);
	assert_int_equal(dev_emu.mprotect(e.base, ENCL_CODE, PROT_READ | PROT_WRITE), 0);
	assert_int_equal(dev_emu.mprotect(e.base + ENCL_CODE, (size_t)(encl_end - encl_start),
				 PROT_READ | PROT_EXEC),
		0);
	assert_int_equal(dev_emu.mprotect(e.base + ENCL_DATA, 4096, PROT_READ | PROT_WRITE), 0);
	encl_call(&e, OP_store, e.base + ENCL_DATA, 7);
	assert_int_equal(encl_call(&e, OP_load, e.base + ENCL_DATA, 0), 7);
	encl_destroy(&e);
}

static int setup(void **state)
{
	return dev_emu.thread_init();
}

static int teardown(void **state)
{
	dev_emu.thread_exit();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_create),
		cmocka_unit_test(test_create_xsave_size),
		cmocka_unit_test(test_create_pointer),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_add_partial),
		cmocka_unit_test(test_add_noexec),
		cmocka_unit_test(test_read_implies_exec),
		cmocka_unit_test(test_add_tcs),
		cmocka_unit_test(test_init),
		cmocka_unit_test(test_init_provision),
		cmocka_unit_test(test_init_einittoken),
		cmocka_unit_test(test_edmm),
		cmocka_unit_test(test_map),
		cmocka_unit_test(test_map_before_create),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
