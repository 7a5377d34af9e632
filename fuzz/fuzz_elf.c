/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ELF reader: any bytes either are refused or give an image that obeys every invariant that
 * lib/elf.h promises to the loader. The input is the whole file.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "elf.h"

#define PAGE 4096ull

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
	if (!condition)
		abort();
}

static void check_load(const struct elf_image *img, unsigned i, uint64_t file_size)
{
	const struct elf_load *l = &img->load[i];

	require(l->memsz > 0 && l->filesz <= l->memsz);
	require(l->vaddr <= ELF_VADDR_MAX && l->memsz <= ELF_VADDR_MAX - l->vaddr);
	require(l->off <= file_size && l->filesz <= file_size - l->off);
	require(l->vaddr % PAGE == l->off % PAGE);
	require((l->prot & ~(ELF_PF_R | ELF_PF_W | ELF_PF_X)) == 0);
	require(l->vaddr >= img->min && l->vaddr + l->memsz <= img->max);
	if (i > 0) {
		const struct elf_load *p = &img->load[i - 1];
		require((l->vaddr & ~(PAGE - 1)) >=
			((p->vaddr + p->memsz + PAGE - 1) & ~(PAGE - 1)));
	}
}

static void check_image(const struct elf_image *img, uint64_t file_size)
{
	require(img->nloads >= 1 && img->nloads <= ELF_LOADS_MAX);
	require(img->phnum >= 1 && img->phnum <= ELF_PHDRS_MAX);
	require(img->min < img->max && img->min % PAGE == 0 && img->max % PAGE == 0);
	require(img->max <= ELF_VADDR_MAX && img->entry < ELF_VADDR_MAX);
	require(img->align >= PAGE && img->align <= ELF_ALIGN_MAX);
	require((img->align & (img->align - 1)) == 0);
	for (unsigned i = 0; i < img->nloads; i++)
		check_load(img, i, file_size);
	if (img->phdr_vaddr != 0)
		require(img->phdr_vaddr >= img->min &&
			img->phdr_vaddr + img->phnum * sizeof(struct elf_phdr) <= img->max);
	if (img->interp) {
		require(img->interp_len >= 2 && img->interp_len <= ELF_PATH_MAX);
		require(img->interp_off <= file_size &&
			img->interp_len <= file_size - img->interp_off);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_header h;
	struct elf_image img;
	enum elf_error e = elf_parse_header(data, size, &h);

	require(elf_strerror(e) != NULL);
	if (e != ELF_OK)
		return 0;
	size_t want = h.phnum * sizeof(struct elf_phdr);
	size_t have = h.phoff < size ? size - (size_t)h.phoff : 0;
	/* an exact copy, so that the sanitizer sees a read beyond it */
	size_t len = have < want ? have : want;
	uint8_t *table = malloc(len > 0 ? len : 1);
	require(table != NULL);
	if (len > 0)
		memcpy(table, data + h.phoff, len);
	e = elf_parse_phdrs(&h, table, len, size, &img);
	require(elf_strerror(e) != NULL);
	if (e == ELF_OK)
		check_image(&img, size);
	free(table);
	return 0;
}
