/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reader of the enclave file. See enclave_image.h.
 *
 * Three parts: ELF headers and segments, the note and its descriptor, the page sequence. Every
 * number is held against a limit of abi/enclave_file.h before it is added to another, so no sum
 * of checked numbers can wrap.
 */
#include "enclave_image.h"

#include <stdbool.h>

#include "elf.h"

struct elf_note {
	uint32_t namesz, descsz, type;
};

#define ELF_CLASS_DATA   4 /* ident[4..6]: 64-bit, little-endian, version 1 */
#define ELF_ET_EXEC      2
#define ELF_EM_X86_64    62
#define ELF_PT_NULL      0
#define ELF_PT_LOAD      1
#define ELF_PT_NOTE      4
#define ELF_PT_PHDR      6
#define ELF_PT_GNU_EH    0x6474e550
#define ELF_PT_GNU_STACK 0x6474e551
#define ELF_PT_GNU_RELRO 0x6474e552
#define ELF_PT_GNU_PROP  0x6474e553

#define PAGE_MASK        (SGX_PAGE_SIZE - 1ULL)
#define ATTRIBUTES_KNOWN (SGX_ATTR_MODE64BIT | SGX_ATTR_KSS | SGX_ATTR_AEXNOTIFY)
#define XFRM_KNOWN       (SGX_XFRM_LEGACY | SGX_XFRM_AVX | SGX_XFRM_AVX512 | SGX_XFRM_PKRU | SGX_XFRM_AMX)

const char *enclave_image_strerror(enum enclave_image_error err)
{
#define ROW(name, text) [ENCLAVE_IMAGE_##name] = text,
	static const char *const texts[] = {ENCLAVE_IMAGE_ERRORS(ROW)};
#undef ROW
	return (unsigned)err < sizeof texts / sizeof *texts ? texts[err] : "has an unknown fault";
}

static uint64_t page_up(uint64_t n)
{
	return (n + PAGE_MASK) & ~PAGE_MASK;
}

static bool page_aligned(uint64_t n)
{
	return (n & PAGE_MASK) == 0;
}

static bool in_file(const struct enclave_source *src, uint64_t off, uint64_t len)
{
	return off <= src->size && len <= src->size - off;
}

/* Do [a, a + an) and [b, b + bn) meet? No sum may wrap. */
static bool overlap(uint64_t a, uint64_t an, uint64_t b, uint64_t bn)
{
	return a < b + bn && b < a + an;
}

/* ---- ELF ------------------------------------------------------------------------------------ */

static enum enclave_image_error read_header(
	const struct enclave_source *src, struct elf_header *elf)
{
	static const uint8_t magic[4] = {0x7f, 'E', 'L', 'F'};
	static const uint8_t class_data[3] = {2, 1, 1};
	size_t have = src->size < sizeof *elf ? (size_t)src->size : sizeof *elf;

	__builtin_memset(elf, 0, sizeof *elf);
	if (have < sizeof magic)
		return ENCLAVE_IMAGE_NOT_ELF;
	if (src->read(src->ctx, 0, elf, have) < 0)
		return ENCLAVE_IMAGE_READ;
	if (__builtin_memcmp(elf->ident, magic, sizeof magic) != 0)
		return ENCLAVE_IMAGE_NOT_ELF;
	if (have < sizeof *elf)
		return ENCLAVE_IMAGE_TRUNCATED;
	if (__builtin_memcmp(elf->ident + ELF_CLASS_DATA, class_data, sizeof class_data) != 0 ||
		elf->machine != ELF_EM_X86_64)
		return ENCLAVE_IMAGE_NOT_X86_64;
	if (elf->type != ELF_ET_EXEC)
		return ENCLAVE_IMAGE_NOT_EXEC;
	if (elf->phentsize != sizeof(struct elf_phdr))
		return ENCLAVE_IMAGE_PHDR_SIZE;
	if (elf->phnum == 0 || elf->phnum > ENCLAVE_PHDRS_MAX)
		return ENCLAVE_IMAGE_PHDR_COUNT;
	if (!in_file(src, elf->phoff, (uint64_t)elf->phnum * sizeof(struct elf_phdr)))
		return ENCLAVE_IMAGE_PHDR_BOUNDS;
	return ENCLAVE_IMAGE_OK;
}

static enum enclave_image_error check_load(
	const struct enclave_source *src, const struct elf_phdr *p)
{
	if (p->memsz == 0)
		return ENCLAVE_IMAGE_SEGMENT_EMPTY;
	if (!page_aligned(p->vaddr) || !page_aligned(p->offset))
		return ENCLAVE_IMAGE_SEGMENT_ALIGN;
	if (p->filesz > p->memsz)
		return ENCLAVE_IMAGE_SEGMENT_SIZE;
	if (!in_file(src, p->offset, p->filesz))
		return ENCLAVE_IMAGE_SEGMENT_BOUNDS;
	if (p->vaddr > ENCLAVE_SIZE_MAX || p->memsz > ENCLAVE_SIZE_MAX)
		return ENCLAVE_IMAGE_SEGMENT_RANGE;
	if (!(p->flags & ELF_PF_R) || (p->flags & ~(ELF_PF_R | ELF_PF_W | ELF_PF_X)))
		return ENCLAVE_IMAGE_SEGMENT_ACCESS;
	if ((p->flags & ELF_PF_W) && (p->flags & ELF_PF_X))
		return ENCLAVE_IMAGE_SEGMENT_WX;
	return ENCLAVE_IMAGE_OK;
}

static enum enclave_image_error add_load(
	struct enclave_image *img, const struct enclave_source *src, const struct elf_phdr *p)
{
	enum enclave_image_error err = check_load(src, p);
	if (err != ENCLAVE_IMAGE_OK)
		return err;
	if (img->nsegments == ENCLAVE_SEGMENTS_MAX)
		return ENCLAVE_IMAGE_SEGMENT_COUNT;
	if (img->nsegments > 0) {
		const struct enclave_segment *prev = &img->segment[img->nsegments - 1];
		if (p->vaddr < prev->addr + page_up(prev->mem_size))
			return ENCLAVE_IMAGE_SEGMENT_ORDER;
	}
	img->segment[img->nsegments++] = (struct enclave_segment){
		.addr = p->vaddr,
		.mem_size = p->memsz,
		.file_off = p->offset,
		.file_size = p->filesz,
		.secinfo = SGX_SECINFO_REG | SGX_SECINFO_R |
			   (p->flags & ELF_PF_W ? SGX_SECINFO_W : 0) |
			   (p->flags & ELF_PF_X ? SGX_SECINFO_X : 0),
	};
	return ENCLAVE_IMAGE_OK;
}

/* ---- the note ---------------------------------------------------------------------------------
 */

/* Take the descriptor if this note is ours; name and descriptor lie inside the file. */
static enum enclave_image_error take_note(struct enclave_image *img,
	const struct enclave_source *src, const struct elf_note *note, uint64_t name_off,
	uint64_t desc_off, bool *found)
{
	char name[sizeof ENCLAVE_NOTE_NAME];

	if (note->namesz != sizeof name)
		return ENCLAVE_IMAGE_OK;
	if (src->read(src->ctx, name_off, name, sizeof name) < 0)
		return ENCLAVE_IMAGE_READ;
	if (__builtin_memcmp(name, ENCLAVE_NOTE_NAME, sizeof name) != 0 ||
		note->type != ENCLAVE_NOTE_TYPE)
		return ENCLAVE_IMAGE_OK;
	if (*found)
		return ENCLAVE_IMAGE_NOTE_TWICE;
	if (note->descsz != sizeof img->desc)
		return ENCLAVE_IMAGE_NOTE_SIZE;
	if (src->read(src->ctx, desc_off, &img->desc, sizeof img->desc) < 0)
		return ENCLAVE_IMAGE_READ;
	*found = true;
	return ENCLAVE_IMAGE_OK;
}

static enum enclave_image_error scan_notes(struct enclave_image *img,
	const struct enclave_source *src, const struct elf_phdr *p, bool *found)
{
	uint64_t pad = p->align == 8 ? 7 : 3; /* gABI: notes are padded to 4; GNU properties to 8 */
	uint64_t at = 0;

	if (p->filesz > ENCLAVE_NOTES_SIZE_MAX || !in_file(src, p->offset, p->filesz))
		return ENCLAVE_IMAGE_NOTE_BOUNDS;
	while (at < p->filesz) {
		struct elf_note note;
		if (p->filesz - at < sizeof note)
			return ENCLAVE_IMAGE_NOTE_FORM;
		if (src->read(src->ctx, p->offset + at, &note, sizeof note) < 0)
			return ENCLAVE_IMAGE_READ;
		if (note.namesz > p->filesz || note.descsz > p->filesz)
			return ENCLAVE_IMAGE_NOTE_FORM;
		uint64_t name = at + sizeof note;
		uint64_t desc = (name + note.namesz + pad) & ~pad;
		if (desc + note.descsz > p->filesz)
			return ENCLAVE_IMAGE_NOTE_FORM;
		enum enclave_image_error err =
			take_note(img, src, &note, p->offset + name, p->offset + desc, found);
		if (err != ENCLAVE_IMAGE_OK)
			return err;
		at = (desc + note.descsz + pad) & ~pad;
	}
	return ENCLAVE_IMAGE_OK;
}

static enum enclave_image_error read_phdrs(
	struct enclave_image *img, const struct enclave_source *src, const struct elf_header *elf)
{
	bool found = false;

	for (uint32_t i = 0; i < elf->phnum; i++) {
		enum enclave_image_error err = ENCLAVE_IMAGE_OK;
		struct elf_phdr p;
		if (src->read(src->ctx, elf->phoff + i * sizeof p, &p, sizeof p) < 0)
			return ENCLAVE_IMAGE_READ;
		switch (p.type) {
		case ELF_PT_LOAD:
			err = add_load(img, src, &p);
			break;
		case ELF_PT_NOTE:
			err = scan_notes(img, src, &p, &found);
			break;
		case ELF_PT_NULL:
		case ELF_PT_PHDR:
		case ELF_PT_GNU_EH:
		case ELF_PT_GNU_STACK:
		case ELF_PT_GNU_RELRO:
		case ELF_PT_GNU_PROP:
			break;
		default:
			return ENCLAVE_IMAGE_PHDR_TYPE;
		}
		if (err != ENCLAVE_IMAGE_OK)
			return err;
	}
	if (!found)
		return ENCLAVE_IMAGE_NOTE_MISSING;
	return img->nsegments > 0 ? ENCLAVE_IMAGE_OK : ENCLAVE_IMAGE_SEGMENT_COUNT;
}

/* ---- the descriptor -----------------------------------------------------------------------------
 */

static bool xfrm_consistent(uint64_t x)
{
	return !(x & ~XFRM_KNOWN) && (x & SGX_XFRM_LEGACY) == SGX_XFRM_LEGACY &&
	       ((x & SGX_XFRM_AVX512) == 0 ||
		       ((x & SGX_XFRM_AVX512) == SGX_XFRM_AVX512 && (x & SGX_XFRM_AVX))) &&
	       ((x & SGX_XFRM_AMX) == 0 || (x & SGX_XFRM_AMX) == SGX_XFRM_AMX);
}

/* Bytes of the standard-format XSAVE image: where the last enabled component ends. */
static uint64_t xsave_size(uint64_t xfrm)
{
	uint64_t size = SGX_XSAVE_LEGACY_SIZE + SGX_XSAVE_HEADER_SIZE;
	if (xfrm & SGX_XFRM_AVX)
		size = 832;
	if (xfrm & SGX_XFRM_AVX512)
		size = 2688;
	if (xfrm & SGX_XFRM_PKRU)
		size = 2696;
	if (xfrm & SGX_XFRM_AMX)
		size = 11008;
	return size;
}

static enum enclave_image_error check_state(const struct enclave_desc *d)
{
	if (d->ssa_frame_size == 0 || d->ssa_frame_size > ENCLAVE_SSA_FRAME_MAX)
		return ENCLAVE_IMAGE_SSA_FRAME;
	if (d->nssa == 0 || d->nssa > ENCLAVE_NSSA_MAX)
		return ENCLAVE_IMAGE_SSA_COUNT;
	if ((d->attributes & ~ATTRIBUTES_KNOWN) || !(d->attributes & SGX_ATTR_MODE64BIT))
		return ENCLAVE_IMAGE_ATTRIBUTES;
	if (!xfrm_consistent(d->xfrm) || !xfrm_consistent(d->xfrm_required) ||
		(d->xfrm_required & ~d->xfrm))
		return ENCLAVE_IMAGE_XFRM;
	if (d->miscselect & ~SGX_MISC_EXINFO)
		return ENCLAVE_IMAGE_MISCSELECT;
	if (xsave_size(d->xfrm) + SGX_EXINFO_SIZE + SGX_GPR_SIZE >
		(uint64_t)d->ssa_frame_size * SGX_PAGE_SIZE)
		return ENCLAVE_IMAGE_SSA_SMALL;
	return ENCLAVE_IMAGE_OK;
}

static enum enclave_image_error check_slots(const struct enclave_desc *d)
{
	uint64_t ssa_size = (uint64_t)d->nssa * d->ssa_frame_size * SGX_PAGE_SIZE;
	uint64_t vcpu_size = (uint64_t)d->vcpu_pages * SGX_PAGE_SIZE;

	if (d->tcs_count == 0 || d->tcs_count > ENCLAVE_TCS_MAX)
		return ENCLAVE_IMAGE_TCS_COUNT;
	if (d->vcpu_pages == 0 || d->vcpu_pages > ENCLAVE_VCPU_PAGES_MAX)
		return ENCLAVE_IMAGE_VCPU_PAGES;
	if (!page_aligned(d->tcs_base) || !page_aligned(d->tcs_stride) ||
		!page_aligned(d->ssa_off) || !page_aligned(d->vcpu_block_off))
		return ENCLAVE_IMAGE_SLOT_ALIGN;
	if (d->tcs_base > d->elrange_size || d->tcs_stride > d->elrange_size ||
		d->tcs_count * d->tcs_stride > d->elrange_size - d->tcs_base)
		return ENCLAVE_IMAGE_SLOT_RANGE;
	if (d->ssa_off > d->tcs_stride || ssa_size > d->tcs_stride - d->ssa_off ||
		d->vcpu_block_off > d->tcs_stride || vcpu_size > d->tcs_stride - d->vcpu_block_off)
		return ENCLAVE_IMAGE_SLOT_OVERLAP;
	if (d->ssa_off == 0 || d->vcpu_block_off == 0 ||
		overlap(d->ssa_off, ssa_size, d->vcpu_block_off, vcpu_size))
		return ENCLAVE_IMAGE_SLOT_OVERLAP;
	return ENCLAVE_IMAGE_OK;
}

static enum enclave_image_error check_desc(const struct enclave_desc *d)
{
	if (d->version != ENCLAVE_DESC_VERSION)
		return ENCLAVE_IMAGE_VERSION;
	if (d->reserved[0] != 0 || d->reserved[1] != 0)
		return ENCLAVE_IMAGE_RESERVED;
	if (d->elrange_size < SGX_SIZE_MIN || d->elrange_size > ENCLAVE_SIZE_MAX ||
		(d->elrange_size & (d->elrange_size - 1)))
		return ENCLAVE_IMAGE_ELRANGE;
	enum enclave_image_error err = check_state(d);
	return err != ENCLAVE_IMAGE_OK ? err : check_slots(d);
}

static uint64_t slot_pages(const struct enclave_desc *d)
{
	return 1 + (uint64_t)d->nssa * d->ssa_frame_size + d->vcpu_pages;
}

/* Segments against the descriptor: range, slots, entry point, number of pages. */
static enum enclave_image_error check_layout(struct enclave_image *img)
{
	const struct enclave_desc *d = &img->desc;
	uint64_t npages = d->tcs_count * slot_pages(d);
	bool entry = false;

	for (uint32_t i = 0; i < img->nsegments; i++) {
		const struct enclave_segment *s = &img->segment[i];
		uint64_t size = page_up(s->mem_size);
		if (s->addr > d->elrange_size || size > d->elrange_size - s->addr)
			return ENCLAVE_IMAGE_SEGMENT_RANGE;
		if (overlap(s->addr, size, d->tcs_base, d->tcs_count * d->tcs_stride))
			return ENCLAVE_IMAGE_SLOT_SEGMENT;
		if ((s->secinfo & SGX_SECINFO_X) && d->entry >= s->addr &&
			d->entry - s->addr < s->file_size)
			entry = true;
		npages += size / SGX_PAGE_SIZE;
	}
	if (!entry)
		return ENCLAVE_IMAGE_ENTRY;
	if (npages > ENCLAVE_PAGES_MAX)
		return ENCLAVE_IMAGE_PAGE_COUNT;
	img->npages = (uint32_t)npages;
	return ENCLAVE_IMAGE_OK;
}

enum enclave_image_error enclave_image_open(
	struct enclave_image *img, const struct enclave_source *src)
{
	struct elf_header elf;

	__builtin_memset(img, 0, sizeof *img);
	enum enclave_image_error err = read_header(src, &elf);
	if (err == ENCLAVE_IMAGE_OK)
		err = read_phdrs(img, src, &elf);
	if (err == ENCLAVE_IMAGE_OK)
		err = check_desc(&img->desc);
	if (err == ENCLAVE_IMAGE_OK)
		err = check_layout(img);
	return err;
}

/* ---- the page sequence
 * ---------------------------------------------------------------------------- */

struct walk {
	enclave_page_fn *fn;
	void *ctx;
	_Alignas(sizeof(uint64_t)) uint8_t page[SGX_PAGE_SIZE];
};

static enum enclave_image_error put(struct walk *w, uint64_t offset, uint64_t secinfo)
{
	return w->fn(w->ctx, offset, w->page, secinfo) == 0 ? ENCLAVE_IMAGE_OK
							    : ENCLAVE_IMAGE_STOPPED;
}

static enum enclave_image_error put_segment(
	struct walk *w, const struct enclave_source *src, const struct enclave_segment *s)
{
	enum enclave_image_error err = ENCLAVE_IMAGE_OK;

	for (uint64_t at = 0; at < s->mem_size && err == ENCLAVE_IMAGE_OK; at += SGX_PAGE_SIZE) {
		uint64_t left = at < s->file_size ? s->file_size - at : 0;
		size_t len = left < SGX_PAGE_SIZE ? (size_t)left : SGX_PAGE_SIZE;
		if (len > 0 && src->read(src->ctx, s->file_off + at, w->page, len) < 0)
			return ENCLAVE_IMAGE_READ;
		__builtin_memset(w->page + len, 0, SGX_PAGE_SIZE - len);
		err = put(w, s->addr + at, s->secinfo);
	}
	return err;
}

static enum enclave_image_error put_zeros(struct walk *w, uint64_t offset, uint64_t pages)
{
	enum enclave_image_error err = ENCLAVE_IMAGE_OK;

	__builtin_memset(w->page, 0, SGX_PAGE_SIZE);
	for (uint64_t i = 0; i < pages && err == ENCLAVE_IMAGE_OK; i++)
		err = put(w, offset + i * SGX_PAGE_SIZE,
			SGX_SECINFO_REG | SGX_SECINFO_R | SGX_SECINFO_W);
	return err;
}

static enum enclave_image_error put_slot(struct walk *w, const struct enclave_desc *d, uint64_t tcs)
{
	struct sgx_tcs *page = (struct sgx_tcs *)w->page;

	__builtin_memset(page, 0, sizeof *page);
	page->ossa = tcs + d->ssa_off;
	page->nssa = d->nssa;
	page->oentry = d->entry;
	page->ofsbase = tcs + d->vcpu_block_off;
	page->ogsbase = tcs + d->vcpu_block_off;
	page->fslimit = UINT32_MAX;
	page->gslimit = UINT32_MAX;
	enum enclave_image_error err = put(w, tcs, SGX_SECINFO_TCS);
	if (err == ENCLAVE_IMAGE_OK)
		err = put_zeros(w, tcs + d->ssa_off, (uint64_t)d->nssa * d->ssa_frame_size);
	if (err == ENCLAVE_IMAGE_OK)
		err = put_zeros(w, tcs + d->vcpu_block_off, d->vcpu_pages);
	return err;
}

enum enclave_image_error enclave_image_pages(const struct enclave_image *img,
	const struct enclave_source *src, enclave_page_fn *fn, void *ctx)
{
	struct walk w = {.fn = fn, .ctx = ctx};
	enum enclave_image_error err = ENCLAVE_IMAGE_OK;

	for (uint32_t i = 0; i < img->nsegments && err == ENCLAVE_IMAGE_OK; i++)
		err = put_segment(&w, src, &img->segment[i]);
	for (uint32_t i = 0; i < img->desc.tcs_count && err == ENCLAVE_IMAGE_OK; i++)
		err = put_slot(&w, &img->desc, img->desc.tcs_base + i * img->desc.tcs_stride);
	return err;
}

void enclave_image_secs(const struct enclave_image *img, struct sgx_secs *secs)
{
	__builtin_memset(secs, 0, sizeof *secs);
	secs->size = img->desc.elrange_size;
	secs->ssa_frame_size = img->desc.ssa_frame_size;
	secs->miscselect = img->desc.miscselect;
	secs->attributes.flags = img->desc.attributes;
	secs->attributes.xfrm = img->desc.xfrm;
}
