/* SPDX-License-Identifier: Apache-2.0 */
/* Life of an address space. */
#include "mm_impl.h"
#include "file.h"
#include "klog.h"
#include "kmem.h"
#include "linux_errno.h"
#include "thread.h"
#include "waitq.h"

struct mm_private { /* an mm and what only mm/ may see of it */
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

int mm_new_plain(struct mm **out)
{
	struct mm_private *p = kzalloc(sizeof(*p));
	uint64_t arena;

	if (p == NULL)
		return -ENOMEM;
	struct mm *mm = &p->mm;

	*mm = (struct mm){.refs = 1, .kind = MM_PLAIN};
	list_init(&mm->vmas);
	list_init(&mm->extents);
	waitq_init(&p->lock_wait);
	if (va_take(mm, ARENA_LEN, &arena) < 0) {
		kfree(p);
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
		pages_release(mm, v->start, v->end);
		vma_remove(mm, v);
	}
	mm_patch_free(mm);
	KASSERT(mm->committed == 0);
	va_release_all(mm);
	if (mm->exe != NULL)
		file_put(mm->exe);
	kfree(priv(mm));
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
