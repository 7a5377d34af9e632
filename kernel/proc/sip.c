/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIP images: read once, moved to a free place of the text window, verified, and only then made
 * executable; shared by every process that runs them (doc/sfi.md F and K). An image is found again
 * by the identity of its file: the host may lie about that, but only by offering a program that was
 * verified, too. Unused images stay until their room or memory is needed.
 *
 * Nothing here is trusted before verify_text() said yes to the private copy that is then copied
 * into the text window page by page.
 */
#include "sip.h"
#include "conf.h"
#include "elf.h"
#include "file.h"
#include "klog.h"
#include "kmem.h"
#include "layout.h"
#include "linux_errno.h"
#include "linux_fs.h"
#include "linux_mm.h"
#include "mem.h"
#include "mm.h"
#include "plat.h"
#include "sfi.h"
#include "sipblock.h"
#include "sipframe.h"
#include "task.h"
#include "verify.h"

#define FILE_MAX      (512u << 20)
#define ET_EXEC       2
#define PT_LOAD       1
#define PLACE_WAITS   100u
#define PLACE_WAIT_NS 1000000u
#define INT3          0xcc
#define GATE_CALL     "\x64\xff\x14\x25\x10\0\0\0"

struct sip_image {
	struct list link; /* images, most recently used first */
	int refs;         /* address spaces that run it */
	struct file_id id;
	enum {
		IMAGE_BUSY,
		IMAGE_READY,
		IMAGE_GONE
	} state;       /* ready: verified and committed; gone:
			  holds its place alone */
	uint64_t gone; /* kernel_epoch from which nobody can check a target in it */
	uint64_t key;  /* for warm windows; never reused */
	struct verify_elf elf;
	uint32_t text, text_pages; /* offset in T; committed pages, at least one int3 at the end */
	uint32_t text_size;
	uint32_t moved;               /* text displacement */
	uint8_t *data[SFI_PHNUM_MAX]; /* file part of each data segment, relocated, from its page
					 on; owned */
};

static struct list images;
static uint64_t next_key = 1;

static uint32_t page_up32(uint64_t v)
{
	return (uint32_t)((v + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1));
}

static uint32_t page_off(uint32_t v)
{
	return v % PAGE_SIZE;
}

static struct sip_image *image_of(struct list *l)
{
	return container_of(l, struct sip_image, link);
}

static struct list *image_list(void)
{
	if (images.next == NULL)
		list_init(&images);
	return &images;
}

enum isolation sip_isolation(void)
{
	size_t off = 0, len;
	const char *s = conf_next(&off, CONF_ISOLATION, &len);

	if (s != NULL && len >= 3 && memcmp(s, "sip", 3) == 0)
		return ISOLATION_SIP;
	if (s != NULL && len >= 5 && memcmp(s, "plain", 5) == 0)
		return ISOLATION_PLAIN;
	return ISOLATION_MIXED;
}

/* ---- the text window ---- */

/* A gap of len bytes among the images' texts; 0: none. */
static uint32_t find_text(uint32_t len)
{
	for (uint32_t at = SFI_TEXT_MIN; SFI_TEXT_MAX - at >= len;) {
		bool clash = false;

		list_for_each(pos, image_list())
		{
			struct sip_image *i = image_of(pos);
			uint32_t end = i->text + i->text_pages * PAGE_SIZE;

			if (i->text < at + len && at < end) {
				at = end;
				clash = true;
			}
		}
		if (!clash)
			return at;
	}
	return 0;
}

static size_t data_pages(const struct verify_segment *s)
{
	return page_up32(page_off(s->vaddr) + s->file_size) / PAGE_SIZE;
}

static void image_free(struct sip_image *i)
{
	for (uint32_t s = 0; s < i->elf.nload; s++)
		kpages_free(i->data[s], data_pages(&i->elf.load[s]));
	kfree(i);
}

/*
 * Whoever checked a target in a text before its pages went, and has not jumped yet, must not go on
 * there, whatever comes next (V10); nor what a signal interrupted there. One that runs was last
 * seen when it left the kernel: since the pages went, no new check can succeed.
 */
static bool stands_in(struct proc *p, void *arg)
{
	const struct sip_image *i = arg;
	uint64_t start = TEXT_BASE + i->text, end = start + (uint64_t)i->text_pages * PAGE_SIZE;

	if (!p->sip)
		return false;
	list_for_each(pos, &p->threads)
	{
		struct thread *t = container_of(pos, struct thread, proc_link);

		if (sipframe_inside(t->uregs, start, end) || sipframes_inside(t->tp, start, end))
			return true;
		if (t->state == T_RUNNING && t != thread_self() && t->epoch < i->gone)
			return true;
	}
	return false;
}

/* Gives the places of evicted texts free where nobody can come any more. False: none; *held says
 * whether there are others. */
static bool free_places(bool *held)
{
	bool freed = false;

	*held = false;
	list_for_each_safe(pos, next, image_list())
	{
		struct sip_image *i = image_of(pos);

		if (i->state != IMAGE_GONE)
			continue;
		if (proc_foreach(stands_in, i) > 0) {
			*held = true;
			continue;
		}
		list_del(&i->link);
		image_free(i);
		freed = true;
	}
	return freed;
}

/* Takes the least recently used text that no process runs out of the text window; its place is free
 * later. False: there is none. May block. */
static bool evict_one(void)
{
	for (struct list *pos = image_list()->prev; pos != image_list(); pos = pos->prev) {
		struct sip_image *i = image_of(pos);

		if (i->refs > 0 || i->state != IMAGE_READY)
			continue;
		i->state = IMAGE_BUSY; /* not found any more, nor is its place */
		mm_text_release(TEXT_BASE + i->text, i->text_pages);
		i->state = IMAGE_GONE;
		i->gone = ++kernel_epoch;
		return true;
	}
	return false;
}

/* ---- loading ---- */

static int read_whole(struct file *f, uint8_t **buf, size_t *size)
{
	uint64_t n = file_size(f), done = 0;

	if (n == 0 || n > FILE_MAX)
		return -ENOEXEC;
	*buf = kpages((n + PAGE_SIZE - 1) / PAGE_SIZE);
	if (*buf == NULL)
		return -ENOMEM;
	while (done < n) {
		long r = file_pread(f, done, *buf + done, n - done);

		if (r <= 0) {
			kpages_free(*buf, (n + PAGE_SIZE - 1) / PAGE_SIZE);
			return r < 0 ? (int)r : -ENOEXEC;
		}
		done += (uint64_t)r;
	}
	*size = n;
	return 0;
}

static int copy_segments(struct sip_image *i, const uint8_t *file, uint8_t **text)
{
	const struct verify_segment *ts = &i->elf.load[i->elf.text];

	*text = kpages(i->text_pages);
	if (*text == NULL)
		return -ENOMEM;
	memset(*text, INT3, (size_t)i->text_pages * PAGE_SIZE);
	memcpy(*text, file + ts->file_offset, ts->file_size);
	for (uint32_t s = 0; s < i->elf.nload; s++) {
		const struct verify_segment *g = &i->elf.load[s];

		if (s == i->elf.text || g->file_size == 0)
			continue;
		i->data[s] = kpages(data_pages(g));
		if (i->data[s] == NULL)
			return -ENOMEM;
		memcpy(i->data[s] + page_off(g->vaddr), file + g->file_offset, g->file_size);
	}
	return 0;
}

/* Where the 32-bit field at virtual address a lies in our copies. verify_elf saw to it that it
 * does. */
static uint8_t *field_at(struct sip_image *i, uint8_t *text, uint32_t a)
{
	for (uint32_t s = 0; s < i->elf.nload; s++) {
		const struct verify_segment *g = &i->elf.load[s];

		if (a < g->vaddr || a - g->vaddr + sizeof(uint32_t) > g->file_size)
			continue;
		return s == i->elf.text ? text + (a - g->vaddr)
					: i->data[s] + page_off(g->vaddr) + (a - g->vaddr);
	}
	return NULL;
}

static void move_text(struct sip_image *i, const uint8_t *file, uint8_t *text)
{
	struct verify_reloc it = verify_reloc_begin(file, &i->elf);
	uint32_t place, v;

	while (verify_reloc_next(&it, &place)) {
		uint8_t *f = field_at(i, text, place);

		if (f == NULL)
			continue; /* the text is verified as it is now, moved or not */
		memcpy(&v, f, sizeof(v));
		v += i->moved;
		memcpy(f, &v, sizeof(v));
	}
}

static int refuse(const char *name, const struct verify_report *r, const char **why)
{
	*why = "it does not verify";
	klog("%s: rejected by rule %s at offset %#x: %s", name, verify_rule_id(r->cause), r->offset,
		verify_rule_text(r->cause));
	return -EACCES;
}

static int verify(struct sip_image *i, const char *name, const uint8_t *text, const char **why)
{
	const struct verify_segment *ts = &i->elf.load[i->elf.text];
	size_t n = verify_scratch_size(ts->file_size), pages = (n + PAGE_SIZE - 1) / PAGE_SIZE;
	void *scratch = kpages(pages);
	struct verify_report r;

	if (scratch == NULL)
		return -ENOMEM;
	enum verify_cause c =
		verify_text(text, ts->file_size, i->elf.entry - ts->vaddr, scratch, n, &r);

	kpages_free(scratch, pages);
	return c == VERIFY_OK ? 0 : refuse(name, &r, why);
}

static int place_text(struct sip_image *i)
{
	uint32_t len = i->text_pages * PAGE_SIZE;

	for (unsigned waited = 0; (i->text = find_text(len)) == 0;) {
		bool held;

		if (free_places(&held) || evict_one())
			continue;
		if (!held || waited++ == PLACE_WAITS)
			return -ENOMEM;
		(void)thread_sleep(time_mono() + PLACE_WAIT_NS, false); /* for a tick of theirs */
	}
	i->moved = i->text - i->elf.load[i->elf.text].vaddr;
	list_push_front(image_list(), &i->link); /* the place is taken from here on */
	return 0;
}

static int fill(struct sip_image *i, const char *name, const uint8_t *file, const char **why)
{
	uint8_t *text = NULL;
	int r = copy_segments(i, file, &text);

	if (r == 0) {
		move_text(i, file, text);
		r = verify(i, name, text, why);
	}
	if (r == 0)
		r = mm_text_commit(TEXT_BASE + i->text, text, i->text_pages);
	kpages_free(text, i->text_pages);
	return r;
}

static int image_new(
	struct file *f, const struct file_id *id, struct sip_image **out, const char **why)
{
	const char *name = f->path != NULL ? f->path : "program";
	struct sip_image *i = kzalloc(sizeof(*i));
	struct verify_report rep;
	uint8_t *file;
	size_t size;
	int r = i == NULL ? -ENOMEM : read_whole(f, &file, &size);

	if (r < 0) {
		kfree(i);
		return r;
	}
	list_init(&i->link);
	i->id = *id;
	i->key = next_key++;
	r = verify_elf(file, size, &i->elf, &rep) == VERIFY_OK ? 0 : refuse(name, &rep, why);
	if (r == 0) {
		i->text_size = (uint32_t)i->elf.load[i->elf.text].file_size;
		i->text_pages = page_up32((uint64_t)i->text_size + 1) / PAGE_SIZE;
		r = place_text(i);
	}
	if (r == 0)
		r = fill(i, name, file, why);
	kpages_free(file, (size + PAGE_SIZE - 1) / PAGE_SIZE);
	if (r < 0) {
		list_del(&i->link);
		image_free(i);
		return r;
	}
	i->state = IMAGE_READY;
	*out = i;
	return 0;
}

static bool same_file(const struct file_id *a, const struct file_id *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       a->mtime_ns == b->mtime_ns;
}

static struct sip_image *image_find(const struct file_id *id)
{
	list_for_each(pos, image_list())
	{
		struct sip_image *i = image_of(pos);

		if (i->state == IMAGE_READY && same_file(&i->id, id))
			return i;
	}
	return NULL;
}

bool sip_known(struct file *f)
{
	struct file_id id;

	return file_identity(f, &id) == 0 && image_find(&id) != NULL;
}

static int image_get(struct file *f, struct sip_image **out, const char **why)
{
	struct file_id id;
	int r = file_identity(f, &id);

	if (r < 0)
		return r;
	*out = image_find(&id);
	if (*out != NULL) {
		list_del(&(*out)->link);
		list_push_front(image_list(), &(*out)->link);
		(*out)->refs++;
		return 0;
	}
	r = image_new(f, &id, out, why);
	if (r == 0)
		(*out)->refs++;
	return r;
}

struct sip_image *sip_image_ref(struct sip_image *i)
{
	i->refs++;
	return i;
}

void sip_image_put(struct sip_image *i)
{
	i->refs--;
}

int sip_claims(struct file *f)
{
	struct elf_phdr ph[SFI_PHNUM_MAX];
	struct elf_header h;
	long n = file_pread(f, 0, &h, sizeof(h));

	if (n < 0)
		return (int)n;
	if ((size_t)n < sizeof(h) ||
		memcmp(h.ident,
			"\x7f"
			"ELF\x02",
			5) != 0 ||
		h.type != ET_EXEC || h.phnum > SFI_PHNUM_MAX || h.phentsize != sizeof(ph[0]))
		return 0;
	n = file_pread(f, h.phoff, ph, h.phnum * sizeof(ph[0]));
	for (unsigned i = 0; n > 0 && i < (size_t)n / sizeof(ph[0]); i++)
		if (ph[i].type == PT_LOAD && (ph[i].flags & ELF_PF_X))
			return ph[i].vaddr >= SFI_TEXT_MIN && ph[i].vaddr < SFI_TEXT_MAX;
	return n < 0 ? (int)n : 0;
}

static int map_data(struct mm *mm, const struct sip_image *i, uint64_t *end)
{
	int r = 0;

	*end = SFI_DATA_MIN;
	for (uint32_t s = 0; r == 0 && s < i->elf.nload; s++) {
		const struct verify_segment *g = &i->elf.load[s];
		uint32_t start = g->vaddr - page_off(g->vaddr),
			 stop = page_up32((uint64_t)g->vaddr + g->mem_size);
		unsigned prot = (g->flags & 4 ? PROT_READ : 0) | (g->flags & 2 ? PROT_WRITE : 0);

		if (s == i->elf.text || stop == start)
			continue;
		r = mm_load_sip(mm, start, stop - start, prot, i->data[s],
			g->file_size != 0 ? page_off(g->vaddr) + g->file_size : 0);
		*end = stop;
	}
	return r;
}

int sip_load(struct file *f, struct mm **out, struct elf_loaded *l, const char **why)
{
	struct sip_image *i;
	struct mm *mm;
	uint64_t end;
	bool same;
	int r = image_get(f, &i, why);

	if (r < 0)
		return r;
	r = mm_new_sip(i->key, &mm, &same);
	if (r < 0) {
		sip_image_put(i);
		return r;
	}
	mm->image = i;
	r = map_data(mm, i, &end);
	if (r == 0)
		r = mm_set_brk_start(mm, end);
	mm_window_ready(mm);
	if (r < 0) {
		mm_put(mm);
		return r;
	}
	memset(l, 0, sizeof(*l));
	l->phdr = i->elf.phdr_vaddr;
	l->phnum = i->elf.phnum;
	l->entry = i->elf.entry + i->moved;
	l->start = l->entry;
	*out = mm;
	return 0;
}

/* ---- labels ---- */

static struct sip_image *image_at(uint32_t off)
{
	list_for_each(pos, image_list())
	{
		struct sip_image *i = image_of(pos);

		if (i->state == IMAGE_READY && off >= i->text && off - i->text < i->text_size)
			return i;
	}
	return NULL;
}

bool sip_is_label(uint32_t off)
{
	const struct sip_image *i = image_at(off);

	return i != NULL &&
	       verify_is_label((const uint8_t *)(TEXT_BASE + i->text), i->text_size, off - i->text);
}

bool sip_after_gate(uint32_t off)
{
	const struct sip_image *i = image_at(off);

	return i != NULL && off - i->text >= SFI_GATE_RETURN &&
	       memcmp((const uint8_t *)(TEXT_BASE + off - SFI_GATE_RETURN), GATE_CALL,
		       SFI_GATE_RETURN) == 0;
}

bool sip_at_int3(uint32_t off)
{
	return image_at(off) != NULL && *(const uint8_t *)(TEXT_BASE + off) == INT3;
}

/* ---- threads ---- */

int sip_thread_init(struct thread *t, struct mm *mm, uint32_t tp, const struct thread *from)
{
	struct sip_block *b = t->sip != NULL ? t->sip : kzalloc(sizeof(*b));

	if (b == NULL)
		return -ENOMEM;
	if (from != NULL)
		b->canary = from->sip->canary; /* the frames on its stack have this one */
	else
		plat_random(&b->canary, sizeof(b->canary));
	b->canary &= ~0xffull; /* a zero byte stops a string overrun */
	b->tp = tp;
	b->gate = (uint64_t)sip_syscall_entry;
	b->kstack_top = (uint64_t)t->kstack + KSTACK_SIZE;
	t->sip = b;
	t->window = mm->base;
	t->fsbase = (uint64_t)b;
	return 0;
}

void sip_thread_free(struct thread *t)
{
	kfree(t->sip);
	t->sip = NULL;
	t->window = 0;
}

void sip_set_tp(struct thread *t, uint32_t tp)
{
	t->sip->tp = tp;
}

uint32_t sip_tp(const struct thread *t)
{
	return (uint32_t)t->sip->tp;
}
