/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `syscall` instructions of plain programs: each traps as #UD; where it is provably safe the site
 * then becomes a jump, so that it traps once (doc/adr/0013). The two bytes 0f 05 become e9 XX: a
 * jmp rel32 whose upper three displacement bytes are the three bytes that follow anyway. XX is
 * chosen so that the target lies on a trampoline page with room; the trampoline does to rcx and r11
 * what `syscall` does and enters the kernel. No byte but those two changes, no stack is used.
 *
 * Sites that were patched are remembered by file, so that other mappings of the file are patched
 * when their pages are filled, without a trap. Kernel lock held; functions may block.
 */
#include "file.h"
#include "kmem.h"
#include "layout.h"
#include "linux_errno.h"
#include "mem.h"
#include "mm.h"
#include "plat.h"
#include "task.h"
#include "uaccess.h"

#define INSN_LEN       2 /* 0f 05 */
#define JMP_LEN        5
#define TRAMP_LEN      23
#define WINDOW         256  /* places one site's jump can reach */
#define SITES_MAX      4096 /* patched in one mm */
#define FILES_MAX      64   /* remembered */
#define FILE_SITES_MAX 1024

struct patch {
	uint64_t site, tramp;
};

struct tramp_page {
	struct list link;
	uint64_t va;
	uint64_t used[PAGE_SIZE / 64]; /* one bit per byte */
};

struct mm_patch {
	struct list pages;
	struct patch *patch; /* sorted by site */
	unsigned n, cap;
};

static const uint8_t syscall_insn[INSN_LEN] = {0x0f, 0x05};

/* ---- patches of an mm ---- */

static struct mm_patch *patches_of(struct mm *mm)
{
	if (mm->patches == NULL) {
		struct mm_patch *p = kzalloc(sizeof *p);
		if (p == NULL)
			return NULL;
		list_init(&p->pages);
		mm->patches = p;
	}
	return mm->patches;
}

/* Index of the first patch whose site is >= va. */
static unsigned lower_bound(const struct mm_patch *p, uint64_t va)
{
	unsigned lo = 0, hi = p->n;

	while (lo < hi) {
		unsigned mid = lo + (hi - lo) / 2;
		if (p->patch[mid].site < va)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Would a jump at site share a byte with another patch's jump? Its displacement would not stay. */
static bool crowded(const struct mm_patch *p, uint64_t site)
{
	unsigned i = lower_bound(p, site - JMP_LEN + 1);

	return i < p->n && p->patch[i].site < site + JMP_LEN;
}

static int patch_insert(struct mm_patch *p, uint64_t site, uint64_t tramp)
{
	if (p->n == p->cap) {
		unsigned cap = p->cap == 0 ? 32 : p->cap * 2;
		struct patch *bigger =
			cap > SITES_MAX ? NULL : krealloc(p->patch, cap * sizeof *bigger);
		if (bigger == NULL)
			return -ENOMEM;
		p->patch = bigger;
		p->cap = cap;
	}
	unsigned i = lower_bound(p, site);
	memmove(&p->patch[i + 1], &p->patch[i], (p->n - i) * sizeof p->patch[0]);
	p->patch[i] = (struct patch){site, tramp};
	p->n++;
	return 0;
}

/* ---- room on trampoline pages ---- */

static struct tramp_page *page_find(struct mm_patch *p, uint64_t va)
{
	list_for_each(l, &p->pages)
	{
		struct tramp_page *t = container_of(l, struct tramp_page, link);
		if (t->va == va)
			return t;
	}
	return NULL;
}

static struct tramp_page *page_ensure(struct mm *mm, uint64_t va)
{
	struct tramp_page *t = page_find(mm->patches, va);

	if (t != NULL)
		return t;
	t = kzalloc(sizeof *t);
	if (t == NULL)
		return NULL;
	if (mm_map_trampoline(mm, va) < 0) {
		kfree(t);
		return NULL;
	}
	t->va = va;
	list_push_back(&mm->patches->pages, &t->link);
	return t;
}

static bool bit_get(const struct tramp_page *t, uint64_t va)
{
	return t->used[va % PAGE_SIZE / 64] >> (va % 64) & 1;
}

/* Are the bytes [from, to) of one page a trampoline page's, and free? */
static bool free_on_page(struct mm_patch *p, uint64_t from, uint64_t to)
{
	const struct tramp_page *t = page_find(p, from & ~(uint64_t)(PAGE_SIZE - 1));

	while (t != NULL && from < to && !bit_get(t, from))
		from++;
	return t != NULL && from >= to;
}

static bool room_at(struct mm_patch *p, uint64_t va)
{
	uint64_t end = va + TRAMP_LEN, edge = (va & ~(uint64_t)(PAGE_SIZE - 1)) + PAGE_SIZE;

	if (end <= edge)
		return free_on_page(p, va, end);
	return free_on_page(p, va, edge) && free_on_page(p, edge, end);
}

static void mark(struct mm_patch *p, uint64_t va, bool used)
{
	for (uint64_t a = va; a < va + TRAMP_LEN; a++) {
		struct tramp_page *t = page_find(p, a & ~(uint64_t)(PAGE_SIZE - 1));
		uint64_t bit = 1ull << (a % 64);
		if (t == NULL)
			continue; /* its page has gone with an unmapping */
		if (used)
			t->used[a % PAGE_SIZE / 64] |= bit;
		else
			t->used[a % PAGE_SIZE / 64] &= ~bit;
	}
}

/* A free place among the WINDOW addresses from base on, its pages mapped; 0: none. */
static uint64_t find_room(struct mm *mm, uint64_t base)
{
	uint64_t first = base & ~(uint64_t)(PAGE_SIZE - 1);
	uint64_t last = (base + WINDOW - 1 + TRAMP_LEN - 1) & ~(uint64_t)(PAGE_SIZE - 1);

	for (uint64_t page = first; page <= last; page += PAGE_SIZE) {
		if (page_ensure(mm, page) == NULL)
			continue;
		for (uint64_t va = base; va < base + WINDOW; va++)
			if (room_at(mm->patches, va))
				return va;
	}
	return 0;
}

static int write_trampoline(struct mm *mm, uint64_t at, uint64_t back)
{
	uint64_t gate = plat_syscall_gate();
	uint8_t code[TRAMP_LEN] = {
		[0] = 0x48,
		[1] = 0xb9, /* movabs $back, %rcx */
		[10] = 0x49,
		[11] = 0xbb, /* movabs $gate, %r11 */
		[20] = 0x41,
		[21] = 0xff,
		[22] = 0xe3, /* jmp *%r11 */
	};

	memcpy(code + 2, &back, 8);
	memcpy(code + 12, &gate, 8);
	return copy_to_mm(mm, uaddr(at), code, sizeof code);
}

/*
 * Prepares a jump at site, whose five bytes are in insn: finds a place, writes the trampoline,
 * records the patch. 0 and the new first two bytes in jmp, or -errno with nothing changed.
 */
static int prepare(struct mm *mm, uint64_t site, const uint8_t *insn, uint8_t *jmp)
{
	struct mm_patch *p = patches_of(mm);
	uint32_t rel = (uint32_t)insn[2] << 8 | (uint32_t)insn[3] << 16 | (uint32_t)insn[4] << 24;

	if (p == NULL)
		return -ENOMEM;
	if (crowded(p, site))
		return -EBUSY;
	uint64_t base = site + JMP_LEN + (uint64_t)(int64_t)(int32_t)rel;
	uint64_t at = base < PLAIN_END ? find_room(mm, base) : 0;
	if (at == 0)
		return -ENOSPC;
	int r = write_trampoline(mm, at, site + INSN_LEN);
	if (r == 0 && crowded(p, site)) /* another thread was here while we slept */
		r = -EBUSY;
	if (r == 0 && !room_at(p, at))
		r = -EAGAIN;
	if (r == 0)
		r = patch_insert(p, site, at);
	if (r < 0)
		return r;
	mark(p, at, true);
	jmp[0] = 0xe9;
	jmp[1] = (uint8_t)(at - base);
	return 0;
}

static void patch_remove(struct mm_patch *p, unsigned i)
{
	mark(p, p->patch[i].tramp, false);
	p->n--;
	memmove(&p->patch[i], &p->patch[i + 1], (p->n - i) * sizeof p->patch[0]);
}

static void patch_drop_site(struct mm *mm, uint64_t site)
{
	struct mm_patch *p = mm->patches;
	unsigned i = lower_bound(p, site);

	if (i < p->n && p->patch[i].site == site)
		patch_remove(p, i);
}

/* ---- what was learned, by file ---- */

struct known_file {
	struct list link; /* most recently used first */
	struct file_id id;
	unsigned n;
	uint64_t off[FILE_SITES_MAX];
};

static struct list known = {&known, &known};
static unsigned nknown;

static struct known_file *known_find(const struct file_id *id)
{
	list_for_each(l, &known)
	{
		struct known_file *k = container_of(l, struct known_file, link);
		if (memcmp(&k->id, id, sizeof *id) == 0) {
			list_del(&k->link);
			list_push_front(&known, &k->link);
			return k;
		}
	}
	return NULL;
}

static struct known_file *known_make(const struct file_id *id)
{
	struct known_file *k;

	if (nknown >= FILES_MAX) {
		k = container_of(known.prev, struct known_file, link);
		list_del(&k->link);
	} else {
		k = kmalloc(sizeof *k);
		if (k == NULL)
			return NULL;
		nknown++;
	}
	k->id = *id;
	k->n = 0;
	list_push_front(&known, &k->link);
	return k;
}

static void learn(struct file *f, uint64_t off)
{
	struct file_id id;

	memset(&id, 0, sizeof id);
	if (file_identity(f, &id) < 0)
		return;
	struct known_file *k = known_find(&id);
	if (k == NULL)
		k = known_make(&id);
	if (k == NULL || k->n == FILE_SITES_MAX)
		return;
	for (unsigned i = 0; i < k->n; i++)
		if (k->off[i] == off)
			return;
	k->off[k->n++] = off;
}

/* The page is not visible to anyone yet, so any two bytes of it may change. */
void mm_text_filled(struct mm *mm, struct vma *v, uint64_t va, uint8_t *page)
{
	uint64_t off = v->off + (va - v->start);
	struct file_id id;

	memset(&id, 0, sizeof id);
	if (mm->kind != MM_PLAIN || (v->flags & (VMA_W | VMA_SHARED)) || list_empty(&known) ||
		file_identity(v->file, &id) < 0)
		return;
	struct known_file *k = known_find(&id);
	for (unsigned i = 0; k != NULL && i < k->n; i++) {
		uint64_t at = k->off[i] - off;
		if (k->off[i] < off || at + JMP_LEN > PAGE_SIZE)
			continue; /* elsewhere, or its displacement is on the next page: let it trap
				   */
		if (memcmp(page + at, syscall_insn, INSN_LEN) == 0)
			(void)prepare(mm, va + at, page + at, page + at);
	}
}

/* ---- the trap ---- */

/* A text page's bytes must stay what they are: file contents, private, not writable. */
static bool patchable(const struct vma *v, uint64_t site)
{
	return v != NULL && v->file != NULL && !(v->flags & (VMA_W | VMA_SHARED)) &&
	       site + JMP_LEN <= v->end && site % 8 != 7; /* the store must be atomic */
}

static void patch_site(struct mm *mm, uint64_t site)
{
	uint8_t insn[JMP_LEN], jmp[INSN_LEN];
	struct vma *v = mm_find(mm, site);

	if (!patchable(v, site) || copy_from_user(insn, uaddr(site), sizeof insn) < 0)
		return;
	if (memcmp(insn, syscall_insn, INSN_LEN) != 0 || prepare(mm, site, insn, jmp) < 0)
		return;
	v = mm_find(mm, site); /* prepare may have slept */
	if (!patchable(v, site) || mm_poke_text(mm, site, jmp, sizeof jmp) < 0) {
		patch_drop_site(mm, site);
		return;
	}
	v = mm_find(mm, site);
	if (v != NULL && v->file != NULL)
		learn(v->file, v->off + (site - v->start));
}

static bool is_patched(const struct mm *mm, uint64_t site)
{
	const struct mm_patch *p = mm->patches;
	unsigned i = p != NULL ? lower_bound(p, site) : 0;

	return p != NULL && i < p->n && p->patch[i].site == site;
}

bool syspatch_trap(struct uregs *u)
{
	struct thread *t = thread_self();
	uint8_t insn[INSN_LEN];
	uint64_t site = u->rip;

	if (t->proc == NULL || t->proc->sip || copy_from_user(insn, uaddr(site), sizeof insn) < 0)
		return false;
	/* Two threads may trap at one site at once: the second finds the jump of the first. */
	if (!is_patched(t->mm, site)) {
		if (memcmp(insn, syscall_insn, sizeof insn) != 0)
			return false;
		patch_site(t->mm, site);
	}
	u->rip = site + INSN_LEN;
	u->rcx = u->rip; /* as the instruction does: SDM vol. 2, SYSCALL */
	u->r11 = u->rflags;
	return true;
}

/* ---- when memory changes ---- */

static void restore(struct mm *mm, unsigned i)
{
	uint64_t site = mm->patches->patch[i].site;

	(void)mm_poke_text(mm, site, syscall_insn, INSN_LEN); /* -EFAULT: not there any more */
	patch_drop_site(mm, site);
}

void mm_patch_restore(struct mm *mm, uint64_t start, uint64_t end)
{
	struct mm_patch *p = mm->patches;
	unsigned i;

	/* A jump that begins before the range may take its displacement from it. */
	while (p != NULL && (i = lower_bound(p, start - JMP_LEN + 1)) < p->n &&
		p->patch[i].site < end)
		restore(mm, i);
}

/* The first patch whose trampoline touches [start, end), or n. */
static unsigned uses_trampoline(const struct mm_patch *p, uint64_t start, uint64_t end)
{
	for (unsigned i = 0; i < p->n; i++)
		if (p->patch[i].tramp < end && p->patch[i].tramp + TRAMP_LEN > start)
			return i;
	return p->n;
}

void mm_patch_forget(struct mm *mm, uint64_t start, uint64_t end)
{
	struct mm_patch *p = mm->patches;
	unsigned i;

	if (p == NULL)
		return;
	while ((i = lower_bound(p, start)) < p->n && p->patch[i].site < end)
		patch_remove(p, i);
	/* A jump just before the range takes its displacement from it. */
	mm_patch_restore(mm, start, start);
	while ((i = uses_trampoline(p, start, end)) < p->n)
		restore(mm, i);
	list_for_each_safe(l, next, &p->pages)
	{
		struct tramp_page *t = container_of(l, struct tramp_page, link);
		if (t->va >= start && t->va < end) {
			list_del(&t->link);
			kfree(t);
		}
	}
}

void mm_patch_free(struct mm *mm)
{
	struct mm_patch *p = mm->patches;

	if (p == NULL)
		return;
	mm->patches = NULL;
	list_for_each_safe(l, next, &p->pages) kfree(container_of(l, struct tramp_page, link));
	kfree(p->patch);
	kfree(p);
}
