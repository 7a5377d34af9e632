/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps an ELF program and its interpreter into a new address space: Linux fs/binfmt_elf.c, for
 * x86-64. Nothing in the file is trusted: lib/elf.c checks the headers, mm checks every mapping.
 * Writes no stack and changes no process.
 */
#include "elf.h"
#include "file.h"
#include "kmem.h"
#include "layout.h"
#include "linux_errno.h"
#include "linux_fs.h"
#include "linux_mm.h"
#include "mem.h"
#include "mm.h"
#include "task.h"
#include "uaccess.h"

#define PAGE_MASK (~(uint64_t)(PAGE_SIZE - 1))

static uint64_t page_down(uint64_t v)
{
	return v & PAGE_MASK;
}

static uint64_t page_up(uint64_t v)
{
	return (v + PAGE_SIZE - 1) & PAGE_MASK;
}

/* Reads exactly len bytes: a file that ends before is -ENOEXEC. */
static int read_exact(struct file *f, uint64_t off, void *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		long n = file_pread(f, off + done, (char *)buf + done, len - done);
		if (n < 0)
			return (int)n;
		if (n == 0)
			return -ENOEXEC;
		done += (size_t)n;
	}
	return 0;
}

static int refuse(enum elf_error e, const char **why)
{
	*why = elf_strerror(e);
	return -ENOEXEC;
}

static int read_headers(
	struct file *f, struct elf_header *h, struct elf_image *img, const char **why)
{
	long n = file_pread(f, 0, h, sizeof *h);
	if (n < 0)
		return (int)n;
	struct elf_header raw = *h;
	enum elf_error e = elf_parse_header(&raw, (size_t)n, h);
	if (e != ELF_OK)
		return refuse(e, why);

	size_t len = h->phnum * sizeof(struct elf_phdr);
	void *table = kmalloc(len);
	if (table == NULL)
		return -ENOMEM;
	int r = read_exact(f, h->phoff, table, len);
	if (r == -ENOEXEC)
		r = refuse(ELF_TRUNCATED, why);
	if (r == 0) {
		e = elf_parse_phdrs(h, table, len, file_size(f), img);
		if (e != ELF_OK)
			r = refuse(e, why);
	}
	kfree(table);
	return r;
}

static int zero_mm(struct mm *mm, uint64_t start, uint64_t end)
{
	static const uint8_t zeros[512];

	while (start < end) {
		uint64_t n = end - start < sizeof zeros ? end - start : sizeof zeros;
		int r = copy_to_mm(mm, uaddr(start), zeros, n);
		if (r < 0)
			return r;
		start += n;
	}
	return 0;
}

static int map_load(struct mm *mm, struct file *f, const struct elf_load *l, uint64_t bias)
{
	unsigned prot = (l->prot & ELF_PF_R ? VMA_R : 0) | (l->prot & ELF_PF_W ? VMA_W : 0) |
			(l->prot & ELF_PF_X ? VMA_X : 0);
	uint64_t start = page_down(l->vaddr) + bias;
	uint64_t file_end = l->vaddr + l->filesz + bias;
	uint64_t mem_end = page_up(l->vaddr + l->memsz + bias);
	uint64_t bss = l->filesz > 0 ? page_up(file_end) : start;
	long r;

	if (l->filesz > 0) {
		r = mm_mmap(mm, start, bss - start, prot, MAP_PRIVATE | MAP_FIXED, f,
			page_down(l->off));
		if (r < 0)
			return (int)r;
	}
	if (bss < mem_end) {
		r = mm_mmap(mm, bss, mem_end - bss, prot, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS,
			NULL, 0);
		if (r < 0)
			return (int)r;
	}
	/* The rest of the last file page is bss too. */
	if (l->filesz > 0 && l->memsz > l->filesz && (l->prot & ELF_PF_W) && file_end < bss)
		return zero_mm(mm, file_end, bss);
	return 0;
}

/* Maps every segment; *bias is what was added to the file's addresses. */
static int map_image(struct mm *mm, struct file *f, const struct elf_image *img, uint64_t *bias)
{
	uint64_t len = img->max - img->min;
	uint64_t slack = img->dyn ? img->align - PAGE_SIZE : 0;
	long at = mm_reserve_image(mm, img->dyn ? 0 : img->min, len + slack);

	if (at < 0)
		return (int)at;
	*bias = 0;
	if (img->dyn) {
		uint64_t mask = img->align - 1;
		/* the bias is a multiple of the greatest segment alignment */
		*bias = (((uint64_t)at - img->min % img->align + mask) & ~mask) -
			(img->min & ~mask);
		while (*bias + img->min < (uint64_t)at)
			*bias += img->align;
	}
	for (unsigned i = 0; i < img->nloads; i++) {
		int r = map_load(mm, f, &img->load[i], *bias);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Linux: a missing interpreter is ENOENT, one that is no program ELIBBAD. */
static int load_interp(struct mm *mm, struct file *prog, const struct elf_image *img,
	struct elf_loaded *out, const char **why)
{
	struct file *f = NULL;
	struct elf_header h;
	struct elf_image *in = NULL;
	char *path = kmalloc(img->interp_len);
	int r = path == NULL ? -ENOMEM : read_exact(prog, img->interp_off, path, img->interp_len);

	if (r == 0 && path[img->interp_len - 1] != '\0')
		r = refuse(ELF_BAD_INTERP, why);
	if (r == 0) {
		r = vfs_open_exec(AT_FDCWD, path, 0, &f);
		if (r < 0) {
			*why = "cannot open its interpreter";
			strlcpy(out->interp, path, sizeof out->interp);
		}
	}
	if (r == 0) {
		in = kmalloc(sizeof *in);
		r = in == NULL ? -ENOMEM : read_headers(f, &h, in, why);
		if (r == -ENOEXEC)
			r = -ELIBBAD;
	}
	if (r == 0) {
		uint64_t bias;
		r = map_image(mm, f, in, &bias);
		out->base = bias;
		out->start = in->entry + bias;
	}
	if (f != NULL)
		file_put(f);
	kfree(in);
	kfree(path);
	return r;
}

int elf_load(
	struct mm *mm, struct file *f, struct elf_loaded *out, const char **why, bool *fixed_taken)
{
	struct elf_header h;
	uint64_t bias;
	struct elf_image *img = kmalloc(sizeof *img);

	if (img == NULL)
		return -ENOMEM;
	int r = read_headers(f, &h, img, why);
	if (r < 0)
		goto out;
	r = map_image(mm, f, img, &bias);
	if (r < 0) {
		*fixed_taken = !img->dyn && r == -ENOMEM;
		*why = img->dyn ? "cannot map it" : "cannot map it at its fixed address";
		goto out;
	}
	memset(out, 0, sizeof *out);
	out->phdr = img->phdr_vaddr != 0 ? img->phdr_vaddr + bias : 0;
	out->phnum = img->phnum;
	out->entry = out->start = img->entry + bias;
	out->exec_stack = img->exec_stack;
	r = mm_set_brk_start(mm, img->max + bias);
	if (r == 0 && img->interp)
		r = load_interp(mm, f, img, out, why);
out:
	kfree(img);
	return r;
}
