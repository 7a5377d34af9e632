/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ioctls that build an enclave, with the driver's order of checks and errnos (Linux 6.12
 * arch/x86/kernel/cpu/sgx/ioctl.c) and ECREATE, EADD, EEXTEND, EINIT underneath (SDM volume 3D).
 * One ioctl at a time per enclave: the second gets EBUSY, as from the driver.
 */
#define _GNU_SOURCE
#include "emu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sgx_measure.h"
#include "sgx_sign.h"
#include "sigstruct.h"

/* copy_from_user()/copy_to_user(): a bad pointer is EFAULT, not a crash. */
static int copy_in(void *dst, uint64_t src, size_t len)
{
	struct iovec l = {dst, len}, r = {(void *)src, len};

	return process_vm_readv((pid_t)emu_pid, &l, 1, &r, 1, 0) == (ssize_t)len ? 0 : -EFAULT;
}

static bool all_zero(const void *p, size_t len)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < len; i++)
		if (b[i] != 0)
			return false;
	return true;
}

/* ECREATE's #GP conditions. */
static bool secs_valid(const struct sgx_secs *s)
{
	uint64_t misc = (s->miscselect & SGX_MISC_EXINFO) ? SGX_EXINFO_SIZE : 0;
	uint64_t flags = s->attributes.flags, xfrm = s->attributes.xfrm;

	if ((xfrm & SGX_XFRM_LEGACY) != SGX_XFRM_LEGACY ||
		(xfrm & ~(EMU_XFRM_LEGAL & emu_caps.xcr0)))
		return false;
	if ((xfrm & SGX_XFRM_AVX512) != 0 &&
		(xfrm & (SGX_XFRM_AVX512 | SGX_XFRM_AVX)) != (SGX_XFRM_AVX512 | SGX_XFRM_AVX))
		return false;
	if ((xfrm & SGX_XFRM_AMX) != 0 && (xfrm & SGX_XFRM_AMX) != SGX_XFRM_AMX)
		return false;
	if (s->size < SGX_SIZE_MIN || (s->size & (s->size - 1)) ||
		s->size > 1ULL << EMU_SIZE_LOG2_MAX || (s->base & (s->size - 1)))
		return false;
	if ((uint64_t)s->ssa_frame_size * SGX_PAGE_SIZE <
			emu_xsave_bytes(xfrm) + SGX_GPR_SIZE + misc ||
		(uint64_t)s->ssa_frame_size * SGX_PAGE_SIZE >= s->size)
		return false;
	if ((flags & ~EMU_ATTR_LEGAL) || !(flags & SGX_ATTR_MODE64BIT) ||
		(s->miscselect & ~SGX_MISC_EXINFO))
		return false;
	if (!(flags & SGX_ATTR_KSS) && (!all_zero(s->config_id, 64) || s->config_svn != 0))
		return false;
	return s->cet_leg_bitmap_offset == 0 && s->cet_attributes == 0 &&
	       all_zero(s->reserved1, sizeof(s->reserved1)) &&
	       all_zero(s->reserved2, sizeof(s->reserved2)) &&
	       all_zero(s->reserved3, sizeof(s->reserved3)) &&
	       all_zero(s->reserved4, sizeof(s->reserved4));
}

static int ioc_create(struct emu_encl *e, const struct sgx_enclave_create *a)
{
	struct sgx_secs secs;
	int ret;

	if (e->sh->created)
		return -EINVAL;
	if (copy_in(&secs, a->src, sizeof(secs)) < 0)
		return -EFAULT;
	if (secs.size == 0 || (secs.size & (secs.size - 1)))
		return -EINVAL;
	/* The CPU ignores what software put in the fields that it owns. */
	memset(secs.mrenclave, 0, sizeof(secs.mrenclave));
	memset(secs.mrsigner, 0, sizeof(secs.mrsigner));
	secs.isv_prod_id = 0;
	secs.isv_svn = 0;
	if (!secs_valid(&secs))
		return -EIO;
	e->measure = calloc(1, sizeof(*e->measure));
	if (e->measure == NULL)
		return -ENOMEM;
	ret = sgx_measure_init(e->measure);
	if (ret == 0)
		ret = sgx_measure_ecreate(e->measure, secs.size, secs.ssa_frame_size);
	if (ret == 0)
		ret = emu_encl_setup(e, &secs);
	if (ret == 0)
		e->sh->created = 1;
	return ret;
}

static int check_secinfo(const struct sgx_secinfo *s)
{
	uint64_t rwx = s->flags & SGX_SECINFO_RWX, type = s->flags & SGX_SECINFO_PT_MASK;

	if (type != SGX_SECINFO_REG && type != SGX_SECINFO_TCS)
		return -EINVAL;
	if ((rwx & SGX_SECINFO_W) && !(rwx & SGX_SECINFO_R))
		return -EINVAL;
	if (type == SGX_SECINFO_TCS && rwx != 0)
		return -EINVAL;
	if (s->flags & ~(SGX_SECINFO_RWX | SGX_SECINFO_PT_MASK))
		return -EINVAL;
	return all_zero(s->reserved, sizeof(s->reserved)) ? 0 : -EINVAL;
}

static bool tcs_addable(const struct sgx_tcs *t)
{
	return !(t->flags & ~SGX_TCS_DBGOPTIN) && t->ossa % SGX_PAGE_SIZE == 0 &&
	       t->ofsbase % SGX_PAGE_SIZE == 0 && t->ogsbase % SGX_PAGE_SIZE == 0 &&
	       t->ocetssa == 0 && t->prevssp == 0 && (t->fslimit & 0xfff) == 0xfff &&
	       (t->gslimit & 0xfff) == 0xfff && all_zero(t->reserved, sizeof(t->reserved));
}

/* EADD, and EEXTEND of its 16 chunks. -EIO: the instruction faulted. */
static int add_page(
	struct emu_encl *e, uint64_t off, uint8_t page[4096], uint64_t secinfo, bool measure)
{
	bool tcs = (secinfo & SGX_SECINFO_PT_MASK) == SGX_SECINFO_TCS;
	uint16_t rwx = secinfo & SGX_SECINFO_RWX, entry;
	uint64_t va = e->base + off;
	int ret;

	if (emu_epcm_get(e, va) & EMU_VALID)
		return -EBUSY;
	if (tcs) {
		struct sgx_tcs *t = (struct sgx_tcs *)page;
		if (!tcs_addable(t))
			return -EIO;
		t->state = t->aep = 0;
		t->cssa = 0;
		t->flags &= ~SGX_TCS_DBGOPTIN;
		entry = EMU_VALID | EMU_TYPE(SGX_PT_TCS) | EMU_MAX(SGX_SECINFO_R | SGX_SECINFO_W);
	} else {
		entry = EMU_VALID | EMU_TYPE(SGX_PT_REG) | EMU_MAX(rwx) | rwx;
	}
	ret = emu_encl_write(e, va, page, SGX_PAGE_SIZE);
	if (ret == 0)
		ret = sgx_measure_page(e->measure, off, page, secinfo, measure);
	if (ret < 0)
		return ret;
	emu_lock(&e->sh->lock);
	emu_epcm_set_locked(e, va, entry);
	emu_unlock(&e->sh->lock);
	return 0;
}

static int ioc_add_pages(struct emu_encl *e, struct sgx_enclave_add_pages *a)
{
	_Alignas(16) uint8_t page[SGX_PAGE_SIZE];
	struct sgx_secinfo secinfo;
	uint64_t done = 0;
	int ret = 0;

	if (!e->sh->created || e->sh->initialised || e->measure == NULL)
		return -EINVAL;
	if ((a->offset | a->length | a->src) & (SGX_PAGE_SIZE - 1) || a->length == 0 ||
		a->offset + a->length < a->offset || a->offset + a->length > e->size)
		return -EINVAL;
	if (copy_in(&secinfo, a->secinfo, sizeof(secinfo)) < 0)
		return -EFAULT;
	if (check_secinfo(&secinfo) < 0)
		return -EINVAL;
	for (; done < a->length && ret == 0; done += SGX_PAGE_SIZE) {
		ret = emu_source_check(e, a->src + done, SGX_PAGE_SIZE);
		if (ret == 0)
			ret = copy_in(page, a->src + done, SGX_PAGE_SIZE);
		if (ret == 0)
			ret = add_page(e, a->offset + done, page, secinfo.flags,
				a->flags & SGX_PAGE_MEASURE);
		if (ret < 0)
			break;
	}
	a->count = done;
	if (done != 0)
		emu_map_sync(e, e->base + a->offset, e->base + a->offset + done);
	return ret;
}

static int ioc_init(struct emu_encl *e, const struct sgx_enclave_init *a)
{
	struct sgx_secs *secs = &e->sh->secs;
	struct sgx_sigstruct sig;
	uint8_t mrenclave[SGX_HASH_SIZE], mrsigner[SGX_HASH_SIZE];
	uint64_t allowed = EMU_ATTR_ALLOWED | (e->sh->provision ? SGX_ATTR_PROVISIONKEY : 0);
	int err;

	if (!e->sh->created || e->sh->initialised || e->measure == NULL)
		return -EINVAL;
	if (copy_in(&sig, a->sigstruct, sizeof(sig)) < 0)
		return -EFAULT;
	if (sig.vendor != 0 && sig.vendor != SGX_VENDOR_INTEL)
		return -EINVAL;
	if (secs->attributes.flags & ~allowed)
		return -EACCES;
	if ((sig.attributes.flags & sig.attribute_mask.flags & ~(EMU_ATTR_LEGAL | SGX_ATTR_INIT)) ||
		(sig.attributes.xfrm & sig.attribute_mask.xfrm &
			~(EMU_XFRM_LEGAL & emu_caps.xcr0)) ||
		(sig.miscselect & sig.misc_mask & ~SGX_MISC_EXINFO))
		return -EINVAL;
	if (sgx_measure_final(e->measure, mrenclave) < 0 || sgx_mrsigner(sig.modulus, mrsigner) < 0)
		return -ENOMEM;
	err = sgx_sig_verify(&sig);
	if (err < 0)
		return err;
	/* The driver writes IA32_SGXLEPUBKEYHASH with this very signer first: all may launch. */
	if (err == SGX_SUCCESS)
		err = sigstruct_check_enclave(&sig, secs, mrenclave, mrsigner, mrsigner);
	if (err != SGX_SUCCESS)
		return -EPERM;
	memcpy(secs->mrenclave, mrenclave, sizeof(mrenclave));
	memcpy(secs->mrsigner, mrsigner, sizeof(mrsigner));
	memcpy(e->sh->isv_family_id, sig.isv_family_id, 16);
	memcpy(e->sh->isv_ext_prod_id, sig.isv_ext_prod_id, 16);
	secs->isv_prod_id = sig.isv_prod_id;
	secs->isv_svn = sig.isv_svn;
	secs->attributes.flags |= SGX_ATTR_INIT;
	sgx_measure_fini(e->measure);
	free(e->measure);
	e->measure = NULL;
	__atomic_store_n(&e->sh->initialised, 1, __ATOMIC_RELEASE);
	return 0;
}

/* Any descriptor whose file is the provisioning device; the emulator opens /dev/null for it. */
static int ioc_provision(struct emu_encl *e, const struct sgx_enclave_provision *a)
{
	struct stat st, null;

	if (a->fd > INT32_MAX || fstat((int)a->fd, &st) < 0)
		return -EINVAL;
	if (stat("/dev/null", &null) < 0 || st.st_rdev != null.st_rdev || !S_ISCHR(st.st_mode))
		return -EINVAL;
	e->sh->provision = 1;
	return 0;
}

static int dispatch(struct emu_encl *e, uint32_t cmd, void *arg)
{
	switch (cmd) {
	case SGX_IOC_ENCLAVE_CREATE:
		return ioc_create(e, arg);
	case SGX_IOC_ENCLAVE_ADD_PAGES:
		return ioc_add_pages(e, arg);
	case SGX_IOC_ENCLAVE_INIT:
		return ioc_init(e, arg);
	case SGX_IOC_ENCLAVE_PROVISION:
		return ioc_provision(e, arg);
	case SGX_IOC_ENCLAVE_RESTRICT_PERMISSIONS:
		return emu_ioc_restrict(e, arg);
	case SGX_IOC_ENCLAVE_MODIFY_TYPES:
		return emu_ioc_modify(e, arg);
	case SGX_IOC_ENCLAVE_REMOVE_PAGES:
		return emu_ioc_remove(e, arg);
	default:
		return -ENOTTY;
	}
}

int emu_ioctl(int fd, unsigned long cmd, void *arg)
{
	struct emu_encl *e = emu_encl_by_fd(fd);
	struct emu_shared *sh;
	int ret;

	if (e == NULL)
		return -EBADF;
	if (__atomic_exchange_n(&e->sh->ioctl_busy, 1, __ATOMIC_ACQUIRE))
		return -EBUSY;
	ret = dispatch(e, (uint32_t)cmd, arg);
	sh = e->sh; /* ECREATE moves it */
	__atomic_store_n(&sh->ioctl_busy, 0, __ATOMIC_RELEASE);
	return ret;
}
