/* SPDX-License-Identifier: Apache-2.0 */
/* lib/elf.c: one well-formed file, then one thing wrong with it at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "elf_builder.h"

static uint8_t file[ELF_SAMPLE_SIZE];

static enum elf_error parse(struct elf_image *img)
{
	struct elf_header h;
	enum elf_error e = elf_parse_header(file, sizeof file, &h);

	if (e != ELF_OK)
		return e;
	size_t want = h.phnum * sizeof(struct elf_phdr);
	size_t have = h.phoff < sizeof file ? sizeof file - h.phoff : 0;
	return elf_parse_phdrs(
		&h, file + (have > 0 ? h.phoff : 0), have < want ? have : want, sizeof file, img);
}

static struct elf_header *header(void)
{
	return (struct elf_header *)(void *)file;
}

static void test_accepts_a_program(void **state)
{
	struct elf_image img;

	(void)state;
	elf_sample(file);
	assert_int_equal(parse(&img), ELF_OK);
	assert_true(img.dyn);
	assert_int_equal(img.nloads, 2);
	assert_int_equal(img.entry, 0x1040);
	assert_int_equal(img.min, 0);
	assert_int_equal(img.max, 0x8000);
	assert_int_equal(img.align, 0x1000);
	assert_int_equal(img.phdr_vaddr, 64);
	assert_true(img.interp);
	assert_int_equal(img.interp_off, 0x800);
	assert_int_equal(img.interp_len, 28);
	assert_false(img.exec_stack);
	assert_int_equal(img.load[1].vaddr, 0x2e00);
	assert_int_equal(img.load[1].prot, ELF_PF_R | ELF_PF_W);
}

static void test_accepts_variants(void **state)
{
	struct elf_image img;

	(void)state;
	elf_sample(file);
	header()->type = 2;
	elf_sample_phdr(file, SAMPLE_STACK)->flags = 7;
	elf_sample_phdr(file, SAMPLE_TEXT)->align = 0x200000;
	assert_int_equal(parse(&img), ELF_OK);
	assert_false(img.dyn);
	assert_true(img.exec_stack);
	assert_int_equal(img.align, 0x200000);

	elf_sample(file); /* headers outside every segment: the program cannot see them */
	elf_sample_phdr(file, SAMPLE_TEXT)->offset = 0x1000;
	elf_sample_phdr(file, SAMPLE_TEXT)->filesz = 0x800;
	assert_int_equal(parse(&img), ELF_OK);
	assert_int_equal(img.phdr_vaddr, 0);
}

struct wrong {
	enum elf_error expect;
	void (*spoil)(void);
	const char *what;
};

#define SPOIL(name, code)                                                                          \
	static void name(void)                                                                     \
	{                                                                                          \
		code;                                                                              \
	}
SPOIL(no_magic, file[1] = 'F')
SPOIL(class32, header()->ident[4] = 1)
SPOIL(big_endian, header()->ident[5] = 2)
SPOIL(machine, header()->machine = 183)
SPOIL(relocatable, header()->type = 1)
SPOIL(core_file, header()->type = 4)
SPOIL(no_phdrs, header()->phnum = 0)
SPOIL(many_phdrs, header()->phnum = ELF_PHDRS_MAX + 1)
SPOIL(phentsize, header()->phentsize = 55)
SPOIL(phoff_wraps, header()->phoff = UINT64_MAX - 8)
SPOIL(phoff_beyond, header()->phoff = ELF_SAMPLE_SIZE - 8)
SPOIL(entry_far, header()->entry = ELF_VADDR_MAX)
SPOIL(filesz_over_memsz, elf_sample_phdr(file, SAMPLE_DATA)->memsz = 0x3ff)
SPOIL(filesz_beyond, elf_sample_phdr(file, SAMPLE_DATA)->filesz = 0x1201)
SPOIL(offset_beyond, elf_sample_phdr(file, SAMPLE_DATA)->offset = 0x10e00)
SPOIL(offset_wraps, elf_sample_phdr(file, SAMPLE_DATA)->offset = UINT64_MAX - 0x1ff)
SPOIL(vaddr_far, elf_sample_phdr(file, SAMPLE_DATA)->vaddr = ELF_VADDR_MAX + 0xe00)
SPOIL(memsz_wraps, elf_sample_phdr(file, SAMPLE_DATA)->memsz = UINT64_MAX)
SPOIL(misaligned, elf_sample_phdr(file, SAMPLE_DATA)->vaddr = 0x2e01)
SPOIL(align_odd, elf_sample_phdr(file, SAMPLE_DATA)->align = 0x1800)
SPOIL(align_huge, elf_sample_phdr(file, SAMPLE_DATA)->align = ELF_ALIGN_MAX * 2)
SPOIL(overlap, elf_sample_phdr(file, SAMPLE_DATA)->vaddr = 0x1e00)
SPOIL(descending, elf_sample_phdr(file, SAMPLE_TEXT)->vaddr = 0x100000)
SPOIL(empty_with_bytes, elf_sample_phdr(file, SAMPLE_TEXT)->memsz = 0)
SPOIL(interp_empty, elf_sample_phdr(file, SAMPLE_INTERP)->filesz = 1)
SPOIL(interp_long, elf_sample_phdr(file, SAMPLE_INTERP)->filesz = ELF_PATH_MAX + 1)
SPOIL(interp_beyond, elf_sample_phdr(file, SAMPLE_INTERP)->offset = ELF_SAMPLE_SIZE - 5)

static void no_segment(void)
{
	elf_sample_phdr(file, SAMPLE_TEXT)->type = 0;
	elf_sample_phdr(file, SAMPLE_DATA)->type = 0;
}

static const struct wrong wrongs[] = {
	{ELF_NOT_ELF, no_magic, "magic"},
	{ELF_WRONG_CLASS, class32, "32-bit"},
	{ELF_WRONG_CLASS, big_endian, "big endian"},
	{ELF_WRONG_MACHINE, machine, "machine"},
	{ELF_WRONG_TYPE, relocatable, "relocatable"},
	{ELF_WRONG_TYPE, core_file, "core file"},
	{ELF_BAD_PHDRS, no_phdrs, "no program headers"},
	{ELF_BAD_PHDRS, many_phdrs, "too many program headers"},
	{ELF_BAD_PHDRS, phentsize, "program header size"},
	{ELF_BAD_PHDRS, phoff_wraps, "table wraps"},
	{ELF_TRUNCATED, phoff_beyond, "table beyond the end"},
	{ELF_BAD_PHDRS, entry_far, "entry"},
	{ELF_BAD_SEGMENT, filesz_over_memsz, "more file than memory"},
	{ELF_TRUNCATED, filesz_beyond, "contents beyond the end"},
	{ELF_TRUNCATED, offset_beyond, "offset beyond the end"},
	{ELF_TRUNCATED, offset_wraps, "offset wraps"},
	{ELF_BAD_SEGMENT, vaddr_far, "address"},
	{ELF_BAD_SEGMENT, memsz_wraps, "size wraps"},
	{ELF_BAD_SEGMENT, misaligned, "offset and address disagree"},
	{ELF_BAD_SEGMENT, align_odd, "alignment no power of two"},
	{ELF_BAD_SEGMENT, align_huge, "alignment too great"},
	{ELF_BAD_SEGMENT, overlap, "segments share a page"},
	{ELF_BAD_SEGMENT, descending, "segments out of order"},
	{ELF_BAD_SEGMENT, empty_with_bytes, "contents without memory"},
	{ELF_BAD_INTERP, interp_empty, "empty interpreter"},
	{ELF_BAD_INTERP, interp_long, "long interpreter"},
	{ELF_TRUNCATED, interp_beyond, "interpreter beyond the end"},
	{ELF_NO_SEGMENT, no_segment, "no segment"},
};

static void test_refuses(void **state)
{
	struct elf_image img;

	(void)state;
	for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
		elf_sample(file);
		wrongs[i].spoil();
		enum elf_error e = parse(&img);
		if (e != wrongs[i].expect)
			fail_msg("%s: %s, not %s", wrongs[i].what, elf_strerror(e),
				elf_strerror(wrongs[i].expect));
	}
}

static void test_refuses_every_truncation(void **state)
{
	struct elf_header h;
	struct elf_image img;

	(void)state;
	elf_sample(file);
	for (size_t n = 0; n < sizeof h; n++) {
		uint8_t *cut = malloc(n + 1);
		assert_non_null(cut);
		memcpy(cut, file, n);
		assert_int_equal(elf_parse_header(cut, n, &h), n < 4 ? ELF_NOT_ELF : ELF_TRUNCATED);
		free(cut);
	}
	assert_int_equal(elf_parse_header(file, sizeof h, &h), ELF_OK);
	size_t want = h.phnum * sizeof(struct elf_phdr);
	for (size_t n = 0; n < want; n++)
		assert_int_equal(
			elf_parse_phdrs(&h, file + sizeof h, n, sizeof file, &img), ELF_TRUNCATED);
	/* the last byte of any segment's contents is missed */
	for (uint64_t size = 0; size < 0x2200; size += 7)
		assert_int_equal(
			elf_parse_phdrs(&h, file + sizeof h, want, size, &img), ELF_TRUNCATED);
	assert_int_equal(elf_parse_phdrs(&h, file + sizeof h, want, 0x2200, &img), ELF_OK);
}

static void test_limits_segments(void **state)
{
	static struct elf_phdr many[ELF_LOADS_MAX + 1];
	struct elf_header h;
	struct elf_image img;

	(void)state;
	elf_sample(file);
	assert_int_equal(elf_parse_header(file, sizeof file, &h), ELF_OK);
	for (unsigned i = 0; i <= ELF_LOADS_MAX; i++)
		many[i] = (struct elf_phdr){
			.type = 1, .flags = 4, .vaddr = i * 0x1000ull, .memsz = 1};
	h.phnum = ELF_LOADS_MAX;
	assert_int_equal(elf_parse_phdrs(&h, many, sizeof many, sizeof file, &img), ELF_OK);
	h.phnum = ELF_LOADS_MAX + 1;
	assert_int_equal(elf_parse_phdrs(&h, many, sizeof many, sizeof file, &img), ELF_BAD_PHDRS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepts_a_program),
		cmocka_unit_test(test_accepts_variants),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_refuses_every_truncation),
		cmocka_unit_test(test_limits_segments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
