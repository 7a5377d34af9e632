/* SPDX-License-Identifier: Apache-2.0 */
/* The sorted list of areas of an mm. */
#include "mm_impl.h"
#include "file.h"
#include "kmem.h"
#include "linux_errno.h"

static struct vma *of(struct list *l)
{
	return container_of(l, struct vma, link);
}

struct vma *vma_next(struct mm *mm, struct vma *v)
{
	return v->link.next != &mm->vmas ? of(v->link.next) : NULL;
}

static struct vma *vma_prev(struct mm *mm, struct vma *v)
{
	return v->link.prev != &mm->vmas ? of(v->link.prev) : NULL;
}

struct vma *vma_first(struct mm *mm, uint64_t start)
{
	bool ahead = mm->hint != NULL && mm->hint->start <= start;
	struct list *pos = ahead ? &mm->hint->link : mm->vmas.next;

	for (; pos != &mm->vmas; pos = pos->next)
		if (of(pos)->end > start)
			return of(pos);
	return NULL;
}

struct vma *mm_find(struct mm *mm, uint64_t va)
{
	struct vma *v = vma_first(mm, va);

	if (v == NULL || v->start > va)
		return NULL;
	mm->hint = v;
	return v;
}

bool vma_any(struct mm *mm, uint64_t start, uint64_t end)
{
	struct vma *v = vma_first(mm, start);

	return v != NULL && v->start < end;
}

struct vma *vma_new(uint64_t start, uint64_t end, unsigned flags, struct file *file, uint64_t off)
{
	struct vma *v = kzalloc(sizeof(*v));

	if (v == NULL)
		return NULL;
	*v = (struct vma){.start = start, .end = end, .flags = flags, .off = off};
	list_init(&v->link);
	if (file != NULL)
		v->file = file_get(file);
	return v;
}

static bool mergeable(const struct vma *a, const struct vma *b)
{
	return a->end == b->start && a->flags == b->flags && a->file == b->file &&
	       (a->file == NULL || a->off + (a->end - a->start) == b->off);
}

void vma_free(struct vma *v)
{
	if (v->file != NULL)
		file_put(v->file);
	kfree(v);
}

static void absorb_next(struct mm *mm, struct vma *v)
{
	struct vma *n = vma_next(mm, v);

	if (n == NULL || !mergeable(v, n))
		return;
	v->end = n->end;
	if (mm->hint == n)
		mm->hint = v;
	mm->nvmas--;
	list_del(&n->link);
	vma_free(n);
}

void vma_insert(struct mm *mm, struct vma *v)
{
	struct vma *next = vma_first(mm, v->start);

	list_insert_before(next != NULL ? &next->link : &mm->vmas, &v->link);
	mm->hint = v; /* the next one often comes right behind */
	mm->nvmas++;
	mm->mapped += (v->end - v->start) / PAGE_SIZE;
	absorb_next(mm, v);
	struct vma *prev = vma_prev(mm, v);

	if (prev != NULL)
		absorb_next(mm, prev);
}

static int split_at(struct mm *mm, uint64_t at)
{
	struct vma *v = mm_find(mm, at);

	if (v == NULL || v->start == at)
		return 0;
	if (mm->nvmas >= VMAS_MAX)
		return -ENOMEM;
	struct vma *tail = vma_new(at, v->end, v->flags, v->file, v->off + (at - v->start));

	if (tail == NULL)
		return -ENOMEM;
	v->end = at;
	mm->nvmas++;
	list_push_front(&v->link, &tail->link); /* right after v */
	return 0;
}

int vma_split_range(struct mm *mm, uint64_t start, uint64_t end)
{
	int r = split_at(mm, start);

	return r < 0 ? r : split_at(mm, end);
}

void vma_remove(struct mm *mm, struct vma *v)
{
	if (mm->hint == v)
		mm->hint = vma_prev(mm, v);
	mm->nvmas--;
	mm->mapped -= (v->end - v->start) / PAGE_SIZE;
	list_del(&v->link);
	vma_free(v);
}
