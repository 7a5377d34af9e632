/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EENTER and ERESUME (SDM volume 3D): the checks in the architecture's order, then the frame from
 * which emu_enter.S starts enclave code. Compiled without vector registers: what the host had in
 * them is what the enclave finds, as on hardware.
 */
#include "emu.h"
#include "emu_test.h"

#include <sys/mman.h>

#define GP 13
#define PF 14

#define RFLAGS_TF 0x100ULL

static int fault(struct emu_frame *f, unsigned vector, unsigned error, uint64_t addr)
{
	f->vector = vector;
	f->error = error;
	f->addr = addr & ~(uint64_t)(SGX_PAGE_SIZE - 1);
	return -1;
}

static bool canonical(uint64_t a)
{
	return (uint64_t)((int64_t)(a << 16) >> 16) == a;
}

/* A page the CPU reads and writes for itself: the mapping first, then the EPCM. 0 or error code. */
static unsigned probe(struct emu_encl *e, uint64_t va, unsigned type)
{
	uint16_t entry = emu_epcm_get(e, va), want = EMU_VALID | EMU_TYPE(type);
	int prot = emu_map_prot(e, va);

	if (type == SGX_PT_REG)
		want |= SGX_SECINFO_R | SGX_SECINFO_W;
	if (prot < 0)
		return SGX_PF_U | SGX_PF_W;
	if ((prot & (PROT_READ | PROT_WRITE)) != (PROT_READ | PROT_WRITE))
		return SGX_PF_U | SGX_PF_W | SGX_PF_P;
	if (!(entry & EMU_VALID))
		(void)emu_epcm_eaug(e, va); /* the driver's fault handler; still not accepted */
	if ((entry & (want | EMU_TYPE(7) | EMU_PENDING | EMU_MODIFIED)) != want)
		return SGX_PF_SGX | SGX_PF_U | SGX_PF_W | SGX_PF_P;
	return 0;
}

static int check_tcs(struct emu_frame *f, struct emu_encl *e, const struct sgx_tcs *tcs)
{
	uint64_t legal = SGX_TCS_DBGOPTIN;

	if (e->sh->secs.attributes.flags & SGX_ATTR_AEXNOTIFY)
		legal |= SGX_TCS_AEXNOTIFY;
	if ((tcs->ossa | tcs->ofsbase | tcs->ogsbase) % SGX_PAGE_SIZE != 0 ||
		(tcs->flags & ~legal) != 0)
		return fault(f, GP, 0, 0);
	return 0;
}

/* Every page of one SSA frame must be there and writable, so that an AEX can never fault. */
static int probe_frame(
	struct emu_frame *f, struct emu_encl *e, const struct sgx_tcs *tcs, uint32_t n)
{
	uint64_t size = (uint64_t)e->sh->secs.ssa_frame_size << SGX_PAGE_SHIFT;
	uint64_t va = e->base + tcs->ossa + n * size;

	if (tcs->ossa >= e->size || (uint64_t)(n + 1) * size > e->size - tcs->ossa)
		return fault(f, GP, 0, 0);
	for (uint64_t off = 0; off < size; off += SGX_PAGE_SIZE) {
		unsigned err = probe(e, va + off, SGX_PT_REG);
		if (err != 0)
			return fault(f, PF, err, va + off);
	}
	return 0;
}

static int eenter(struct emu_thread *t, struct emu_tcs *tcs)
{
	struct emu_frame *f = &t->frame;
	struct emu_encl *e = tcs->encl;
	uint32_t cssa = tcs->tcs->cssa;
	struct sgx_gprsgx *gpr;

	if (cssa >= tcs->tcs->nssa)
		return fault(f, GP, 0, 0);
	if (probe_frame(f, e, tcs->tcs, cssa) < 0)
		return -1;
	gpr = (void *)(emu_ssa_frame(tcs, cssa) + SGX_SSA_GPR_OFF(e->sh->secs.ssa_frame_size));
	gpr->ursp = f->rsp;
	gpr->urbp = f->rbp;
	f->rax = cssa;
	f->rcx = (uint64_t)emu_exit_point;
	f->rip = e->base + tcs->tcs->oentry;
	f->fsbase = e->base + tcs->tcs->ofsbase;
	f->gsbase = e->base + tcs->tcs->ogsbase;
	f->xrstor = 0;
	return 0;
}

static int eresume(struct emu_thread *t, struct emu_tcs *tcs)
{
	struct emu_frame *f = &t->frame;
	int vector;

	if (tcs->tcs->cssa == 0)
		return fault(f, GP, 0, 0);
	if (probe_frame(f, tcs->encl, tcs->tcs, tcs->tcs->cssa - 1) < 0)
		return -1;
	vector = emu_unwind(t, tcs);
	return vector == 0 ? 0 : fault(f, (unsigned)vector, 0, 0);
}

/* The page named by RBX as a TCS that may be entered: NULL with the fault set, or its alias. */
static struct emu_tcs *find_tcs(struct emu_frame *f)
{
	struct emu_encl *e = emu_encl_at(f->rbx);
	struct emu_tcs *tcs;
	unsigned err;

	if (f->rbx % SGX_PAGE_SIZE != 0 || !canonical(f->rbx) || !canonical(f->rcx)) {
		(void)fault(f, GP, 0, 0);
		return NULL;
	}
	err = e == NULL ? SGX_PF_SGX | SGX_PF_U | SGX_PF_W | SGX_PF_P
			: probe(e, f->rbx, SGX_PT_TCS);
	if (err != 0) {
		(void)fault(f, PF, err, f->rbx);
		return NULL;
	}
	tcs = e->sh->initialised ? emu_encl_tcs(e, f->rbx) : NULL;
	if (tcs == NULL)
		(void)fault(f, GP, 0, 0);
	return tcs;
}

int emu_enclu_enter(struct emu_thread *t)
{
	struct emu_frame *f = &t->frame;
	uint32_t leaf = (uint32_t)f->rax;
	uint64_t idle = 0;
	struct emu_tcs *tcs;
	int ret;

	if (leaf != SGX_EENTER && leaf != SGX_ERESUME)
		return fault(f, GP, 0, 0);
	tcs = find_tcs(f);
	if (tcs == NULL)
		return -1;
	if (t->sud_size != tcs->encl->size || t->sud_base != tcs->encl->base)
		emu_thread_trap_syscalls(t, tcs->encl->base, tcs->encl->size);
	if (!__atomic_compare_exchange_n(
		    &tcs->tcs->state, &idle, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return fault(f, GP, 0, 0);
	tcs->tcs->aep = f->rcx;
	t->tf = f->rflags & RFLAGS_TF;
	f->rflags &= ~RFLAGS_TF;
	ret = check_tcs(f, tcs->encl, tcs->tcs);
	if (ret == 0)
		ret = leaf == SGX_EENTER ? eenter(t, tcs) : eresume(t, tcs);
	if (ret < 0) {
		f->rflags |= t->tf;
		__atomic_store_n(&tcs->tcs->state, 0, __ATOMIC_RELEASE);
		return ret;
	}
	f->cur = tcs;
	f->pkey = (uint64_t)(tcs->encl->pkey + 1);
	if (emu_test_hook != NULL) {
		emu_test_entered(t, leaf);
		if (emu_test_hook->aex_at_entry && leaf == SGX_EENTER && tcs->tcs->cssa == 0) {
			emu_test_aex(t, tcs);
			ret = eenter(t, tcs);
			if (ret < 0)
				__atomic_store_n(&tcs->tcs->state, 0, __ATOMIC_RELEASE);
		}
	}
	return ret;
}
