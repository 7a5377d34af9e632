/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ioctls of SGX2: restrict permissions (EMODPR), modify types (EMODT), remove pages (EREMOVE).
 * Page by page, with count exact after a failure, and result the SGX error code of the failing
 * instruction. The driver's ETRACK and IPIs have no equivalent: protections change at once.
 */
#include "emu.h"

#include <errno.h>

/* sgx_ioc_sgx2_ready() and the range check common to the three. */
static int check_range(const struct emu_encl *e, uint64_t offset, uint64_t length)
{
	if (!e->sh->created || !e->sh->initialised)
		return -EINVAL;
	if ((offset | length) & (SGX_PAGE_SIZE - 1) || length == 0 || offset + length < offset ||
		offset + length > e->size)
		return -EINVAL;
	return 0;
}

static int restrict_page(struct emu_encl *e, uint64_t va, uint64_t perm, uint64_t *result)
{
	uint16_t entry = emu_epcm_get(e, va);

	if (!(entry & EMU_VALID))
		return -EFAULT;
	if (EMU_TYPE_OF(entry) != SGX_PT_REG)
		return -EINVAL;
	if (entry & (EMU_PENDING | EMU_MODIFIED)) {
		*result = SGX_PAGE_NOT_MODIFIABLE;
		return -EFAULT;
	}
	/* EMODPR only ever takes away, and leaves PR to be accepted. */
	emu_epcm_set_locked(e, va, (entry & ~EMU_RWX) | (entry & perm & EMU_RWX) | EMU_PR);
	return 0;
}

int emu_ioc_restrict(struct emu_encl *e, struct sgx_enclave_restrict_permissions *a)
{
	int ret = check_range(e, a->offset, a->length);
	uint64_t base = e->base + a->offset;

	if (ret < 0)
		return ret;
	if (a->permissions & ~SGX_SECINFO_RWX || a->result != 0 || a->count != 0 ||
		((a->permissions & SGX_SECINFO_W) && !(a->permissions & SGX_SECINFO_R)))
		return -EINVAL;
	emu_lock(&e->sh->lock);
	while (a->count < a->length && ret == 0) {
		ret = restrict_page(e, base + a->count, a->permissions, &a->result);
		if (ret == 0)
			a->count += SGX_PAGE_SIZE;
	}
	emu_unlock(&e->sh->lock);
	emu_map_sync(e, base, base + a->count);
	return ret;
}

static int modify_page(struct emu_encl *e, uint64_t va, uint64_t type, uint64_t *result)
{
	uint16_t entry = emu_epcm_get(e, va);
	unsigned old = EMU_TYPE_OF(entry), max = EMU_MAX_OF(entry);

	if (!(entry & EMU_VALID))
		return -EFAULT;
	if (!(old == SGX_PT_REG || (old == SGX_PT_TCS && type == SGX_PT_TRIM)))
		return -EINVAL;
	if (type == SGX_PT_TCS &&
		(max & (SGX_SECINFO_R | SGX_SECINFO_W)) != (SGX_SECINFO_R | SGX_SECINFO_W))
		return -EPERM;
	if (entry & (EMU_PENDING | EMU_MODIFIED)) {
		*result = SGX_PAGE_NOT_MODIFIABLE;
		return -EFAULT;
	}
	if (type == SGX_PT_TCS)
		max = SGX_SECINFO_R | SGX_SECINFO_W;
	emu_epcm_set_locked(e, va,
		(uint16_t)(EMU_VALID | EMU_TYPE((unsigned)type) | EMU_MAX(max) | EMU_MODIFIED));
	return 0;
}

int emu_ioc_modify(struct emu_encl *e, struct sgx_enclave_modify_types *a)
{
	int ret = check_range(e, a->offset, a->length);
	uint64_t base = e->base + a->offset;

	if (ret < 0)
		return ret;
	if ((a->page_type != SGX_PT_TCS && a->page_type != SGX_PT_TRIM) || a->result != 0 ||
		a->count != 0)
		return -EINVAL;
	emu_lock(&e->sh->lock);
	while (a->count < a->length && ret == 0) {
		ret = modify_page(e, base + a->count, a->page_type, &a->result);
		if (ret == 0)
			a->count += SGX_PAGE_SIZE;
	}
	emu_unlock(&e->sh->lock);
	emu_map_sync(e, base, base + a->count);
	return ret;
}

static int remove_page(struct emu_encl *e, uint64_t va)
{
	uint16_t entry = emu_epcm_get(e, va);

	if (!(entry & EMU_VALID))
		return -EFAULT;
	if (EMU_TYPE_OF(entry) != SGX_PT_TRIM || (entry & EMU_MODIFIED))
		return -EPERM; /* not trimmed, or the enclave has not accepted it */
	emu_epcm_set_locked(e, va, 0);
	return 0;
}

int emu_ioc_remove(struct emu_encl *e, struct sgx_enclave_remove_pages *a)
{
	int ret = check_range(e, a->offset, a->length);

	if (ret < 0)
		return ret;
	if (a->count != 0)
		return -EINVAL;
	emu_lock(&e->sh->lock);
	while (a->count < a->length && ret == 0) {
		ret = remove_page(e, e->base + a->offset + a->count);
		if (ret == 0)
			a->count += SGX_PAGE_SIZE;
	}
	/* Under the lock: the next EAUG of these pages must find zeros. */
	if (a->count != 0 && emu_encl_punch(e, e->base + a->offset, a->count) < 0)
		emu_fatal("cannot give enclave memory back", e->base + a->offset, a->count);
	emu_unlock(&e->sh->lock);
	return ret;
}
