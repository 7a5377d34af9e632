/* SPDX-License-Identifier: Apache-2.0 */
/* The ENCLU leaves: EACCEPT and the life of a page, EMODPE, EACCEPTCOPY, EREPORT, EGETKEY. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "emu.h"
#include "encl.h"

#define GP 13
#define PF 14

#define R        SGX_SECINFO_R
#define W        SGX_SECINFO_W
#define X        SGX_SECINFO_X
#define REG      SGX_SECINFO_REG
#define PENDING  SGX_SECINFO_PENDING
#define MODIFIED SGX_SECINFO_MODIFIED
#define PR       SGX_SECINFO_PR

#define FLAGS_ZF  0x40
#define FLAGS_ALL 0x8d5 /* CF PF AF ZF SF OF, all set before the leaf */

static struct encl e;

static int setup(void **state)
{
	assert_int_equal(dev_emu.thread_init(), 0);
	encl_build(&e, &(struct encl_opts){.miscselect = SGX_MISC_EXINFO});
	return 0;
}

static int teardown(void **state)
{
	encl_destroy(&e);
	dev_emu.thread_exit();
	return 0;
}

/* Data pages of the enclave: SECINFO at 0, structures after it, results in the second page. */
#define SECINFO (e.base + ENCL_DATA)
#define PAGE2   (e.base + ENCL_DATA + 0x1000)

static void put(uint64_t va, const void *src, size_t len)
{
	for (size_t i = 0; i < len; i += 8) {
		uint64_t v;
		memcpy(&v, (const uint8_t *)src + i, 8);
		encl_call(&e, OP_store, va + i, v);
	}
}

static void get(uint64_t va, void *dst, size_t len)
{
	for (size_t i = 0; i < len; i += 8) {
		uint64_t v = encl_call(&e, OP_load, va + i, 0);
		memcpy((uint8_t *)dst + i, &v, 8);
	}
}

static void put_secinfo(uint64_t flags)
{
	struct sgx_secinfo si = {.flags = flags};

	put(SECINFO, &si, sizeof(si));
}

/* A leaf that must be refused. The enclave is left at its ENCLU; step over it. */
static void expect_leaf_fault(unsigned leaf, uint64_t rbx, uint64_t rcx, uint64_t rdx,
	unsigned vector, unsigned error, uint64_t addr)
{
	struct encl_regs r = {OP_enclu, leaf, rbx, rcx, rdx};
	struct sgx_enclave_run run;

	assert_int_equal(encl_enter(&e, 0, SGX_EENTER, &r, &run), SGX_ERESUME);
	assert_int_equal(run.exception_vector, vector);
	assert_int_equal(run.exception_error_code, error);
	assert_int_equal(run.exception_addr, addr);
	encl_nested(&e, NOP_skip, 3, 0);
	encl_resume(&e);
}

static uint64_t accept_page(uint64_t page, uint64_t secinfo)
{
	uint64_t flags, rax;

	put_secinfo(secinfo);
	rax = encl_leaf(&e, SGX_EACCEPT, SECINFO, page, 0, &flags);
	assert_int_equal(flags & FLAGS_ALL, rax == 0 ? 0 : FLAGS_ZF);
	return rax;
}

static void expect_accept_gp(uint64_t page, uint64_t secinfo)
{
	put_secinfo(secinfo);
	expect_leaf_fault(SGX_EACCEPT, SECINFO, page, 0, GP, 0, 0);
}

static int restrict_to(uint64_t off, uint64_t perm)
{
	struct sgx_enclave_restrict_permissions a = {off, 4096, perm, 0, 0};

	return dev_emu.ioctl(e.fd, SGX_IOC_ENCLAVE_RESTRICT_PERMISSIONS, &a);
}

static int modify_to(uint64_t off, uint64_t type)
{
	struct sgx_enclave_modify_types a = {off, 4096, type, 0, 0};

	return dev_emu.ioctl(e.fd, SGX_IOC_ENCLAVE_MODIFY_TYPES, &a);
}

static int remove_page(uint64_t off)
{
	struct sgx_enclave_remove_pages a = {off, 4096, 0};

	return dev_emu.ioctl(e.fd, SGX_IOC_ENCLAVE_REMOVE_PAGES, &a);
}

/* Add, use, remove, add again: the second life starts at zero. */
static void test_page_life(void **state)
{
	uint64_t off = ENCL_DYN, page = e.base + off;

	assert_int_equal(accept_page(page, REG | R | W | PENDING), 0);
	assert_int_equal(encl_call(&e, OP_load, page, 0), 0);
	encl_call(&e, OP_store, page, 77);
	assert_int_equal(accept_page(page, REG | R | W | PENDING), SGX_PAGE_ATTRIBUTES_MISMATCH);
	assert_int_equal(encl_call(&e, OP_load, page, 0), 77);
	assert_int_equal(modify_to(off, SGX_PT_TRIM), 0);
	encl_expect_fault(&e, OP_load, page, 0, PF, 0x8005, page);
	encl_nested(&e, NOP_skip, 3, 0);
	encl_resume(&e);
	assert_int_equal(remove_page(off), -1);
	assert_int_equal(accept_page(page, SGX_SECINFO_TRIM | MODIFIED), 0);
	assert_int_equal(remove_page(off), 0);
	assert_int_equal(accept_page(page, REG | R | W | PENDING), 0);
	assert_int_equal(encl_call(&e, OP_load, page, 0), 0);
}

static void test_accept_checks(void **state)
{
	uint64_t page = e.base + ENCL_DYN + 0x1000;

	expect_accept_gp(page, REG | R | W);
	expect_accept_gp(page, REG | R | W | PENDING | MODIFIED);
	expect_accept_gp(page, SGX_SECINFO_TRIM);
	expect_accept_gp(page, SGX_SECINFO_TRIM | MODIFIED | PR);
	expect_accept_gp(page, SGX_SECINFO_TCS | PENDING);
	expect_accept_gp(page, REG | R | W | PENDING | 1ULL << 20);
	expect_accept_gp(page + 8, REG | R | W | PENDING);
	expect_accept_gp(e.base + e.size, REG | R | W | PENDING);
	expect_leaf_fault(SGX_EACCEPT, SECINFO + 8, page, 0, GP, 0, 0);
	expect_leaf_fault(SGX_EACCEPT, (uint64_t)&e, page, 0, GP, 0, 0);
	/* No mapping: the kernel's own fault. */
	put_secinfo(REG | R | W | PENDING);
	expect_leaf_fault(SGX_EACCEPT, SECINFO, e.base + ENCL_DYN - 4096, 0, PF, 0x6,
		e.base + ENCL_DYN - 4096);
	/* SECINFO itself in a page that is not accepted. */
	expect_leaf_fault(SGX_EACCEPT, page + 0x1000, page, 0, PF, 0x8005, page + 0x1000);
	/* X cannot be asked for at once. */
	assert_int_equal(
		accept_page(page, REG | R | W | X | PENDING), SGX_PAGE_ATTRIBUTES_MISMATCH);
	assert_int_equal(accept_page(page, REG | R | PENDING), SGX_PAGE_ATTRIBUTES_MISMATCH);
	assert_int_equal(accept_page(page, REG | R | W | PENDING), 0);
}

static void test_restrict_extend(void **state)
{
	uint64_t off = ENCL_DYN + 0x4000, page = e.base + off;

	assert_int_equal(accept_page(page, REG | R | W | PENDING), 0);
	encl_call(&e, OP_store, page, 1);
	assert_int_equal(restrict_to(off, R), 0);
	encl_expect_fault(&e, OP_store, page, 2, PF, 0x8007, page);
	assert_int_equal(encl_nested(&e, NOP_skip, 3, 0), 0x8000030e);
	encl_resume(&e);
	assert_int_equal(encl_call(&e, OP_load, page, 0), 1); /* PR alone does not block */
	assert_int_equal(accept_page(page, REG | R | W | PR), SGX_PAGE_ATTRIBUTES_MISMATCH);
	assert_int_equal(accept_page(page, REG | R | PR), 0);
	put_secinfo(REG | R | W | X);
	encl_leaf(&e, SGX_EMODPE, SECINFO, page, 0, NULL);
	encl_call(&e, OP_store, page, 0xc3); /* RET */
	encl_call(&e, OP_jump, page, 0);     /* and run it: WX by EPCM and mapping */
	assert_int_equal(dev_emu.mprotect(page, 4096, PROT_READ), 0);
	encl_expect_fault(&e, OP_store, page, 2, PF, 0x7, page);
	encl_nested(&e, NOP_skip, 3, 0);
	encl_resume(&e);
}

static void test_emodpe_checks(void **state)
{
	uint64_t page = e.base + ENCL_DYN + 0x5000;
	uint64_t flags;

	put_secinfo(REG | R | W | X);
	expect_leaf_fault(SGX_EMODPE, SECINFO, page, 0, PF, 0x8007, page); /* pending */
	assert_int_equal(accept_page(page, REG | R | W | PENDING), 0);
	put_secinfo(REG | R | W | X);
	(void)encl_leaf(&e, SGX_EMODPE, SECINFO, page, 0, &flags);
	assert_int_equal(flags & FLAGS_ALL, FLAGS_ALL); /* EMODPE leaves RFLAGS alone */
	expect_leaf_fault(SGX_EMODPE, SECINFO, page + 1, 0, GP, 0, 0);
	expect_leaf_fault(
		SGX_EMODPE, SECINFO, e.base + ENCL_TCS(2), 0, PF, 0x8007, e.base + ENCL_TCS(2));
	assert_int_equal(encl_call(&e, OP_load, page, 0), 0);
}

static void test_acceptcopy(void **state)
{
	uint64_t off = ENCL_DYN + 0x8000, dst = e.base + off, src = PAGE2;
	uint64_t flags;

	encl_call(&e, OP_store, src, 0x1234);
	encl_call(&e, OP_store, src + 4088, 0x5678);
	put_secinfo(REG | R | X);
	assert_int_equal(encl_leaf(&e, SGX_EACCEPTCOPY, SECINFO, dst, src, &flags), 0);
	assert_int_equal(flags & FLAGS_ALL, 0);
	assert_int_equal(encl_call(&e, OP_load, dst, 0), 0x1234);
	assert_int_equal(encl_call(&e, OP_load, dst + 4088, 0), 0x5678);
	encl_expect_fault(&e, OP_store, dst, 2, PF, 0x8007, dst); /* R and X only */
	encl_nested(&e, NOP_skip, 3, 0);
	encl_resume(&e);
	/* Not pending any more. */
	assert_int_equal(encl_leaf(&e, SGX_EACCEPTCOPY, SECINFO, dst, src, &flags),
		SGX_PAGE_ATTRIBUTES_MISMATCH);
	assert_int_equal(flags & FLAGS_ALL, FLAGS_ZF);
	put_secinfo(REG | W);
	expect_leaf_fault(SGX_EACCEPTCOPY, SECINFO, dst + 4096, src, GP, 0, 0);
	put_secinfo(REG | R | PENDING);
	expect_leaf_fault(SGX_EACCEPTCOPY, SECINFO, dst + 4096, src, GP, 0, 0);
	put_secinfo(REG | R);
	expect_leaf_fault(SGX_EACCEPTCOPY, SECINFO, dst + 4096, (uint64_t)&flags, GP, 0, 0);
	expect_leaf_fault(SGX_EACCEPTCOPY, SECINFO, dst + 4096, dst + 8192, PF, 0x8005, dst + 8192);
}

/* A page becomes a TCS, is entered, is taken back. */
static void test_dynamic_tcs(void **state)
{
	uint64_t off = ENCL_DYN + 0x10000, page = e.base + off;
	struct sgx_tcs tcs = {.ossa = ENCL_SSA(2),
		.nssa = ENCL_NSSA,
		.oentry = ENCL_CODE,
		.ofsbase = ENCL_GS(2),
		.ogsbase = ENCL_GS(2),
		.fslimit = ~0U,
		.gslimit = ~0U};
	static struct sgx_enclave_run run;
	struct encl_regs r = {.rdi = OP_fsgs};

	assert_int_equal(accept_page(page, REG | R | W | PENDING), 0);
	put(page, &tcs, 96);
	encl_call(&e, OP_store, page + SGX_TCS_FLAGS, SGX_TCS_DBGOPTIN);
	assert_int_equal(modify_to(off, SGX_PT_TCS), 0);
	expect_accept_gp(page, SGX_SECINFO_TCS | MODIFIED); /* DBGOPTIN */
	run = (struct sgx_enclave_run){.tcs = page};
	assert_int_equal(encl_enter_run(2, &r, SGX_EENTER, &run), 0);
	assert_int_equal(run.exception_vector, PF); /* still MODIFIED */
	assert_int_equal(modify_to(off, SGX_PT_TRIM), -14);
	/* Out again by the only way left for a TCS that nobody accepts: none. Use another page. */
	off += 4096;
	page += 4096;
	assert_int_equal(accept_page(page, REG | R | W | PENDING), 0);
	put(page, &tcs, 96);
	assert_int_equal(modify_to(off, SGX_PT_TCS), 0);
	assert_int_equal(accept_page(page, SGX_SECINFO_TCS | MODIFIED), 0);
	r = (struct encl_regs){.rdi = OP_fsgs};
	run = (struct sgx_enclave_run){.tcs = page};
	assert_int_equal(encl_enter_run(2, &r, SGX_EENTER, &run), 0);
	assert_int_equal(run.function, SGX_EEXIT);
	assert_int_equal(r.rsi, e.base + ENCL_GS(2));
	assert_int_equal(modify_to(off, SGX_PT_TRIM), 0);
	assert_int_equal(accept_page(page, SGX_SECINFO_TRIM | MODIFIED), 0);
	assert_int_equal(remove_page(off), 0);
	run = (struct sgx_enclave_run){.tcs = page};
	assert_int_equal(encl_enter_run(2, &r, SGX_EENTER, &run), 0);
	assert_int_equal(run.exception_vector, PF);
}

static void test_bad_leaves(void **state)
{
	const unsigned bad[] = {SGX_EENTER, SGX_ERESUME, 8, SGX_EDECCSSA, 10, 0x7fffffff};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_leaf_fault(bad[i], e.base + ENCL_TCS(1), e.base, 0, GP, 0, 0);
}

/* ---- keys ------------------------------------------------------------------------------------ */
static void cmac(const uint8_t key[16], const void *msg, size_t len, uint8_t out[16])
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "CMAC", NULL);
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
	OSSL_PARAM p[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, "AES-128-CBC", 0),
		OSSL_PARAM_construct_end()};
	size_t n = 16;

	assert_int_equal(EVP_MAC_init(ctx, key, 16, p), 1);
	assert_int_equal(EVP_MAC_update(ctx, msg, len), 1);
	assert_int_equal(EVP_MAC_final(ctx, out, &n, 16), 1);
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
}

static void test_cmac(void **state)
{
	uint8_t msg[400], key[16], a[16], b[16];

	for (size_t i = 0; i < sizeof(msg); i++)
		msg[i] = (uint8_t)(i * 167 + 13);
	for (size_t len = 0; len <= sizeof(msg); len += len < 50 ? 1 : 7) {
		memcpy(key, msg + len % 300, 16);
		cmac(key, msg, len, a);
		emu_cmac(key, msg, len, b);
		assert_memory_equal(a, b, 16);
	}
}

#define KEYREQ (e.base + ENCL_DATA + 0x2000)
#define TARGET (e.base + ENCL_DATA + 0x2200)
#define RDATA  (e.base + ENCL_DATA + 0x2400)
#define REPORT (e.base + ENCL_DATA + 0x2600)
#define KEYOUT (e.base + ENCL_DATA + 0x2800)

static uint64_t getkey(const struct sgx_keyrequest *kr, uint8_t key[16])
{
	uint64_t flags, rax;

	put(KEYREQ, kr, sizeof(*kr));
	rax = encl_leaf(&e, SGX_EGETKEY, KEYREQ, KEYOUT, 0, &flags);
	assert_int_equal(flags & FLAGS_ALL, rax == 0 ? 0 : FLAGS_ZF);
	get(KEYOUT, key, 16);
	return rax;
}

static void report(struct sgx_report *out)
{
	struct sgx_targetinfo ti = {
		.attributes = e.secs.attributes, .miscselect = e.secs.miscselect};
	uint8_t data[64];

	ti.attributes.flags |= SGX_ATTR_INIT;
	memcpy(ti.mrenclave, e.mrenclave, 32);
	memset(data, 0x5a, sizeof(data));
	put(TARGET, &ti, sizeof(ti));
	put(RDATA, data, sizeof(data));
	(void)encl_leaf(&e, SGX_EREPORT, TARGET, RDATA, REPORT, NULL);
	get(REPORT, out, sizeof(*out));
}

static void test_report(void **state)
{
	struct sgx_keyrequest kr = {.key_name = SGX_KEY_REPORT};
	struct sgx_report r;
	uint8_t key[16], mac[16];

	report(&r);
	assert_memory_equal(r.mrenclave, e.mrenclave, 32);
	assert_int_equal(r.attributes.flags, SGX_ATTR_MODE64BIT | SGX_ATTR_INIT);
	assert_int_equal(r.attributes.xfrm, 3);
	assert_int_equal(r.miscselect, SGX_MISC_EXINFO);
	assert_int_equal(r.isv_prod_id, 7);
	assert_int_equal(r.isv_svn, 3);
	assert_int_equal(r.report_data[63], 0x5a);
	assert_int_equal(r.cpu_svn[15], 0xee);
	/* The target, and only it, can check the MAC. */
	memcpy(kr.key_id, r.key_id, 32);
	assert_int_equal(getkey(&kr, key), 0);
	cmac(key, &r, SGX_REPORT_BODY_SIZE, mac);
	assert_memory_equal(mac, r.mac, 16);
	kr.key_id[0] ^= 1;
	assert_int_equal(getkey(&kr, key), 0);
	cmac(key, &r, SGX_REPORT_BODY_SIZE, mac);
	assert_memory_not_equal(mac, r.mac, 16);
	expect_leaf_fault(SGX_EREPORT, TARGET + 8, RDATA, REPORT, GP, 0, 0);
	expect_leaf_fault(SGX_EREPORT, TARGET, RDATA + 8, REPORT, GP, 0, 0);
	expect_leaf_fault(SGX_EREPORT, TARGET, RDATA, REPORT + 8, GP, 0, 0);
	expect_leaf_fault(
		SGX_EREPORT, TARGET, RDATA, e.base + ENCL_RO, PF, 0x8007, e.base + ENCL_RO);
}

/* Which changes of a request or an enclave change a sealing key, and which are refused. */
static const struct {
	const char *what;
	size_t off, len;
	uint64_t value;
	uint64_t code;
} key_rows[] = {
	{"policy MRSIGNER", 2, 2, SGX_KEYPOLICY_MRSIGNER, 0},
	{"ISVSVN lower", 4, 2, 2, 0},
	{"CPUSVN zero", 8, 8, 0, SGX_INVALID_CPUSVN},
	{"attribute mask", 24, 8, ~0ULL & ~2ULL, 0},
	{"XFRM mask", 32, 8, 3, 0},
	{"key id", 40, 8, 1, 0},
	{"misc mask", 72, 4, 0, 0},
	{"ISVSVN higher", 4, 2, 4, SGX_INVALID_ISVSVN},
	{"CPUSVN higher", 8, 1, 2, SGX_INVALID_CPUSVN},
	{"provisioning key", 0, 2, SGX_KEY_PROVISION, SGX_INVALID_ATTRIBUTE},
	{"provisioning seal key", 0, 2, SGX_KEY_PROVISION_SEAL, SGX_INVALID_ATTRIBUTE},
	{"launch key", 0, 2, SGX_KEY_EINITTOKEN, SGX_INVALID_ATTRIBUTE},
	{"no such key", 0, 2, 5, SGX_INVALID_KEYNAME},
};

static void seal_request(struct sgx_keyrequest *kr)
{
	memset(kr, 0, sizeof(*kr));
	kr->key_name = SGX_KEY_SEAL;
	kr->key_policy = SGX_KEYPOLICY_MRENCLAVE;
	kr->isv_svn = 3;
	memset(kr->cpu_svn, 0xee, 16);
	kr->cpu_svn[0] = 1;
	kr->attribute_mask = (struct sgx_attributes){~0ULL, ~0ULL};
	kr->misc_mask = ~0U;
}

static void test_seal_keys(void **state)
{
	struct sgx_keyrequest kr;
	uint8_t first[16], key[16];

	seal_request(&kr);
	assert_int_equal(getkey(&kr, first), 0);
	assert_int_equal(getkey(&kr, key), 0);
	assert_memory_equal(first, key, 16);
	for (size_t i = 0; i < sizeof(key_rows) / sizeof(key_rows[0]); i++) {
		uint64_t code;

		seal_request(&kr);
		memcpy((uint8_t *)&kr + key_rows[i].off, &key_rows[i].value, key_rows[i].len);
		code = getkey(&kr, key);
		if (code != key_rows[i].code)
			fail_msg("%s: %d", key_rows[i].what, (int)code);
		if (code == 0 && memcmp(first, key, 16) == 0)
			fail_msg("%s: same key", key_rows[i].what);
	}
	seal_request(&kr);
	kr.key_policy |= SGX_KEYPOLICY_CONFIGID; /* needs KSS */
	put(KEYREQ, &kr, sizeof(kr));
	expect_leaf_fault(SGX_EGETKEY, KEYREQ, KEYOUT, 0, GP, 0, 0);
	seal_request(&kr);
	kr.reserved2[400] = 1;
	put(KEYREQ, &kr, sizeof(kr));
	expect_leaf_fault(SGX_EGETKEY, KEYREQ, KEYOUT, 0, GP, 0, 0);
	expect_leaf_fault(SGX_EGETKEY, KEYREQ + 8, KEYOUT, 0, GP, 0, 0);
	expect_leaf_fault(SGX_EGETKEY, KEYREQ, KEYOUT + 8, 0, GP, 0, 0);
}

static void other_svn(struct sgx_sigstruct *sig)
{
	sig->isv_svn = 5;
}

/* A newer enclave of the same signer reads what the older sealed; a debug one does not. */
static void test_seal_identity(void **state)
{
	struct sgx_keyrequest kr;
	struct encl saved = e;
	uint8_t old[16], key[16];

	seal_request(&kr);
	kr.key_policy = SGX_KEYPOLICY_MRSIGNER;
	assert_int_equal(getkey(&kr, old), 0);
	encl_build(&e, &(struct encl_opts){.miscselect = SGX_MISC_EXINFO, .sig = other_svn});
	assert_int_equal(getkey(&kr, key), 0);
	assert_memory_equal(old, key, 16);
	kr.isv_svn = 5;
	assert_int_equal(getkey(&kr, key), 0);
	assert_memory_not_equal(old, key, 16);
	encl_destroy(&e);
	encl_build(&e, &(struct encl_opts){.miscselect = SGX_MISC_EXINFO,
			       .attributes = SGX_ATTR_MODE64BIT | SGX_ATTR_DEBUG});
	kr.isv_svn = 3;
	kr.attribute_mask.flags = 0; /* DEBUG counts even when masked out */
	assert_int_equal(getkey(&kr, key), 0);
	assert_memory_not_equal(old, key, 16);
	encl_destroy(&e);
	e = saved;
}

static void with_family(struct sgx_sigstruct *sig)
{
	sig->isv_family_id[3] = 0x77;
}

static void kss_key(uint8_t config, uint16_t policy, uint8_t key[16])
{
	struct sgx_keyrequest kr;

	encl_build(&e, &(struct encl_opts){.attributes = SGX_ATTR_MODE64BIT | SGX_ATTR_KSS,
			       .miscselect = SGX_MISC_EXINFO,
			       .config_id = config,
			       .sig = with_family});
	seal_request(&kr);
	kr.key_policy |= policy;
	assert_int_equal(getkey(&kr, key), 0);
}

/* CONFIGID is the loader's word, shown by reports, and bound into keys only if asked for. */
static void test_kss(void **state)
{
	struct encl saved = e;
	struct sgx_report r;
	uint8_t a[16], b[16];

	kss_key(1, SGX_KEYPOLICY_CONFIGID, a);
	report(&r);
	assert_int_equal(r.config_id[0], 1);
	assert_int_equal(r.isv_family_id[3], 0x77);
	encl_destroy(&e);
	kss_key(2, SGX_KEYPOLICY_CONFIGID, b);
	assert_memory_not_equal(a, b, 16);
	encl_destroy(&e);
	kss_key(1, SGX_KEYPOLICY_ISVFAMILYID, a);
	encl_destroy(&e);
	kss_key(2, SGX_KEYPOLICY_ISVFAMILYID, b);
	assert_memory_equal(a, b, 16);
	encl_destroy(&e);
	e = saved;
}

static void test_secret_file(void **state)
{
	const char *path = getenv("CLOISTER_EMU_SECRET");
	struct stat st;

	if (path == NULL)
		skip();
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(st.st_size, 16);
}

/* ---- the product's shape: ELRANGE [0, 2^46) ---------------------------------------------------
 */
static void test_base_zero(void **state)
{
	struct encl saved = e;
	struct sgx_enclave_run run;
	struct encl_regs r = {.rdi = OP_syscall};
	uint64_t far = (1ULL << 46) - (1ULL << 30);

	encl_build(&e, &(struct encl_opts){.base = 1,
			       .size = 1ULL << 46,
			       .shift = 1ULL << 40,
			       .miscselect = SGX_MISC_EXINFO});
	assert_ptr_equal(
		dev_emu.mmap(e.fd, far, 1 << 30, PROT_READ | PROT_WRITE | PROT_EXEC), (void *)far);
	assert_int_equal(encl_enter(&e, 0, SGX_EENTER, &r, &run), SGX_ERESUME);
	assert_int_equal(run.exception_vector, 6);
	encl_nested(&e, NOP_skip, 2, 0);
	encl_resume(&e);
	assert_int_equal(accept_page(far, REG | R | W | PENDING), 0);
	encl_call(&e, OP_store, far, 9);
	assert_int_equal(encl_call(&e, OP_load, far, 0), 9);
	put_secinfo(REG | R | W | PENDING);
	assert_int_equal(dev_emu.munmap(far, 1 << 30), 0);
	encl_destroy(&e);
	e = saved;
}

/* Many pages in a loop, and their memory given back. */
static void test_many(void **state)
{
	const uint64_t n = 128, off = ENCL_DYN + 0x20000;
	struct sgx_enclave_modify_types m = {off, n * 4096, SGX_PT_TRIM, 0, 0};
	struct sgx_enclave_remove_pages rm = {off, n * 4096, 0};
	struct encl_regs r;
	struct sgx_enclave_run run;
	struct stat before, after;

	assert_int_equal(fstat(e.fd, &before), 0);
	put_secinfo(REG | R | W | PENDING);
	r = (struct encl_regs){OP_accept_many, SECINFO, n, e.base + off, 0};
	assert_int_equal(encl_enter(&e, 0, SGX_EENTER, &r, &run), SGX_EEXIT);
	assert_int_equal(r.rdi, 0);
	for (uint64_t i = 0; i < n; i++)
		encl_call(&e, OP_store, e.base + off + i * 4096, i);
	assert_int_equal(fstat(e.fd, &after), 0);
	assert_int_equal(after.st_blocks - before.st_blocks, n * 8);
	assert_int_equal(dev_emu.ioctl(e.fd, SGX_IOC_ENCLAVE_MODIFY_TYPES, &m), 0);
	assert_int_equal(m.count, n * 4096);
	put_secinfo(SGX_SECINFO_TRIM | MODIFIED);
	r = (struct encl_regs){OP_accept_many, SECINFO, n, e.base + off, 0};
	assert_int_equal(encl_enter(&e, 0, SGX_EENTER, &r, &run), SGX_EEXIT);
	assert_int_equal(r.rdi, 0);
	assert_int_equal(dev_emu.ioctl(e.fd, SGX_IOC_ENCLAVE_REMOVE_PAGES, &rm), 0);
	assert_int_equal(rm.count, n * 4096);
	assert_int_equal(fstat(e.fd, &after), 0);
	assert_int_equal(after.st_blocks, before.st_blocks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page_life),
		cmocka_unit_test(test_accept_checks),
		cmocka_unit_test(test_restrict_extend),
		cmocka_unit_test(test_emodpe_checks),
		cmocka_unit_test(test_acceptcopy),
		cmocka_unit_test(test_dynamic_tcs),
		cmocka_unit_test(test_bad_leaves),
		cmocka_unit_test(test_cmac),
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_seal_keys),
		cmocka_unit_test(test_seal_identity),
		cmocka_unit_test(test_kss),
		cmocka_unit_test(test_secret_file),
		cmocka_unit_test(test_base_zero),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
