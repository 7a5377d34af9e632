/* SPDX-License-Identifier: Apache-2.0 */
/* The ELF64 parser: see elf.h. */
#include "elf.h"
#include "mem.h"

#define ET_EXEC      2
#define ET_DYN       3
#define EM_X86_64    62
#define PT_LOAD      1
#define PT_INTERP    3
#define PT_PHDR      6
#define PT_GNU_STACK 0x6474e551u
#define PAGE         4096ull

const char *elf_strerror(enum elf_error e)
{
	static const char *const text[] = {
		[ELF_OK] = "fine",
		[ELF_NOT_ELF] = "not an ELF file",
		[ELF_TRUNCATED] = "truncated ELF file",
		[ELF_WRONG_CLASS] = "not a 64-bit little-endian ELF file",
		[ELF_WRONG_MACHINE] = "not for x86-64",
		[ELF_WRONG_TYPE] = "neither executable nor position-independent executable",
		[ELF_BAD_PHDRS] = "malformed program headers",
		[ELF_BAD_SEGMENT] = "malformed segment",
		[ELF_NO_SEGMENT] = "no loadable segment",
		[ELF_BAD_INTERP] = "malformed interpreter path",
	};

	return (unsigned)e < sizeof text / sizeof text[0] ? text[e] : "unknown error";
}

enum elf_error elf_parse_header(const void *buf, size_t len, struct elf_header *h)
{
	if (len < 4 || memcmp(buf, "\177ELF", 4) != 0)
		return ELF_NOT_ELF;
	if (len < sizeof *h)
		return ELF_TRUNCATED;
	memcpy(h, buf, sizeof *h);
	if (h->ident[4] != 2 || h->ident[5] != 1)
		return ELF_WRONG_CLASS;
	if (h->machine != EM_X86_64)
		return ELF_WRONG_MACHINE;
	if (h->type != ET_EXEC && h->type != ET_DYN)
		return ELF_WRONG_TYPE;
	if (h->phentsize != sizeof(struct elf_phdr) || h->phnum == 0 || h->phnum > ELF_PHDRS_MAX)
		return ELF_BAD_PHDRS;
	if (h->phoff > UINT64_MAX - ELF_PHDRS_MAX * sizeof(struct elf_phdr))
		return ELF_BAD_PHDRS;
	if (h->entry >= ELF_VADDR_MAX)
		return ELF_BAD_PHDRS;
	return ELF_OK;
}

static uint64_t page_up(uint64_t v)
{
	return (v + PAGE - 1) & ~(PAGE - 1);
}

static enum elf_error add_load(struct elf_image *img, const struct elf_phdr *p, uint64_t file_size)
{
	if (p->memsz == 0)
		return p->filesz == 0 ? ELF_OK : ELF_BAD_SEGMENT;
	if (img->nloads == ELF_LOADS_MAX)
		return ELF_BAD_PHDRS;
	if (p->vaddr > ELF_VADDR_MAX || p->memsz > ELF_VADDR_MAX - p->vaddr)
		return ELF_BAD_SEGMENT;
	if (p->filesz > p->memsz || (p->vaddr - p->offset) % PAGE != 0)
		return ELF_BAD_SEGMENT;
	if (p->offset > file_size || p->filesz > file_size - p->offset)
		return ELF_TRUNCATED;
	if (p->align > 1 && (p->align & (p->align - 1)) != 0)
		return ELF_BAD_SEGMENT;
	if (p->align > ELF_ALIGN_MAX)
		return ELF_BAD_SEGMENT;

	uint64_t start = p->vaddr & ~(PAGE - 1);
	if (img->nloads > 0 && start < img->max)
		return ELF_BAD_SEGMENT; /* out of order, or sharing a page */
	if (img->nloads == 0)
		img->min = start;
	img->max = page_up(p->vaddr + p->memsz);
	if (p->align > img->align)
		img->align = p->align;
	img->load[img->nloads++] = (struct elf_load){
		.vaddr = p->vaddr,
		.memsz = p->memsz,
		.off = p->offset,
		.filesz = p->filesz,
		.prot = p->flags & (ELF_PF_R | ELF_PF_W | ELF_PF_X),
	};
	return ELF_OK;
}

static enum elf_error set_interp(
	struct elf_image *img, const struct elf_phdr *p, uint64_t file_size)
{
	if (img->interp)
		return ELF_OK; /* the first one counts, as in Linux */
	if (p->filesz < 2 || p->filesz > ELF_PATH_MAX)
		return ELF_BAD_INTERP;
	if (p->offset > file_size || p->filesz > file_size - p->offset)
		return ELF_TRUNCATED;
	img->interp = true;
	img->interp_off = p->offset;
	img->interp_len = (uint32_t)p->filesz;
	return ELF_OK;
}

/* Where the program finds its own headers: the segment whose file contents cover them. */
static uint64_t phdr_vaddr(const struct elf_image *img, uint64_t phoff, uint64_t len)
{
	for (unsigned i = 0; i < img->nloads; i++) {
		const struct elf_load *l = &img->load[i];
		if (phoff >= l->off && phoff - l->off <= l->filesz &&
			len <= l->filesz - (phoff - l->off))
			return l->vaddr + (phoff - l->off);
	}
	return 0;
}

enum elf_error elf_parse_phdrs(const struct elf_header *h, const void *table, size_t len,
	uint64_t file_size, struct elf_image *img)
{
	size_t want = h->phnum * sizeof(struct elf_phdr);

	if (len < want)
		return ELF_TRUNCATED;
	memset(img, 0, sizeof *img);
	img->dyn = h->type == ET_DYN;
	img->entry = h->entry;
	img->phnum = h->phnum;
	img->align = PAGE;
	for (unsigned i = 0; i < h->phnum; i++) {
		struct elf_phdr p;
		enum elf_error e = ELF_OK;

		memcpy(&p, (const char *)table + i * sizeof p, sizeof p);
		if (p.type == PT_LOAD)
			e = add_load(img, &p, file_size);
		else if (p.type == PT_INTERP)
			e = set_interp(img, &p, file_size);
		else if (p.type == PT_GNU_STACK)
			img->exec_stack = (p.flags & ELF_PF_X) != 0;
		if (e != ELF_OK)
			return e;
	}
	if (img->nloads == 0)
		return ELF_NO_SEGMENT;
	img->phdr_vaddr = phdr_vaddr(img, h->phoff, want);
	return ELF_OK;
}
