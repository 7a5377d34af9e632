/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address spaces. One linear address space holds every process: an mm owns extents of it (plain) or
 * one 4 GiB data window (SIP), and a sorted list of areas (vma) inside. A page is committed
 * (EACCEPTed) on first use, by a fault of the program or by the kernel before it copies.
 *
 * uaddr_t -> linear address: plain: equal; SIP: window base + low 32 bits.
 *
 * Kernel lock held by every caller. Errors are Linux's errno for the call.
 */
#ifndef CLOISTER_MM_H
#define CLOISTER_MM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "addr.h"
#include "list.h"
#include "upcalls.h"

struct file;
struct mm;
struct mm_patch;

enum mm_kind { MM_PLAIN, MM_SIP };

#define VMA_R      1u /* = PROT_READ, PROT_WRITE, PROT_EXEC */
#define VMA_W      2u
#define VMA_X      4u
#define VMA_SHARED 0x10u
#define VMA_STACK  0x20u /* grows down to its limit: the whole limit is reserved */
#define VMA_HEAP   0x40u
#define VMA_KERNEL 0x80u /* syscall trampolines: not the program's to change */

struct vma {
	struct list link;    /* mm->vmas, by address */
	uint64_t start, end; /* linear, page aligned */
	unsigned flags;
	struct file *file; /* ref or NULL */
	uint64_t off;      /* file offset of start */
};

struct mm {
	int refs;
	enum mm_kind kind;
	uint64_t base, limit; /* SIP: window; plain: PLAIN_BASE.. informational */
	struct list vmas;
	unsigned nvmas;
	struct vma *hint; /* last hit */
	struct list extents;
	uint64_t brk_start, brk, brk_max; /* user addresses */
	uint64_t stack_top;
	uint64_t arg_start, arg_end, env_start, env_end; /* for /proc, set by exec */
	size_t committed;                                /* pages */
	size_t mapped;            /* pages in vmas, for RLIMIT_AS and /proc */
	struct file *exe;         /* ref; /proc/PID/exe */
	struct mm_patch *patches; /* syscall sites patched here (proc/syspatch.c) */
	struct window *window;    /* SIP; owned */
	struct sip_image *image;  /* SIP: its program (proc/sip.h); ref */
	bool image_changed; /* SIP: a protection inside the image was changed: do not keep its pages
			     */
};

int mm_new_plain(struct mm **out);
/*
 * A data window. key names the program (0: none); *same says that the window was last used by the
 * same key, and that the read-only pages of that program's image are still there, unchanged.
 */
int mm_new_sip(uint64_t key, struct mm **out, bool *same);
/* The last step before a window is used: wipes what its last process left in pages that were not
 * overwritten since. */
void mm_window_ready(struct mm *mm);
/* fork: a window with the same areas at the same offsets and a copy of every committed page. May
 * block. */
int mm_fork_sip(struct mm *parent, struct mm **out);
/* exec of a SIP: maps [addr, addr + memsz) with prot and puts len bytes of data (kernel memory) at
 * its start, the rest zero. Page-aligned offsets; read-only pages found warm are kept. May block.
 */
int mm_load_sip(struct mm *mm, uint64_t addr, uint64_t memsz, unsigned prot, const void *data,
	uint64_t len);
struct mm *mm_get(struct mm *mm);
void mm_put(struct mm *mm); /* the last one unmaps and gives everything back; may block */

/* mmap(2). addr 0 = anywhere; flags are Linux MAP_*. Returns the user address or -errno. file:
 * borrowed. */
long mm_mmap(struct mm *mm, uint64_t addr, uint64_t len, unsigned prot, unsigned flags,
	struct file *file, uint64_t off);
int mm_munmap(struct mm *mm, uint64_t addr, uint64_t len);
int mm_mprotect(struct mm *mm, uint64_t addr, uint64_t len, unsigned prot);
long mm_mremap(struct mm *mm, uint64_t addr, uint64_t old_len, uint64_t new_len, unsigned flags,
	uint64_t new_addr);
/* msync(2): shared file areas go to their file. */
int mm_msync(struct mm *mm, uint64_t addr, uint64_t len);
int mm_madvise(struct mm *mm, uint64_t addr, uint64_t len, int advice);
uint64_t mm_brk(struct mm *mm, uint64_t brk); /* the new or unchanged break, as brk(2) */
int mm_set_brk_start(struct mm *mm,
	uint64_t start); /* exec, after the image is mapped: page aligned user address */

/* exec: room for an image of len bytes at a free place (PIE) or at a fixed address (ET_EXEC), then
 * mm_mmap with MAP_FIXED into it. -ENOMEM if the fixed range is taken by another process. */
long mm_reserve_image(struct mm *mm, uint64_t fixed_addr, uint64_t len);
/* exec: the stack: maps limit bytes below a chosen top, returns the top (user address, 16-aligned).
 */
long mm_map_stack(struct mm *mm, uint64_t limit);

/* A program's page fault at linear address va (write/exec as given). 0: resolved; -EFAULT: SIGSEGV
 * (SEGV_MAPERR); -EACCES: SIGSEGV (SEGV_ACCERR); -ENXIO: SIGBUS (beyond end of file); -ENOMEM:
 * SIGKILL. May block. */
int mm_fault(struct mm *mm, uint64_t va, bool write, bool exec);

/* Kernel access: the whole range is the process's, allows write (or read) and is committed
 * afterwards. Returns the linear address or 0 with *err = -EFAULT/-ENOMEM. May block. */
uint64_t mm_pin(struct mm *mm, uaddr_t a, uint64_t len, bool write, int *err);

struct vma *mm_find(struct mm *mm, uint64_t va); /* the vma holding va, or NULL */
uint64_t mm_linear(const struct mm *mm, uaddr_t a);
uaddr_t mm_user(const struct mm *mm, uint64_t linear);
struct mm *mm_current(void); /* of the calling thread */

/* fork of a SIP, vfork etc. come with proc/; a plain mm cannot be copied: -ENOSYS. */

/* Called with the contents of a page of an executable file mapping before it becomes visible, so
 * that known syscall sites are patched in place (proc/syspatch.c). page: 4096 bytes, kernel memory.
 */
void mm_text_filled(struct mm *mm, struct vma *v, uint64_t va, uint8_t *page);
/* Writes len bytes (within one page) into committed text, whatever its protection, atomically for
 * aligned 2-byte words. 0 or -errno. */
int mm_poke_text(struct mm *mm, uint64_t va, const void *bytes, size_t len);
/* The text window: n pages of verified text at va (T + offset) become read-execute, or go away. */
int mm_text_commit(uint64_t va, const uint8_t *text, size_t n);
void mm_text_release(uint64_t va, size_t n);
/* One page RWX for trampolines at exactly va, hidden from the program. 0, -EEXIST if it is one
 * already, -ENOMEM if taken. */
int mm_map_trampoline(struct mm *mm, uint64_t va);
/* The range [start, end) goes away or changes: patches there are dropped, sites of trampolines
 * there restored. */
void mm_patch_forget(struct mm *mm, uint64_t start, uint64_t end);
/* The program may write [start, end) from now on: the sites there get their own bytes back. */
void mm_patch_restore(struct mm *mm, uint64_t start, uint64_t end);
void mm_patch_free(struct mm *mm);

#endif
