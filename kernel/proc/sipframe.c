/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See sipframe.h. A frame whose entry was pushed out by deeper ones, or that is not the thread's,
 * stands for nothing: returning through it is like any other entry, to a label only.
 */
#include "sipframe.h"
#include "kmem.h"
#include "layout.h"
#include "linux_errno.h"
#include "mem.h"
#include "sfi.h"
#include "task.h"

#define SIP_FRAMES 64

struct sipframes {
	unsigned n;
	struct {
		uint64_t frame; /* offset */
		struct uregs u;
	} f[SIP_FRAMES];
};

int sipframe_remember(uint64_t frame, const struct uregs *u)
{
	struct tproc *tp = tproc_self();

	if (tp->sipframes == NULL && (tp->sipframes = kzalloc(sizeof *tp->sipframes)) == NULL)
		return -ENOMEM;
	struct sipframes *s = tp->sipframes;

	while (s->n > 0 && s->f[s->n - 1].frame == frame)
		s->n--; /* its handler left by longjmp */
	if (s->n == SIP_FRAMES)
		memmove(&s->f[0], &s->f[1], --s->n * sizeof s->f[0]);
	s->f[s->n].frame = frame;
	s->f[s->n++].u = *u;
	return 0;
}

const struct uregs *sipframe_recall(uint64_t frame)
{
	struct sipframes *s = tproc_self()->sipframes;
	unsigned i = s != NULL ? s->n : 0;

	while (i > 0 && s->f[i - 1].frame != frame)
		i--;
	if (i == 0)
		return NULL;
	s->n = i - 1;
	return &s->f[i - 1].u;
}

/* With the guards around it, which a string instruction may have run into. */
static bool in_window(uint64_t a, uint64_t window)
{
	return a - (window - SFI_GUARD) < SFI_GUARD + SFI_WINDOW_SIZE + SFI_GUARD;
}

uint64_t sipframe_offset(uint64_t r)
{
	return in_window(r, thread_self()->window) ? (uint32_t)r : r;
}

/*
 * An address of the old window becomes one of the new. Below 2^32 is an offset, also in a register
 * that is about to become an address: it stays. Whatever else looks like an address of the window
 * means the same there.
 */
static void move(uint64_t *r, uint64_t window, uint64_t new_window)
{
	if (in_window(*r, window))
		*r += new_window - window;
}

int sipframe_copy(struct tproc *to, const struct tproc *from, uint64_t window, uint64_t new_window)
{
	const struct sipframes *s = from->sipframes;

	if (s == NULL || s->n == 0)
		return 0;
	struct sipframes *c = kmalloc(sizeof *c);

	if (c == NULL)
		return -ENOMEM;
	*c = *s;
	for (unsigned i = 0; i < c->n; i++) {
		struct uregs *u = &c->f[i].u;

		u->r14 = new_window;
		move(&u->rsp, window, new_window);
		move(&u->rdi, window, new_window);
		move(&u->rsi, window, new_window);
	}
	to->sipframes = c;
	return 0;
}

void sipframe_drop(struct tproc *tp)
{
	kfree(tp->sipframes);
	tp->sipframes = NULL;
}

bool sipframe_inside(const struct uregs *u, uint64_t start, uint64_t end)
{
	return (u->rip >= start && u->rip < end) || (u->r11 >= start && u->r11 < end);
}

bool sipframes_inside(const struct tproc *tp, uint64_t start, uint64_t end)
{
	const struct sipframes *s = tp->sipframes;

	for (unsigned i = 0; s != NULL && i < s->n; i++)
		if (sipframe_inside(&s->f[i].u, start, end))
			return true;
	return false;
}
