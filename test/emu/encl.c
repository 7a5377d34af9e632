/* SPDX-License-Identifier: Apache-2.0 */
/* See encl.h. The signing key is made once per process. */
#define _GNU_SOURCE
#include "encl.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "emu.h"
#include "sgx_measure.h"
#include "sgx_sign.h"
#include "sigstruct.h"

static const struct sgx_dev *const dev = &dev_emu;

/* cmocka's handlers of fatal signals must chain behind the emulator's, not replace them. */
void (*signal(int sig, void (*handler)(int)))(int)
{
	struct sigaction sa = {.sa_handler = handler}, old;

	return emu_sigaction(sig, &sa, &old) < 0 ? SIG_ERR : old.sa_handler;
}

static EVP_PKEY *signing_key(void)
{
	static EVP_PKEY *key;
	EVP_PKEY_CTX *ctx;
	BIGNUM *e;

	if (key != NULL)
		return key;
	ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
	e = BN_new();
	assert_int_equal(BN_set_word(e, 3), 1);
	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 3072), 1);
	assert_int_equal(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e), 1);
	assert_int_equal(EVP_PKEY_keygen(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	BN_free(e);
	return key;
}

/* A naturally aligned place where the kernel puts nothing of its own accord. */
static uint64_t find_base(uint64_t size)
{
	static uint64_t next = 1ULL << 44;
	uint64_t base = (next + size - 1) & ~(size - 1);

	next = base + size;
	return base;
}

void encl_secs(struct encl *e, const struct encl_opts *o)
{
	memset(e, 0, sizeof(*e));
	e->size = o->size != 0 ? o->size : ENCL_SIZE;
	e->base = o->base == 0 ? find_base(e->size) : o->base == 1 ? 0 : o->base;
	e->shift = o->shift;
	e->secs.size = e->size;
	e->secs.base = e->base;
	e->base += e->shift;
	e->secs.ssa_frame_size = 1;
	e->secs.miscselect = o->miscselect;
	e->secs.config_id[0] = o->config_id;
	e->secs.attributes.flags = o->attributes != 0 ? o->attributes : SGX_ATTR_MODE64BIT;
	e->secs.attributes.xfrm = o->xfrm != 0 ? o->xfrm : SGX_XFRM_LEGACY;
	e->fd = dev->open();
	assert_true(e->fd >= 0);
}

int encl_try_create(struct encl *e)
{
	struct sgx_enclave_create a = {.src = (uint64_t)&e->secs};

	return dev->ioctl(e->fd, SGX_IOC_ENCLAVE_CREATE, &a);
}

int encl_try_add(struct encl *e, const void *src, uint64_t off, uint64_t len, uint64_t secinfo,
	uint64_t flags, uint64_t *count)
{
	struct sgx_secinfo si = {.flags = secinfo};
	struct sgx_enclave_add_pages a = {
		(uint64_t)src, off + e->shift, len, (uint64_t)&si, flags, 0};
	int ret = dev->ioctl(e->fd, SGX_IOC_ENCLAVE_ADD_PAGES, &a);

	if (count != NULL)
		*count = a.count;
	return ret;
}

static void add(struct encl *e, const void *src, uint64_t off, uint64_t len, uint64_t secinfo)
{
	uint64_t count;

	assert_int_equal(encl_try_add(e, src, off, len, secinfo, SGX_PAGE_MEASURE, &count), 0);
	assert_int_equal(count, len);
}

void encl_add_standard(struct encl *e)
{
	static const _Alignas(4096) uint8_t zero[ENCL_DATA_LEN];
	_Alignas(4096) struct sgx_tcs tcs;
	const uint64_t rw = SGX_SECINFO_REG | SGX_SECINFO_R | SGX_SECINFO_W;

	for (int i = 0; i < ENCL_THREADS; i++) {
		memset(&tcs, 0, sizeof(tcs));
		tcs.ossa = e->shift + ENCL_SSA(i);
		tcs.nssa = ENCL_NSSA;
		tcs.oentry = e->shift + ENCL_CODE;
		tcs.ofsbase = tcs.ogsbase = e->shift + ENCL_GS(i);
		tcs.fslimit = tcs.gslimit = 0xffffffff;
		add(e, &tcs, ENCL_TCS(i), sizeof(tcs), SGX_SECINFO_TCS);
		add(e, zero, ENCL_GS(i), (1 + ENCL_NSSA) * 4096, rw);
	}
	add(e, encl_start, ENCL_CODE, (uint64_t)(encl_end - encl_start),
		SGX_SECINFO_REG | SGX_SECINFO_R | SGX_SECINFO_X);
	add(e, zero, ENCL_DATA, ENCL_DATA_LEN, rw);
	add(e, zero, ENCL_RO, 4096, SGX_SECINFO_REG | SGX_SECINFO_R);
	add(e, zero, ENCL_RWX, 4096, rw | SGX_SECINFO_X);
}

/* Measured here independently of the emulator's own running measurement. */
static void measure(struct encl *e)
{
	static const _Alignas(4096) uint8_t zero[4096];
	struct sgx_measure m;
	_Alignas(4096) struct sgx_tcs tcs;
	const uint64_t rw = SGX_SECINFO_REG | SGX_SECINFO_R | SGX_SECINFO_W;

	assert_int_equal(sgx_measure_init(&m), 0);
	(void)sgx_measure_ecreate(&m, e->secs.size, e->secs.ssa_frame_size);
	for (int i = 0; i < ENCL_THREADS; i++) {
		memset(&tcs, 0, sizeof(tcs));
		tcs.ossa = e->shift + ENCL_SSA(i);
		tcs.nssa = ENCL_NSSA;
		tcs.oentry = e->shift + ENCL_CODE;
		tcs.ofsbase = tcs.ogsbase = e->shift + ENCL_GS(i);
		tcs.fslimit = tcs.gslimit = 0xffffffff;
		(void)sgx_measure_page(
			&m, e->shift + ENCL_TCS(i), (void *)&tcs, SGX_SECINFO_TCS, true);
		for (int k = 0; k < 1 + ENCL_NSSA; k++)
			(void)sgx_measure_page(
				&m, e->shift + ENCL_GS(i) + 4096 * k, zero, rw, true);
	}
	for (const uint8_t *p = encl_start; p < encl_end; p += 4096)
		(void)sgx_measure_page(&m, e->shift + ENCL_CODE + (uint64_t)(p - encl_start), p,
			SGX_SECINFO_REG | SGX_SECINFO_R | SGX_SECINFO_X, true);
	for (uint64_t off = ENCL_DATA; off < ENCL_DATA + ENCL_DATA_LEN; off += 4096)
		(void)sgx_measure_page(&m, e->shift + off, zero, rw, true);
	(void)sgx_measure_page(&m, e->shift + ENCL_RO, zero, SGX_SECINFO_REG | SGX_SECINFO_R, true);
	(void)sgx_measure_page(&m, e->shift + ENCL_RWX, zero, rw | SGX_SECINFO_X, true);
	assert_int_equal(sgx_measure_final(&m, e->mrenclave), 0);
	sgx_measure_fini(&m);
}

void encl_resign(struct sgx_sigstruct *sig)
{
	assert_int_equal(sgx_sig_sign(sig, signing_key()), 0);
}

void encl_sigstruct(struct encl *e, struct sgx_sigstruct *sig)
{
	measure(e);
	memset(sig, 0, sizeof(*sig));
	sigstruct_init(sig);
	sig->date = 0x20260101;
	sig->miscselect = e->secs.miscselect;
	sig->misc_mask = ~0U;
	sig->attributes = e->secs.attributes;
	sig->attribute_mask = (struct sgx_attributes){~0ULL & ~SGX_ATTR_INIT, ~0ULL};
	memcpy(sig->enclave_hash, e->mrenclave, 32);
	sig->isv_prod_id = 7;
	sig->isv_svn = 3;
	encl_resign(sig);
}

int encl_try_init(struct encl *e, const struct sgx_sigstruct *sig)
{
	struct sgx_enclave_init a = {.sigstruct = (uint64_t)sig};

	return dev->ioctl(e->fd, SGX_IOC_ENCLAVE_INIT, &a);
}

void encl_map(struct encl *e, uint64_t off, uint64_t len, int prot)
{
	void *p = dev->mmap(e->fd, e->base + off, len, prot);

	assert_ptr_equal(p, (void *)(e->base + off));
}

void encl_build(struct encl *e, const struct encl_opts *o)
{
	struct sgx_sigstruct sig;

	encl_secs(e, o);
	assert_int_equal(encl_try_create(e), 0);
	encl_add_standard(e);
	encl_sigstruct(e, &sig);
	if (o->sig != NULL) {
		o->sig(&sig);
		encl_resign(&sig);
	}
	assert_int_equal(encl_try_init(e, &sig), 0);
	if (o->no_map)
		return;
	encl_map(e, 0, ENCL_CODE, PROT_READ | PROT_WRITE);
	encl_map(e, ENCL_CODE, (uint64_t)(encl_end - encl_start), PROT_READ | PROT_EXEC);
	encl_map(e, ENCL_DATA, ENCL_DATA_LEN, PROT_READ | PROT_WRITE);
	encl_map(e, ENCL_RO, 4096, PROT_READ);
	encl_map(e, ENCL_RWX, 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
	encl_map(e, ENCL_DYN, ENCL_SIZE - ENCL_DYN, PROT_READ | PROT_WRITE | PROT_EXEC);
}

void encl_destroy(struct encl *e)
{
	assert_int_equal(dev->munmap(e->base, ENCL_SIZE), 0);
	assert_int_equal(dev->close(e->fd), 0);
}

static struct {
	_Alignas(16) uint8_t stack[65536];
	struct sgx_enclave_run run;
} threads[ENCL_THREADS];

int encl_enter_run(int thread, struct encl_regs *r, unsigned leaf, struct sgx_enclave_run *run)
{
	return encl_enter_raw(
		r, leaf, run, dev->enter, threads[thread].stack + sizeof(threads[thread].stack));
}

unsigned encl_enter(
	struct encl *e, int thread, unsigned leaf, struct encl_regs *r, struct sgx_enclave_run *out)
{
	struct sgx_enclave_run *run = &threads[thread].run;

	memset(run, 0, sizeof(*run));
	run->tcs = e->base + ENCL_TCS(thread);
	assert_int_equal(encl_enter_run(thread, r, leaf, run), 0);
	*out = *run;
	return run->function;
}

uint64_t encl_call(struct encl *e, enum encl_op op, uint64_t a, uint64_t b)
{
	struct encl_regs r = {.rdi = op, .rsi = a, .rdx = b};
	struct sgx_enclave_run run;

	assert_int_equal(encl_enter(e, 0, SGX_EENTER, &r, &run), SGX_EEXIT);
	return r.rdi;
}

void encl_expect_fault(struct encl *e, enum encl_op op, uint64_t a, uint64_t b, unsigned vector,
	unsigned error, uint64_t addr)
{
	struct encl_regs r = {.rdi = op, .rsi = a, .rdx = b};
	struct sgx_enclave_run run;

	assert_int_equal(encl_enter(e, 0, SGX_EENTER, &r, &run), SGX_ERESUME);
	assert_int_equal(run.exception_vector, vector);
	assert_int_equal(run.exception_error_code, error);
	assert_int_equal(run.exception_addr, addr);
}

uint64_t encl_nested(struct encl *e, enum encl_nested_op op, uint64_t a, uint64_t b)
{
	return encl_call(e, (enum encl_op)op, a, b);
}

uint64_t encl_resume(struct encl *e)
{
	struct encl_regs r = {0};
	struct sgx_enclave_run run;

	assert_int_equal(encl_enter(e, 0, SGX_ERESUME, &r, &run), SGX_EEXIT);
	return r.rdi;
}

uint64_t encl_leaf(
	struct encl *e, unsigned leaf, uint64_t rbx, uint64_t rcx, uint64_t rdx, uint64_t *flags)
{
	struct encl_regs r = {OP_enclu, leaf, rbx, rcx, rdx};
	struct sgx_enclave_run run;

	assert_int_equal(encl_enter(e, 0, SGX_EENTER, &r, &run), SGX_EEXIT);
	if (flags != NULL)
		*flags = r.rsi;
	return r.rdi;
}
