/* SPDX-License-Identifier: Apache-2.0 */
/* Private to mm/. Layers: va.c (who owns which addresses), pages.c (what is committed, with which
 * EPCM permissions), vma.c (areas), and above them the calls of mm.h. */
#ifndef CLOISTER_MM_IMPL_H
#define CLOISTER_MM_IMPL_H

#include "layout.h"
#include "mm.h"

/* Zones of a plain process's first extent. Libraries lie 8 MiB apart and 512 MiB above its start,
 * so that the trampolines of their system calls find room (doc/adr/0013): 4 MiB ahead of a site
 * followed by a 64-bit compare of rax, 256 MiB before one followed by a 32-bit compare. */
#define ARENA_LEN  0x400000000ull /* 16 GiB */
#define ZONE_FILE  0x20000000ull
#define ZONE_BRK   0x100000000ull
#define ZONE_ANON  0x180000000ull
#define ZONE_STACK 0x3c0000000ull
#define FILE_GAP   0x800000ull

/* Offsets in a SIP's window (doc/sfi.md, K1): the program file lies between text and SIP_MMAP. */
#define SIP_LOW        0x00010000ull
#define SIP_TEXT       0x10000000ull
#define SIP_DATA       0x40000000ull
#define SIP_MMAP       0x80000000ull
#define SIP_STACK_ZONE 0xf0000000ull
#define SIP_STACK_TOP  0xffff0000ull

static inline uint64_t page_down(uint64_t a)
{
	return a & ~(uint64_t)(PAGE_SIZE - 1);
}

static inline uint64_t page_up(uint64_t a)
{
	return page_down(a + PAGE_SIZE - 1);
}

/* ---- mm.c: one thread at a time changes an mm; recursive, because filling a text page may map a
 * trampoline. May sleep. ---- */
void mm_lock(struct mm *mm);
void mm_unlock(struct mm *mm);
bool mm_locked_by_other(struct mm *mm); /* then its committed pages may be on their way out */
struct mm *mm_alloc(enum mm_kind kind); /* empty, 1 ref; NULL: no memory */
void mm_free(struct mm *mm);            /* of one that has nothing left */

/* ---- va.c ---- */
struct extent {
	struct list link; /* by address */
	uint64_t start, end;
};
int va_take(struct mm *mm, uint64_t len, uint64_t *start);      /* anywhere in the plain area */
int va_take_fixed(struct mm *mm, uint64_t start, uint64_t end); /* -ENOMEM: not free */
bool va_owns(struct mm *mm, uint64_t start, uint64_t end);      /* wholly inside one extent */
void va_release_all(struct mm *mm);
/* Start of a hole of len bytes in [lo, hi), margin bytes after the area before it; 0: none. */
uint64_t va_find_hole(struct mm *mm, uint64_t lo, uint64_t hi, uint64_t len, uint64_t margin);

/* ---- pages.c: state of a committed page = PAGE_COMMITTED | its EPCM permissions (VMA_R|W|X) ----
 */
#define PAGE_COMMITTED 8u
/* Pages of windows between two processes: still what the last one wrote. Take: was it? It is not
 * any more; the caller overwrites all of it. */
void page_mark_dirty(uint64_t va);
bool page_take_dirty(uint64_t va);
unsigned page_state(uint64_t va);                           /* 0: absent */
int page_commit_zero(struct mm *mm, uint64_t va, size_t n); /* n absent pages, R|W */
int page_commit_copy(struct mm *mm, uint64_t va, const void *src, unsigned prot);
int pages_protect(struct mm *mm, uint64_t start, uint64_t end,
	unsigned prot);                                          /* the committed ones; blocks */
void pages_release(struct mm *mm, uint64_t start, uint64_t end); /* the committed ones; blocks */
uint64_t page_next(uint64_t va, uint64_t end); /* the first committed page in [va, end), or end */
/* EPCM permissions for PROT_* bits: nothing is writable or executable without being readable. */
unsigned page_prot(unsigned vma_flags);

/* ---- vma.c ---- */
#define VMAS_MAX 65530u /* vm.max_map_count; they are on a list, and the kernel lock is held */
struct vma *vma_new(uint64_t start, uint64_t end, unsigned flags, struct file *file, uint64_t off);
void vma_insert(struct mm *mm, struct vma *v); /* the range is free; may merge v into a neighbour */
/* Makes [start, end) consist of whole areas. 0 or -ENOMEM with nothing changed that matters. */
int vma_split_range(struct mm *mm, uint64_t start, uint64_t end);
void vma_remove(struct mm *mm, struct vma *v);        /* unlinks and frees */
void vma_free(struct vma *v);                         /* one that was never inserted */
struct vma *vma_first(struct mm *mm, uint64_t start); /* the first with end > start, or NULL */
struct vma *vma_next(struct mm *mm, struct vma *v);
bool vma_any(struct mm *mm, uint64_t start, uint64_t end);

/* ---- mmap.c ---- */
bool mm_owns(struct mm *mm, uint64_t start, uint64_t end); /* may areas be put there? */

/* ---- window.c ---- */
void window_release(struct mm *mm); /* wipes what may stay, gives the rest back */
/* The program takes away, or puts, an area with these flags at start: is its image still whole? */
void window_image_changes(struct mm *mm, uint64_t start, unsigned flags);
/* A new area (v or a part of it): warm pages there become what it says. 0 or -errno; blocks. */
int window_settle(struct mm *mm, const struct vma *v, uint64_t start, uint64_t end);
/* May a SIP have [start, end) of its window mapped? Linear addresses. */
bool window_allows(const struct mm *mm, uint64_t start, uint64_t end);

/* A page-aligned user range as linear addresses: 0, -EINVAL (unaligned, empty when not allowed) or
 * -ENOMEM (wraps, or leaves a SIP's window). len is rounded up. */
int mm_range(const struct mm *mm, uint64_t addr, uint64_t len, uint64_t *start, uint64_t *end);

/* ---- fault.c ---- */
int fault_fill(struct mm *mm, struct vma *v, uint64_t va,
	uint64_t limit); /* commit va's page, perhaps some more below limit */
int vma_writeback(struct vma *v, uint64_t start,
	uint64_t end); /* shared file areas: committed pages to the file */

#endif
