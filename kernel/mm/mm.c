/* SPDX-License-Identifier: Apache-2.0 */
/* Life of an address space. */
#include "mm_impl.h"
#include "file.h"
#include "klog.h"
#include "kmem.h"
#include "linux_errno.h"
#include "sip.h"
#include "thread.h"
#include "waitq.h"

struct mm_private { /* an mm and what only mm.c may see of it */
	struct mm mm;
	struct thread *owner; /* of the lock */
	unsigned depth;
	struct waitq lock_wait;
};

static struct mm_private *priv(struct mm *mm)
{
	return container_of(mm, struct mm_private, mm);
}

void mm_lock(struct mm *mm)
{
	struct mm_private *p = priv(mm);

	while (p->owner != NULL && p->owner != thread_self())
		waitq_sleep(&p->lock_wait, NO_DEADLINE, false);
	p->owner = thread_self();
	p->depth++;
}

void mm_unlock(struct mm *mm)
{
	struct mm_private *p = priv(mm);

	if (--p->depth > 0)
		return;
	p->owner = NULL;
	waitq_wake(&p->lock_wait, 0, WAKE_ALL);
}

bool mm_locked_by_other(struct mm *mm)
{
	return priv(mm)->owner != NULL && priv(mm)->owner != thread_self();
}

struct mm *mm_alloc(enum mm_kind kind)
{
	struct mm_private *p = kzalloc(sizeof(*p));

	if (p == NULL)
		return NULL;
	p->mm.refs = 1;
	p->mm.kind = kind;
	list_init(&p->mm.vmas);
	list_init(&p->mm.extents);
	waitq_init(&p->lock_wait);
	return &p->mm;
}

void mm_free(struct mm *mm)
{
	kfree(priv(mm));
}

int mm_new_plain(struct mm **out)
{
	struct mm *mm = mm_alloc(MM_PLAIN);
	uint64_t arena;

	if (mm == NULL)
		return -ENOMEM;
	if (va_take(mm, ARENA_LEN, &arena) < 0) {
		mm_free(mm);
		return -ENOMEM;
	}
	mm->base = arena;
	mm->limit = arena + ARENA_LEN;
	*out = mm;
	return 0;
}

struct mm *mm_get(struct mm *mm)
{
	mm->refs++;
	return mm;
}

void mm_put(struct mm *mm)
{
	if (--mm->refs > 0)
		return;
	mm_lock(mm);
	while (!list_empty(&mm->vmas)) {
		struct vma *v = container_of(mm->vmas.next, struct vma, link);

		(void)vma_writeback(v, v->start, v->end); /* close has no error to report to */
		if (mm->kind == MM_PLAIN)
			pages_release(mm, v->start, v->end);
		vma_remove(mm, v);
	}
	if (mm->kind == MM_SIP)
		window_release(mm);
	if (mm->image != NULL)
		sip_image_put(mm->image);
	mm_patch_free(mm);
	KASSERT(mm->committed == 0);
	va_release_all(mm);
	if (mm->exe != NULL)
		file_put(mm->exe);
	mm_free(mm);
}

struct mm *mm_current(void)
{
	return thread_self()->mm;
}

uint64_t mm_linear(const struct mm *mm, uaddr_t a)
{
	return mm->kind == MM_SIP ? mm->base + (uint32_t)a.v : a.v;
}

uaddr_t mm_user(const struct mm *mm, uint64_t linear)
{
	return uaddr(mm->kind == MM_SIP ? linear - mm->base : linear);
}

int mm_range(const struct mm *mm, uint64_t addr, uint64_t len, uint64_t *start, uint64_t *end)
{
	if (mm->kind == MM_SIP)
		addr = mm->base + (uint32_t)addr;
	if (addr % PAGE_SIZE != 0)
		return -EINVAL;
	if (len > PLAIN_END || addr + page_up(len) < addr)
		return -ENOMEM;
	if (mm->kind == MM_SIP && addr + page_up(len) > mm->limit)
		return -ENOMEM;
	*start = addr;
	*end = addr + page_up(len);
	return 0;
}
