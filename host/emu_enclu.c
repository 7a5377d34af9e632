/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ENCLU leaves that enclave code executes: EEXIT, EREPORT, EGETKEY, EACCEPT, EACCEPTCOPY,
 * EMODPE. Order of checks as in the pseudo-code of SDM volume 3D. EDECCSSA is not offered (nor by
 * our CPUID), so it is #GP, as are EENTER and ERESUME inside an enclave.
 */
#define _GNU_SOURCE
#include "emu.h"

#include <string.h>
#include <sys/mman.h>

#define GP 13
#define PF 14

#define RFLAGS_CF_PF_AF_ZF_SF_OF 0x8d5
#define RFLAGS_ZF                0x40

#define PAGE_MASK (~(uint64_t)(SGX_PAGE_SIZE - 1))
#define RW        (SGX_SECINFO_R | SGX_SECINFO_W)

static void finish(struct emu_ctx *c, unsigned len)
{
	c->g[REG_RIP] += len;
}

/* Leaves that report a code: RAX and ZF, the other arithmetic flags cleared. */
static void finish_code(struct emu_ctx *c, unsigned len, enum sgx_error code)
{
	c->g[REG_RAX] = code;
	c->g[REG_EFL] &= ~(greg_t)RFLAGS_CF_PF_AF_ZF_SF_OF;
	if (code != SGX_SUCCESS)
		c->g[REG_EFL] |= RFLAGS_ZF;
	finish(c, len);
}

static void raise_gp(struct emu_ctx *c)
{
	emu_raise(c, GP, 0, 0);
}

static bool in_elrange(const struct emu_ctx *c, uint64_t va)
{
	return va - c->e->base < c->e->size;
}

/* The page is mapped here; an absent one has been EAUGed. False: #PF has been raised. */
static bool page_present(struct emu_ctx *c, uint64_t va, uint16_t *entry, uint32_t write)
{
	if (emu_map_prot(c->e, va) <= PROT_NONE) {
		emu_raise(c, PF, SGX_PF_U | write, va);
		return false;
	}
	*entry = emu_epcm_get(c->e, va);
	if (!(*entry & EMU_VALID)) {
		(void)emu_epcm_eaug(c->e, va); /* EEXIST: another thread was faster */
		*entry = emu_epcm_get(c->e, va);
	}
	return true;
}

/* A memory operand inside the enclave: #GP if misplaced, #PF if it may not be accessed. */
static bool operand(struct emu_ctx *c, uint64_t va, size_t align, unsigned access)
{
	uint32_t write = (access & SGX_SECINFO_W) ? SGX_PF_W : 0;
	uint16_t entry;
	int prot;

	if (va % align != 0 || !in_elrange(c, va)) {
		raise_gp(c);
		return false;
	}
	if (!page_present(c, va, &entry, write))
		return false;
	prot = emu_map_prot(c->e, va);
	if (!emu_epcm_allows(entry, access)) {
		emu_raise(c, PF, SGX_PF_SGX | SGX_PF_P | SGX_PF_U | write, va);
		return false;
	}
	if (write != 0 && !(prot & PROT_WRITE)) {
		emu_raise(c, PF, SGX_PF_P | SGX_PF_U | SGX_PF_W, va);
		return false;
	}
	return true;
}

static void fetch_operand(struct emu_ctx *c, uint64_t va, void *buf, size_t len)
{
	/* The fast way where the mapping lets us; no operand of a leaf crosses a page. */
	if (c->e->pkey < 0 && (c->e->now[(va - c->e->base) >> SGX_PAGE_SHIFT] & PROT_READ))
		memcpy(buf, (const void *)va, len);
	else if (emu_encl_read(c->e, va, buf, len) < 0)
		emu_fatal("cannot read an ENCLU operand", va, len);
}

static void store_operand(struct emu_ctx *c, uint64_t va, const void *buf, size_t len)
{
	if (emu_encl_write(c->e, va, buf, len) < 0)
		emu_fatal("no memory for an ENCLU result", va, len);
}

static void eexit(struct emu_ctx *c)
{
	uint64_t target = (uint64_t)c->g[REG_RBX];
	struct emu_tcs *tcs = c->t->cur;

	if ((uint64_t)((int64_t)(target << 16) >> 16) != target) {
		raise_gp(c);
		return;
	}
	if (in_elrange(c, target))
		emu_fatal("EEXIT into the enclave (abort page): target, tcs", target, tcs->va);
	c->g[REG_RIP] = (greg_t)target;
	c->g[REG_RCX] = (greg_t)tcs->tcs->aep;
	c->g[REG_EFL] = (c->g[REG_EFL] & ~(greg_t)0x100) | (greg_t)c->t->tf;
	c->fg->fs = c->t->frame.hostfs;
	c->fg->gs = c->t->frame.hostgs;
	emu_pkey_close_frame(c->e->pkey, (uint8_t *)c->uc->uc_mcontext.fpregs);
	c->t->cur = NULL;
	__atomic_store_n(&tcs->tcs->state, 0, __ATOMIC_RELEASE);
}

/* SECINFO at RBX and the page at RCX, checked as operands. False: a fault has been raised. */
static bool secinfo_and_page(struct emu_ctx *c, struct sgx_secinfo *si, uint64_t *page)
{
	uint64_t va = (uint64_t)c->g[REG_RBX];

	*page = (uint64_t)c->g[REG_RCX];
	if (*page % SGX_PAGE_SIZE != 0 || !in_elrange(c, *page)) {
		raise_gp(c);
		return false;
	}
	if (!operand(c, va, SGX_SECINFO_ALIGN, SGX_SECINFO_R))
		return false;
	fetch_operand(c, va, si, sizeof(*si));
	for (size_t i = 0; i < sizeof(si->reserved); i++)
		if (si->reserved[i] != 0) {
			raise_gp(c);
			return false;
		}
	return true;
}

static uint16_t secinfo_entry(const struct sgx_secinfo *si)
{
	unsigned type = (unsigned)(si->flags >> SGX_SECINFO_PT_SHIFT) & 7;

	return (uint16_t)((si->flags & (EMU_RWX | EMU_PENDING | EMU_MODIFIED)) | EMU_TYPE(type));
}

/* The combinations of type and state that can be accepted at all. */
static bool acceptable(uint64_t flags)
{
	uint64_t type = flags & SGX_SECINFO_PT_MASK;
	uint64_t state = flags & (SGX_SECINFO_PENDING | SGX_SECINFO_MODIFIED | SGX_SECINFO_PR);

	if (flags & ~(SGX_SECINFO_RWX | SGX_SECINFO_PT_MASK | SGX_SECINFO_PENDING |
			    SGX_SECINFO_MODIFIED | SGX_SECINFO_PR))
		return false;
	if (type == SGX_SECINFO_REG)
		return state == SGX_SECINFO_PENDING || state == SGX_SECINFO_PR ||
		       state == (SGX_SECINFO_PENDING | SGX_SECINFO_PR);
	return (type == SGX_SECINFO_TCS || type == SGX_SECINFO_TRIM) &&
	       state == SGX_SECINFO_MODIFIED;
}

/* What EACCEPT asks of the content of a page that is to become a TCS. */
static bool tcs_acceptable(struct emu_ctx *c, uint64_t va)
{
	const struct sgx_tcs *t = (const void *)c->t->scratch;

	fetch_operand(c, va, c->t->scratch, SGX_PAGE_SIZE);
	if ((t->flags & ~SGX_TCS_AEXNOTIFY) || t->cssa >= t->nssa || t->aep != 0 || t->state != 0 ||
		(t->ossa | t->ofsbase | t->ogsbase) % SGX_PAGE_SIZE != 0 ||
		(t->fslimit & 0xfff) != 0xfff || (t->gslimit & 0xfff) != 0xfff)
		return false;
	if ((t->flags & SGX_TCS_AEXNOTIFY) &&
		!(c->e->sh->secs.attributes.flags & SGX_ATTR_AEXNOTIFY))
		return false;
	for (size_t i = 0; i < sizeof(t->reserved); i++)
		if (t->reserved[i] != 0)
			return false;
	return true;
}

static void eaccept(struct emu_ctx *c, unsigned len)
{
	struct sgx_secinfo si;
	uint64_t page;
	uint16_t entry, want;

	if (!secinfo_and_page(c, &si, &page))
		return;
	if (!acceptable(si.flags)) {
		raise_gp(c);
		return;
	}
	if (!page_present(c, page, &entry, SGX_PF_W))
		return;
	want = secinfo_entry(&si);
	if ((entry & EMU_COMPARED) == want && (si.flags & SGX_SECINFO_PT_MASK) == SGX_SECINFO_TCS &&
		!tcs_acceptable(c, page)) {
		raise_gp(c);
		return;
	}
	emu_lock(&c->e->sh->lock);
	entry = emu_epcm_get(c->e, page);
	if ((entry & EMU_VALID) && (entry & EMU_COMPARED) == want)
		emu_epcm_set_locked(c->e, page, entry & ~(EMU_PENDING | EMU_MODIFIED | EMU_PR));
	else
		want = 0;
	emu_unlock(&c->e->sh->lock);
	if (want == 0) {
		finish_code(c, len, SGX_PAGE_ATTRIBUTES_MISMATCH);
		return;
	}
	if (emu_map_sync(c->e, page, page + SGX_PAGE_SIZE) < 0)
		emu_fatal("cannot map an accepted page", page, 0);
	finish_code(c, len, SGX_SUCCESS);
}

static void eacceptcopy(struct emu_ctx *c, unsigned len)
{
	uint8_t *content = c->t->scratch;
	uint64_t page, src = (uint64_t)c->g[REG_RDX];
	uint16_t entry, pending = EMU_VALID | EMU_PENDING | EMU_TYPE(SGX_PT_REG);
	struct sgx_secinfo si;
	bool done = false;

	if (!secinfo_and_page(c, &si, &page))
		return;
	if ((si.flags & ~SGX_SECINFO_RWX) != SGX_SECINFO_REG || (si.flags & RW) == SGX_SECINFO_W) {
		raise_gp(c);
		return;
	}
	if (!operand(c, src, SGX_PAGE_SIZE, SGX_SECINFO_R) ||
		!page_present(c, page, &entry, SGX_PF_W))
		return;
	fetch_operand(c, src, content, SGX_PAGE_SIZE);
	emu_lock(&c->e->sh->lock);
	entry = emu_epcm_get(c->e, page);
	if ((entry & (pending | EMU_MODIFIED | EMU_TYPE(7))) == pending) {
		store_operand(c, page, content, SGX_PAGE_SIZE);
		entry &= (uint16_t) ~(EMU_RWX | EMU_PENDING | EMU_PR);
		emu_epcm_set_locked(c->e, page, entry | (si.flags & EMU_RWX));
		done = true;
	}
	emu_unlock(&c->e->sh->lock);
	if (done && emu_map_sync(c->e, page, page + SGX_PAGE_SIZE) < 0)
		emu_fatal("cannot map an accepted page", page, 0);
	finish_code(c, len, done ? SGX_SUCCESS : SGX_PAGE_ATTRIBUTES_MISMATCH);
}

static void emodpe(struct emu_ctx *c, unsigned len)
{
	struct sgx_secinfo si;
	uint64_t page;
	uint16_t entry;
	bool ok;

	if (!secinfo_and_page(c, &si, &page))
		return;
	if (!page_present(c, page, &entry, SGX_PF_W))
		return;
	emu_lock(&c->e->sh->lock);
	entry = emu_epcm_get(c->e, page);
	ok = emu_epcm_allows(entry, 0);
	if (ok && ((entry | si.flags) & RW) != SGX_SECINFO_W)
		emu_epcm_set_locked(c->e, page, entry | (si.flags & EMU_RWX));
	emu_unlock(&c->e->sh->lock);
	if (!ok) {
		emu_raise(c, PF, SGX_PF_SGX | SGX_PF_P | SGX_PF_U | SGX_PF_W, page);
	} else if (((entry | si.flags) & RW) == SGX_SECINFO_W) {
		raise_gp(c);
	} else {
		if (emu_map_sync(c->e, page, page + SGX_PAGE_SIZE) < 0)
			emu_fatal("cannot map an extended page", page, 0);
		finish(c, len);
	}
}

static void ereport(struct emu_ctx *c, unsigned len)
{
	uint64_t ti_va = (uint64_t)c->g[REG_RBX], rd_va = (uint64_t)c->g[REG_RCX];
	uint64_t out_va = (uint64_t)c->g[REG_RDX];
	struct sgx_targetinfo ti;
	struct sgx_reportdata rd;
	struct sgx_report report;

	if (!operand(c, ti_va, SGX_TARGETINFO_ALIGN, SGX_SECINFO_R) ||
		!operand(c, rd_va, SGX_REPORTDATA_ALIGN, SGX_SECINFO_R) ||
		!operand(c, out_va, SGX_REPORT_ALIGN, RW))
		return;
	fetch_operand(c, ti_va, &ti, sizeof(ti));
	fetch_operand(c, rd_va, &rd, sizeof(rd));
	if (!emu_report(c->e, &ti, &rd, &report)) {
		raise_gp(c);
		return;
	}
	store_operand(c, out_va, &report, sizeof(report));
	finish(c, len);
}

static void egetkey(struct emu_ctx *c, unsigned len)
{
	uint64_t kr_va = (uint64_t)c->g[REG_RBX], out_va = (uint64_t)c->g[REG_RCX];
	struct sgx_keyrequest kr;
	uint8_t key[SGX_KEY_SIZE];
	int code;

	if (!operand(c, kr_va, SGX_KEYREQUEST_ALIGN, SGX_SECINFO_R) ||
		!operand(c, out_va, SGX_KEY_ALIGN, RW))
		return;
	fetch_operand(c, kr_va, &kr, sizeof(kr));
	code = emu_getkey(c->e, &kr, key);
	if (code < 0) {
		raise_gp(c);
		return;
	}
	if (code == SGX_SUCCESS)
		store_operand(c, out_va, key, sizeof(key));
	finish_code(c, len, (enum sgx_error)code);
}

void emu_enclu(struct emu_ctx *c, unsigned len)
{
	switch ((uint32_t)c->g[REG_RAX]) {
	case SGX_EEXIT:
		eexit(c);
		break;
	case SGX_EACCEPT:
		eaccept(c, len);
		break;
	case SGX_EACCEPTCOPY:
		eacceptcopy(c, len);
		break;
	case SGX_EMODPE:
		emodpe(c, len);
		break;
	case SGX_EREPORT:
		ereport(c, len);
		break;
	case SGX_EGETKEY:
		egetkey(c, len);
		break;
	default:
		raise_gp(c);
		break;
	}
}
