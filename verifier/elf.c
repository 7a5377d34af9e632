/* SPDX-License-Identifier: Apache-2.0 */
/*
 * F1-F4 and F6 of doc/sfi.md: the program headers and the text relocation table. Sections are
 * ignored. Offsets of fields: System V ABI, "ELF-64 Object File Format".
 */
#include <stdbool.h>
#include "sfi.h"
#include "verify.h"

#define EHDR_SIZE  64
#define PHDR_SIZE  56
#define ET_EXEC    2
#define EM_X86_64  62
#define PF_X       1u
#define PF_W       2u
#define PF_R       4u
#define TLS_MAX    0x40000000u
#define REL_HEADER 16
#define ULEB_MAX   5

enum {
	PT_NULL = 0,
	PT_LOAD = 1,
	PT_NOTE = 4,
	PT_PHDR = 6,
	PT_TLS = 7,
	PT_GNU_EH_FRAME = 0x6474e550,
	PT_GNU_STACK,
	PT_GNU_RELRO,
	PT_GNU_PROPERTY,
};

struct phdr {
	uint32_t type, flags;
	uint64_t offset, vaddr, filesz, memsz, align;
};

struct parse {
	const uint8_t *file;
	uint64_t size;
	struct verify_elf *out;
	uint64_t at; /* file offset that a rejection names */
	bool have_text, have_tls, have_textrel;
};

static uint64_t field(const uint8_t *p, unsigned bytes)
{
	uint64_t v = 0;
	for (unsigned i = 0; i < bytes; i++)
		v |= (uint64_t)p[i] << 8 * i;
	return v;
}

/* [at, at + length) lies in [low, high); no sum can overflow. */
static bool inside(uint64_t at, uint64_t length, uint64_t low, uint64_t high)
{
	return at >= low && at <= high && length <= high - at;
}

static enum verify_cause header(struct parse *s)
{
	static const uint8_t ident[7] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
	const uint8_t *h = s->file;
	if (s->size < EHDR_SIZE)
		return F1_HEADER;
	for (unsigned i = 0; i < sizeof ident; i++)
		if (h[i] != ident[i])
			return F1_HEADER;
	uint64_t phoff = field(h + 32, 8), phnum = field(h + 56, 2);
	if (field(h + 16, 2) != ET_EXEC || field(h + 18, 2) != EM_X86_64 || field(h + 20, 4) != 1 ||
		field(h + 52, 2) != EHDR_SIZE || field(h + 54, 2) != PHDR_SIZE || phnum < 1 ||
		phnum > SFI_PHNUM_MAX || !inside(phoff, phnum * PHDR_SIZE, EHDR_SIZE, s->size))
		return F1_HEADER;
	s->out->phnum = (uint32_t)phnum;
	return VERIFY_OK;
}

static enum verify_cause load_segment(struct parse *s, const struct phdr *p)
{
	struct verify_elf *out = s->out;
	bool exec = p->flags & PF_X;
	uint64_t low = exec ? SFI_TEXT_MIN : SFI_DATA_MIN,
		 high = exec ? SFI_TEXT_MAX : SFI_DATA_MAX;
	if (!inside(p->offset, p->filesz, 0, s->size) || p->filesz > p->memsz || p->memsz == 0 ||
		!inside(p->vaddr, p->memsz, low, high) || (p->offset ^ p->vaddr) % SFI_PAGE)
		return F3_BOUNDS;
	if (out->nload) {
		const struct verify_segment *last = &out->load[out->nload - 1];
		uint64_t end = ((uint64_t)last->vaddr + last->mem_size + SFI_PAGE - 1) / SFI_PAGE;
		if (p->vaddr / SFI_PAGE < end)
			return F3_ORDER;
	}
	if (exec) {
		if (s->have_text || p->flags & PF_W || !(p->flags & PF_R) ||
			p->filesz != p->memsz || p->vaddr % SFI_PAGE)
			return F3_EXEC;
		if (p->memsz > SFI_TEXT_SIZE_MAX)
			return F6_SIZE;
		s->have_text = true;
		out->text = out->nload;
	}
	out->load[out->nload++] = (struct verify_segment){
		p->offset, p->filesz, (uint32_t)p->vaddr, (uint32_t)p->memsz, p->flags};
	return VERIFY_OK;
}

/* Zero-initialised thread data takes no address space, so only the file part is inside a segment.
 */
static enum verify_cause tls_segment(struct parse *s, const struct phdr *p)
{
	if (s->have_tls)
		return F2_TYPE;
	if (p->filesz > p->memsz || p->memsz > TLS_MAX || p->align > SFI_PAGE ||
		(p->align & (p->align - 1)) ||
		!inside(p->vaddr, p->filesz, SFI_DATA_MIN, SFI_DATA_MAX))
		return F3_TLS;
	s->have_tls = true;
	s->out->tls = (struct verify_segment){
		p->offset, p->filesz, (uint32_t)p->vaddr, (uint32_t)p->memsz, p->flags};
	s->out->tls_align = p->align ? (uint32_t)p->align : 1;
	return VERIFY_OK;
}

static enum verify_cause textrel_segment(struct parse *s, const struct phdr *p)
{
	if (s->have_textrel)
		return F2_TYPE;
	s->at = p->offset;
	if (!inside(p->offset, p->filesz, 0, s->size) || p->filesz < REL_HEADER)
		return F4_TABLE;
	const uint8_t *h = s->file + p->offset;
	if (field(h, 4) != SFI_TEXTREL_MAGIC || field(h + 4, 4) != SFI_TEXTREL_VERSION ||
		field(h + 12, 4) != p->filesz - REL_HEADER)
		return F4_TABLE;
	s->have_textrel = true;
	s->out->textrel_offset = p->offset + REL_HEADER;
	s->out->textrel_count = (uint32_t)field(h + 8, 4);
	s->out->textrel_size = (uint32_t)(p->filesz - REL_HEADER);
	return VERIFY_OK;
}

static enum verify_cause segment(struct parse *s, const uint8_t *h)
{
	struct phdr p = {(uint32_t)field(h, 4), (uint32_t)field(h + 4, 4), field(h + 8, 8),
		field(h + 16, 8), field(h + 32, 8), field(h + 40, 8), field(h + 48, 8)};
	switch (p.type) {
	case PT_LOAD:
		return load_segment(s, &p);
	case PT_TLS:
		return tls_segment(s, &p);
	case SFI_PT_TEXTREL:
		return textrel_segment(s, &p);
	case PT_GNU_STACK:
		return p.flags & PF_X ? F2_TYPE : VERIFY_OK;
	case PT_NULL:
	case PT_NOTE:
	case PT_PHDR:
	case PT_GNU_EH_FRAME:
	case PT_GNU_RELRO:
	case PT_GNU_PROPERTY:
		return VERIFY_OK;
	default:
		return F2_TYPE;
	}
}

/* Whether the file has [vaddr, vaddr + length) in one segment, searched from segment *hint up. */
static bool file_backed(const struct verify_elf *e, uint64_t vaddr, uint64_t length, uint32_t *hint)
{
	while (*hint < e->nload && vaddr >= e->load[*hint].vaddr + e->load[*hint].file_size)
		++*hint;
	return *hint < e->nload && inside(vaddr, length, e->load[*hint].vaddr,
					   e->load[*hint].vaddr + e->load[*hint].file_size);
}

/* One ULEB128 number below 2^32: its length, or 0 if it is cut off, too long or not the shortest.
 */
static unsigned uleb(const uint8_t *p, const uint8_t *end, uint64_t *value)
{
	*value = 0;
	for (unsigned i = 0; i < ULEB_MAX && p + i < end; i++) {
		*value |= (uint64_t)(p[i] & 0x7f) << 7 * i;
		if (!(p[i] & 0x80))
			return *value >> 32 || (i && p[i] == 0) ? 0 : i + 1;
	}
	return 0;
}

static enum verify_cause textrel(struct parse *s)
{
	const struct verify_elf *e = s->out;
	const uint8_t *p = s->file + e->textrel_offset, *end = p + e->textrel_size;
	uint64_t place = 0, delta;
	uint32_t hint = 0;
	for (uint32_t i = 0; i < e->textrel_count; i++) {
		unsigned n = uleb(p, end, &delta);
		s->at = (uint64_t)(p - s->file);
		if (n == 0 || (i && delta < 4))
			return F4_TABLE;
		p += n;
		place += delta;
		if (!file_backed(e, place, 4, &hint))
			return F4_PLACE;
	}
	return p == end ? VERIFY_OK : F4_TABLE;
}

static enum verify_cause whole(struct parse *s)
{
	struct verify_elf *e = s->out;
	const struct verify_segment *text = &e->load[e->text];
	uint64_t phoff = field(s->file + 32, 8), entry = field(s->file + 24, 8);
	uint32_t hint = 0;
	s->at = 0;
	if (!s->have_text)
		return F3_EXEC;
	if (e->tls.file_size && !file_backed(e, e->tls.vaddr, e->tls.file_size, &hint))
		return F3_TLS;
	if (!inside(entry, SFI_LABEL_SIZE, text->vaddr, (uint64_t)text->vaddr + text->mem_size))
		return F5_ENTRY;
	e->entry = (uint32_t)entry;
	for (uint32_t i = 0; i < e->nload; i++)
		if (inside(phoff, (uint64_t)e->phnum * PHDR_SIZE, e->load[i].file_offset,
			    e->load[i].file_offset + e->load[i].file_size))
			e->phdr_vaddr =
				e->load[i].vaddr + (uint32_t)(phoff - e->load[i].file_offset);
	return textrel(s);
}

enum verify_cause verify_elf(
	const uint8_t *file, size_t size, struct verify_elf *out, struct verify_report *r)
{
	struct parse s = {.file = file, .size = size, .out = out};
	*out = (struct verify_elf){0};
	*r = (struct verify_report){0};
	enum verify_cause c = header(&s);
	for (uint32_t i = 0; c == VERIFY_OK && i < out->phnum; i++) {
		s.at = field(file + 32, 8) + (uint64_t)i * PHDR_SIZE;
		c = segment(&s, file + s.at);
	}
	if (c == VERIFY_OK)
		c = whole(&s);
	r->cause = c;
	r->offset = (uint32_t)s.at;
	if (c != VERIFY_OK)
		*out = (struct verify_elf){0};
	return c;
}

struct verify_reloc verify_reloc_begin(const uint8_t *file, const struct verify_elf *elf)
{
	const uint8_t *p = file + elf->textrel_offset;
	return (struct verify_reloc){p, p + elf->textrel_size, 0};
}

int verify_reloc_next(struct verify_reloc *it, uint32_t *place)
{
	uint64_t delta;
	unsigned n = uleb(it->p, it->end, &delta);
	if (n == 0)
		return 0;
	it->p += n;
	it->place += (uint32_t)delta;
	*place = it->place;
	return 1;
}
