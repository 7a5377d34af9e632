/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The enclaves of this process. An enclave lives while its descriptor is open or a mapping of it is
 * left, as in the driver. The table is append-only for readers: a slot is filled last and cleared
 * first, so signal handlers look enclaves up without a lock.
 *
 * The pages and the shared state are two memfds. TCS and SSA pages are also mapped a second time
 * (aliases), so that EENTER and AEX reach them whatever the enclave's own mapping permits.
 */
#define _GNU_SOURCE
#include "dev_sys.h"
#include "emu.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sgx_measure.h"

#define ENCLS_MAX   64
#define MEM_FD_BASE 512 /* our own descriptors stay out of the way of small numbers */

static struct emu_encl *encls[ENCLS_MAX];
static uint32_t encls_lock;

static void *map_private(size_t len)
{
	return dev_sys.mmap(NULL, len, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

static int encl_publish(struct emu_encl *e)
{
	int ret = -EMFILE;

	emu_lock(&encls_lock);
	for (int i = 0; i < ENCLS_MAX && ret < 0; i++)
		if (encls[i] == NULL) {
			__atomic_store_n(&encls[i], e, __ATOMIC_RELEASE);
			ret = 0;
		}
	emu_unlock(&encls_lock);
	return ret;
}

static int dup_high(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, MEM_FD_BASE);

	return high >= 0 ? high : fcntl(fd, F_DUPFD_CLOEXEC, 0); /* RLIMIT_NOFILE is lower */
}

struct emu_encl *emu_encl_new(void)
{
	struct emu_encl *e = map_private(sizeof(*e));
	int err;

	if (e == MAP_FAILED)
		return NULL;
	e->vmas = map_private((EMU_VMAS_MAX + 1) * sizeof(e->vmas[0]));
	e->user_fd = memfd_create("sgx_enclave", MFD_CLOEXEC);
	e->mem_fd = e->user_fd < 0 ? -1 : dup_high(e->user_fd);
	e->sh = map_private(sizeof(*e->sh)); /* until ECREATE tells how much it takes */
	err = EMFILE;
	if (e->vmas == MAP_FAILED || e->sh == MAP_FAILED)
		err = ENOMEM;
	else if (e->mem_fd >= 0 && encl_publish(e) == 0)
		return e;
	if (e->vmas != MAP_FAILED)
		dev_sys.munmap(e->vmas, (EMU_VMAS_MAX + 1) * sizeof(e->vmas[0]));
	if (e->user_fd >= 0)
		dev_sys.close(e->user_fd);
	if (e->mem_fd >= 0)
		dev_sys.close(e->mem_fd);
	dev_sys.munmap(e, sizeof(*e));
	errno = err;
	return NULL;
}

struct emu_encl *emu_encl_by_fd(int fd)
{
	for (int i = 0; i < ENCLS_MAX && fd >= 0; i++) {
		struct emu_encl *e = __atomic_load_n(&encls[i], __ATOMIC_ACQUIRE);
		if (e != NULL && e->user_fd == fd)
			return e;
	}
	return NULL;
}

struct emu_encl *emu_encl_at(uint64_t va)
{
	for (int i = 0; i < ENCLS_MAX; i++) {
		struct emu_encl *e = __atomic_load_n(&encls[i], __ATOMIC_ACQUIRE);
		if (e != NULL && e->size != 0 && va - e->base < e->size)
			return e;
	}
	return NULL;
}

struct emu_encl *emu_encl_mapping(uint64_t addr, uint64_t len)
{
	for (int i = 0; i < ENCLS_MAX; i++) {
		struct emu_encl *e = __atomic_load_n(&encls[i], __ATOMIC_ACQUIRE);
		if (e != NULL && emu_map_overlaps(e, addr, addr + len))
			return e;
	}
	return NULL;
}

/* In a fork()ed child the other threads, and the locks they held, do not exist. */
void emu_encl_after_fork(void)
{
	encls_lock = 0;
	for (int i = 0; i < ENCLS_MAX; i++)
		if (encls[i] != NULL)
			encls[i]->map_lock = encls[i]->tcs_lock = 0;
}

/* ECREATE: the size is known, so the shared state can be laid out. 0 or -errno. */
int emu_encl_setup(struct emu_encl *e, const struct sgx_secs *secs)
{
	size_t l1, l2, epcm, bytes = emu_epcm_bytes(secs->size, &l1, &l2, &epcm);
	int fd = memfd_create("sgx_epcm", MFD_CLOEXEC);
	uint8_t *p = MAP_FAILED, *now = MAP_FAILED;

	if (fd < 0 || ftruncate(fd, (off_t)bytes) < 0 ||
		ftruncate(e->mem_fd, (off_t)secs->size) < 0)
		goto fail;
	p = dev_sys.mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
	now = map_private(secs->size >> SGX_PAGE_SHIFT);
	if (p == MAP_FAILED || now == MAP_FAILED)
		goto fail;
	madvise(p, bytes, MADV_DONTDUMP);
	madvise(now, secs->size >> SGX_PAGE_SHIFT, MADV_DONTDUMP);
	dev_sys.close(fd);
	memcpy(p, e->sh, sizeof(*e->sh));
	dev_sys.munmap(e->sh, sizeof(*e->sh));
	e->sh = (struct emu_shared *)p;
	e->sh->secs = *secs;
	e->l1 = (uint16_t *)(p + l1);
	e->l2 = (uint32_t *)(p + l2);
	e->epcm = (uint16_t *)(p + epcm);
	e->now = now;
	e->pkey = emu_pkey_of(e);
	e->base = secs->base;
	e->xsave_bytes = emu_xsave_bytes(secs->attributes.xfrm);
	__atomic_store_n(&e->size, secs->size, __ATOMIC_RELEASE);
	return emu_map_rebase(e);
fail:
	if (p != MAP_FAILED)
		dev_sys.munmap(p, bytes);
	if (fd >= 0)
		dev_sys.close(fd);
	return -ENOMEM;
}

static void encl_free(struct emu_encl *e)
{
	size_t l1, l2, epcm;

	for (int i = 0; i < EMU_TCS_MAX; i++)
		if (e->tcs[i].va != 0) {
			size_t frame = (size_t)e->sh->secs.ssa_frame_size << SGX_PAGE_SHIFT;
			dev_sys.munmap(e->tcs[i].tcs, SGX_PAGE_SIZE);
			dev_sys.munmap(e->tcs[i].ssa, frame * e->tcs[i].nssa);
		}
	if (e->size != 0) {
		dev_sys.munmap(e->sh, emu_epcm_bytes(e->size, &l1, &l2, &epcm));
		dev_sys.munmap(e->now, e->size >> SGX_PAGE_SHIFT);
	} else {
		dev_sys.munmap(e->sh, sizeof(*e->sh));
	}
	if (e->measure != NULL) {
		sgx_measure_fini(e->measure);
		free(e->measure);
	}
	dev_sys.munmap(e->vmas, (EMU_VMAS_MAX + 1) * sizeof(e->vmas[0]));
	dev_sys.close(e->mem_fd);
	dev_sys.munmap(e, sizeof(*e));
}

void emu_encl_release(struct emu_encl *e)
{
	bool last = false;

	emu_lock(&encls_lock);
	if (e->user_fd < 0 && e->nvmas == 0)
		for (int i = 0; i < ENCLS_MAX; i++)
			if (encls[i] == e) {
				__atomic_store_n(&encls[i], NULL, __ATOMIC_RELEASE);
				last = true;
			}
	emu_unlock(&encls_lock);
	if (last)
		encl_free(e);
}

void emu_encl_close_fd(struct emu_encl *e)
{
	e->user_fd = -1;
	emu_encl_release(e);
}

int emu_encl_read(struct emu_encl *e, uint64_t va, void *buf, size_t len)
{
	return pread(e->mem_fd, buf, len, (off_t)(va - e->base)) == (ssize_t)len ? 0 : -EFAULT;
}

int emu_encl_write(struct emu_encl *e, uint64_t va, const void *buf, size_t len)
{
	return pwrite(e->mem_fd, buf, len, (off_t)(va - e->base)) == (ssize_t)len ? 0 : -ENOMEM;
}

int emu_encl_punch(struct emu_encl *e, uint64_t va, uint64_t len)
{
	return fallocate(e->mem_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		       (off_t)(va - e->base), (off_t)len) < 0
		       ? -errno
		       : 0;
}

static void *alias(const struct emu_encl *e, uint64_t off, size_t len)
{
	return dev_sys.mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, e->mem_fd, (off_t)off);
}

/* A TCS page can be reborn with other SSA frames: the alias follows. */
static bool tcs_map(struct emu_encl *e, struct emu_tcs *t, uint64_t va)
{
	size_t frame = (size_t)e->sh->secs.ssa_frame_size << SGX_PAGE_SHIFT;

	if (t->va == 0) {
		t->tcs = alias(e, va - e->base, SGX_PAGE_SIZE);
		if (t->tcs == MAP_FAILED)
			return false;
		t->nssa = 0;
		t->ssa = NULL;
		t->encl = e;
		t->va = va;
	}
	if (t->ossa != t->tcs->ossa || t->nssa != t->tcs->nssa || t->ssa == NULL) {
		uint64_t ossa = t->tcs->ossa;
		uint32_t nssa = t->tcs->nssa;
		if (t->ssa != NULL)
			dev_sys.munmap(t->ssa, frame * t->nssa);
		t->ssa = NULL;
		if (nssa == 0 || ossa % SGX_PAGE_SIZE || ossa >= e->size ||
			nssa > (e->size - ossa) / frame)
			return true; /* EENTER will find it wrong */
		t->ssa = alias(e, ossa, frame * nssa);
		if (t->ssa == MAP_FAILED) {
			t->ssa = NULL;
			return false;
		}
		t->ossa = ossa;
		t->nssa = nssa;
	}
	return true;
}

/* The alias of a TCS page; only for pages that are TCS. NULL: no memory, or too many TCSs. */
struct emu_tcs *emu_encl_tcs(struct emu_encl *e, uint64_t va)
{
	struct emu_tcs *t = NULL;
	unsigned h = (unsigned)(va >> SGX_PAGE_SHIFT) * 2654435761U % EMU_TCS_MAX;

	emu_lock(&e->tcs_lock);
	for (unsigned i = 0; i < EMU_TCS_MAX && t == NULL; i++) {
		struct emu_tcs *s = &e->tcs[(h + i) % EMU_TCS_MAX];
		if (s->va == va || s->va == 0)
			t = s;
	}
	if (t != NULL && !tcs_map(e, t, va))
		t = NULL;
	emu_unlock(&e->tcs_lock);
	return t;
}
