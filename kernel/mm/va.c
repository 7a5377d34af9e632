/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who owns which addresses. Every mm holds extents of the one linear address space; what no extent
 * covers is free. Extents of all processes are on one list, sorted, so that a free place is a gap.
 */
#include "mm_impl.h"
#include "kmem.h"
#include "linux_errno.h"

struct owned { /* an extent, on its mm's list and on the global one */
	struct extent e;
	struct list all;
};

static struct list all_extents;

static struct list *extents(void)
{
	if (all_extents.next == NULL)
		list_init(&all_extents);
	return &all_extents;
}

static struct owned *of_all(struct list *l)
{
	return container_of(l, struct owned, all);
}

static int take_before(struct mm *mm, struct list *pos, uint64_t start, uint64_t end)
{
	struct owned *o = kzalloc(sizeof(*o));

	if (o == NULL)
		return -ENOMEM;
	o->e.start = start;
	o->e.end = end;
	list_insert_before(pos, &o->all);
	list_push_back(&mm->extents, &o->e.link);
	return 0;
}

int va_take(struct mm *mm, uint64_t len, uint64_t *start)
{
	uint64_t at = PLAIN_BASE;

	if (len > PLAIN_END - PLAIN_BASE)
		return -ENOMEM;
	list_for_each(pos, extents())
	{
		struct owned *o = of_all(pos);

		if (o->e.end <= at)
			continue;
		if (o->e.start >= at + len) {
			*start = at;
			return take_before(mm, pos, at, at + len);
		}
		at = (o->e.end + ZONE_BRK - 1) & ~(ZONE_BRK - 1);
	}
	if (at + len > PLAIN_END)
		return -ENOMEM;
	*start = at;
	return take_before(mm, extents(), at, at + len);
}

static bool programs_may_have(uint64_t start, uint64_t end)
{
	return (start >= LOW_BASE && end <= LOW_END) || (start >= PLAIN_BASE && end <= PLAIN_END);
}

int va_take_fixed(struct mm *mm, uint64_t start, uint64_t end)
{
	if (start >= end || !programs_may_have(start, end))
		return -ENOMEM;
	list_for_each(pos, extents())
	{
		struct owned *o = of_all(pos);

		if (o->e.end <= start)
			continue;
		if (o->e.start < end)
			return -ENOMEM;
		return take_before(mm, pos, start, end);
	}
	return take_before(mm, extents(), start, end);
}

bool va_owns(struct mm *mm, uint64_t start, uint64_t end)
{
	list_for_each(pos, &mm->extents)
	{
		struct extent *e = container_of(pos, struct extent, link);

		if (start >= e->start && end <= e->end)
			return true;
	}
	return false;
}

void va_release_all(struct mm *mm)
{
	list_for_each_safe(pos, tmp, &mm->extents)
	{
		struct owned *o = container_of(pos, struct owned, e.link);

		list_del(&o->e.link);
		list_del(&o->all);
		kfree(o);
	}
}

uint64_t va_find_hole(struct mm *mm, uint64_t lo, uint64_t hi, uint64_t len, uint64_t margin)
{
	uint64_t at = lo;

	for (struct vma *v = vma_first(mm, lo); v != NULL; v = vma_next(mm, v)) {
		if (v->end <= at)
			continue;
		if (v->start >= hi || (v->start >= at && v->start - at >= len))
			break;
		uint64_t past = v->end + (v->flags & VMA_KERNEL ? 0 : margin);

		if (past > at)
			at = past;
	}
	return at < hi && hi - at >= len ? at : 0;
}
