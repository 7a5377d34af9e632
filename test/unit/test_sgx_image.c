/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The enclave file reader: the exact pages of a good file, and each way a file can be bad.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "enclave_builder.h"

#define REG_RX 0x205 /* SECINFO.FLAGS written out: page type 2 in bits 15:8, then X W R */
#define REG_RW 0x203
#define TCS    0x100

struct page_record {
	uint64_t offset, secinfo;
	uint8_t bytes[4096];
};

struct recorder {
	struct page_record page[TOTAL_PAGES];
	unsigned n;
	unsigned stop_at; /* refuse this page, counted from 1; 0: never */
};

static int record(void *ctx, uint64_t offset, const uint8_t *page, uint64_t secinfo)
{
	struct recorder *r = ctx;
	if (r->stop_at != 0 && r->n + 1 == r->stop_at)
		return -1;
	assert_true(r->n < TOTAL_PAGES);
	r->page[r->n].offset = offset;
	r->page[r->n].secinfo = secinfo;
	memcpy(r->page[r->n++].bytes, page, 4096);
	return 0;
}

static struct enclave_builder file;
static struct recorder rec;

static void expect_page(unsigned i, uint64_t offset, uint64_t secinfo, const uint8_t *bytes)
{
	static const uint8_t zeros[4096];
	assert_int_equal(rec.page[i].offset, offset);
	assert_int_equal(rec.page[i].secinfo, secinfo);
	assert_memory_equal(rec.page[i].bytes, bytes != NULL ? bytes : zeros, 4096);
}

static void expect_slot(unsigned first, uint64_t tcs)
{
	uint8_t want[4096] = {0};
	uint64_t ossa = tcs + 0x1000, block = tcs + 0x6000, entry = ENTRY_ADDR;
	uint32_t nssa = 2, limit = 0xffffffff;

	memcpy(want + 16, &ossa, 8);
	memcpy(want + 28, &nssa, 4);
	memcpy(want + 32, &entry, 8);
	memcpy(want + 48, &block, 8);
	memcpy(want + 56, &block, 8);
	memcpy(want + 64, &limit, 4);
	memcpy(want + 68, &limit, 4);
	expect_page(first, tcs, TCS, want);
	for (unsigned i = 0; i < 4; i++)
		expect_page(first + 1 + i, ossa + i * 4096, REG_RW, NULL);
	for (unsigned i = 0; i < 3; i++)
		expect_page(first + 5 + i, block + i * 4096, REG_RW, NULL);
}

static void test_good_file_gives_its_pages_in_order(void **state)
{
	struct enclave_image img;
	uint8_t data[4096] = {0};

	enclave_build(&file);
	struct enclave_source src = enclave_builder_source(&file, sizeof file);
	assert_int_equal(enclave_image_open(&img, &src), ENCLAVE_IMAGE_OK);
	assert_int_equal(img.npages, TOTAL_PAGES);
	memset(&rec, 0, sizeof rec);
	assert_int_equal(enclave_image_pages(&img, &src, record, &rec), ENCLAVE_IMAGE_OK);
	assert_int_equal(rec.n, TOTAL_PAGES);

	memset(data, 0xd5, DATA_BYTES); /* what follows in the file is not the segment's */
	expect_page(0, TEXT_ADDR, REG_RX, file.text_bytes);
	expect_page(1, TEXT_ADDR + 4096, REG_RX, file.text_bytes + 4096);
	expect_page(2, DATA_ADDR, REG_RW, data);
	expect_page(3, DATA_ADDR + 4096, REG_RW, NULL);
	expect_slot(4, TCS_ADDR);
	expect_slot(4 + 8, TCS_ADDR + TCS_STRIDE);
}

static void test_secs_is_what_the_descriptor_says(void **state)
{
	struct enclave_image img;
	struct sgx_secs secs;

	enclave_build(&file);
	struct enclave_source src = enclave_builder_source(&file, sizeof file);
	assert_int_equal(enclave_image_open(&img, &src), ENCLAVE_IMAGE_OK);
	enclave_image_secs(&img, &secs);
	assert_int_equal(secs.size, 0x40000);
	assert_int_equal(secs.base, 0);
	assert_int_equal(secs.ssa_frame_size, 2);
	assert_int_equal(secs.miscselect, 1);
	assert_int_equal(secs.attributes.flags, 4);
	assert_int_equal(secs.attributes.xfrm, 0xe7);
}

/* One spoiled field each: X(expected error, statement). */
#define SPOILERS(X)                                                                                \
	X(NOT_ELF, f->elf.e_ident[0] = 'M')                                                        \
	X(NOT_X86_64, f->elf.e_ident[EI_CLASS] = ELFCLASS32)                                       \
	X(NOT_X86_64, f->elf.e_ident[EI_DATA] = ELFDATA2MSB)                                       \
	X(NOT_X86_64, f->elf.e_machine = EM_AARCH64)                                               \
	X(NOT_EXEC, f->elf.e_type = ET_DYN)                                                        \
	X(PHDR_SIZE, f->elf.e_phentsize = 32)                                                      \
	X(PHDR_COUNT, f->elf.e_phnum = 0)                                                          \
	X(PHDR_COUNT, f->elf.e_phnum = ENCLAVE_PHDRS_MAX + 1)                                      \
	X(PHDR_BOUNDS, f->elf.e_phoff = sizeof *f - 100)                                           \
	X(PHDR_BOUNDS, f->elf.e_phoff = UINT64_MAX - 10)                                           \
	X(PHDR_TYPE, f->stack.p_type = PT_DYNAMIC)                                                 \
	X(PHDR_TYPE, f->stack.p_type = PT_INTERP)                                                  \
	X(PHDR_TYPE, f->stack.p_type = PT_TLS)                                                     \
	X(PHDR_TYPE, f->stack.p_type = 0x12345678)                                                 \
	X(SEGMENT_COUNT, f->text.p_type = f->data.p_type = PT_NULL)                                \
	X(SEGMENT_EMPTY, f->data.p_memsz = f->data.p_filesz = 0)                                   \
	X(SEGMENT_ALIGN, f->text.p_vaddr += 8)                                                     \
	X(SEGMENT_ALIGN, f->text.p_offset += 8)                                                    \
	X(SEGMENT_SIZE, f->text.p_memsz = 1)                                                       \
	X(SEGMENT_BOUNDS, f->text.p_offset = sizeof *f)                                            \
	X(SEGMENT_BOUNDS, f->text.p_offset = UINT64_MAX & ~4095ULL)                                \
	X(SEGMENT_BOUNDS, f->text.p_filesz = f->text.p_memsz = UINT64_MAX)                         \
	X(SEGMENT_RANGE, f->data.p_memsz = UINT64_MAX)                                             \
	X(SEGMENT_RANGE, f->data.p_vaddr = 0xfffffffffffff000)                                     \
	X(SEGMENT_RANGE, f->data.p_vaddr = 0x40000)                                                \
	X(SEGMENT_RANGE, f->data.p_vaddr = 0x3f000)                                                \
	X(SEGMENT_ORDER, f->data.p_vaddr = TEXT_ADDR + 4096)                                       \
	X(SEGMENT_ORDER, f->data.p_vaddr = 0x1000)                                                 \
	X(SEGMENT_ACCESS, f->data.p_flags = PF_W)                                                  \
	X(SEGMENT_ACCESS, f->data.p_flags |= 0x100)                                                \
	X(SEGMENT_WX, f->data.p_flags = PF_R | PF_W | PF_X)                                        \
	X(NOTE_BOUNDS, f->note.p_offset = sizeof *f - 10)                                          \
	X(NOTE_BOUNDS, f->note.p_filesz = ENCLAVE_NOTES_SIZE_MAX + 1)                              \
	X(NOTE_FORM, f->note.p_filesz = 11)                                                        \
	X(NOTE_FORM, f->note.p_filesz -= 1)                                                        \
	X(NOTE_FORM, f->desc.namesz = UINT32_MAX)                                                  \
	X(NOTE_FORM, f->desc.descsz = UINT32_MAX)                                                  \
	X(NOTE_MISSING, f->note.p_type = PT_NULL)                                                  \
	X(NOTE_MISSING, f->desc.name[0] = 'K')                                                     \
	X(NOTE_MISSING, f->desc.type = 2)                                                          \
	X(NOTE_MISSING, f->note.p_filesz = 0)                                                      \
	X(NOTE_TWICE, f->stack = f->note)                                                          \
	X(NOTE_SIZE, f->desc.descsz -= 8)                                                          \
	X(VERSION, f->desc.desc.version = 2)                                                       \
	X(RESERVED, f->desc.desc.reserved[1] = 1)                                                  \
	X(ELRANGE, f->desc.desc.elrange_size = 0x30000)                                            \
	X(ELRANGE, f->desc.desc.elrange_size = 0)                                                  \
	X(ELRANGE, f->desc.desc.elrange_size = 4096)                                               \
	X(ELRANGE, f->desc.desc.elrange_size = 1ULL << 48)                                         \
	X(SSA_FRAME, f->desc.desc.ssa_frame_size = 0)                                              \
	X(SSA_FRAME, f->desc.desc.ssa_frame_size = ENCLAVE_SSA_FRAME_MAX + 1)                      \
	X(SSA_COUNT, f->desc.desc.nssa = 0)                                                        \
	X(SSA_COUNT, f->desc.desc.nssa = UINT32_MAX)                                               \
	X(SSA_SMALL, f->desc.desc.xfrm |= SGX_XFRM_AMX)                                            \
	X(TCS_COUNT, f->desc.desc.tcs_count = 0)                                                   \
	X(TCS_COUNT, f->desc.desc.tcs_count = ENCLAVE_TCS_MAX + 1)                                 \
	X(VCPU_PAGES, f->desc.desc.vcpu_pages = 0)                                                 \
	X(VCPU_PAGES, f->desc.desc.vcpu_pages = UINT32_MAX)                                        \
	X(SLOT_ALIGN, f->desc.desc.tcs_base += 64)                                                 \
	X(SLOT_ALIGN, f->desc.desc.tcs_stride += 64)                                               \
	X(SLOT_ALIGN, f->desc.desc.ssa_off += 64)                                                  \
	X(SLOT_ALIGN, f->desc.desc.vcpu_block_off += 64)                                           \
	X(SLOT_OVERLAP, f->desc.desc.ssa_off = 0)                                                  \
	X(SLOT_OVERLAP, f->desc.desc.vcpu_block_off = 0)                                           \
	X(SLOT_OVERLAP, f->desc.desc.vcpu_block_off = 0x4000)                                      \
	X(SLOT_OVERLAP, f->desc.desc.ssa_off = 0xd000)                                             \
	X(SLOT_OVERLAP, f->desc.desc.vcpu_block_off = 0xe000)                                      \
	X(SLOT_OVERLAP, f->desc.desc.vcpu_block_off = 0xfffffffffffff000)                          \
	X(SLOT_RANGE, f->desc.desc.tcs_base = 0x30000)                                             \
	X(SLOT_RANGE, f->desc.desc.tcs_base = 0xfffffffffffff000)                                  \
	X(SLOT_RANGE, f->desc.desc.tcs_stride = 0xfffffffffffff000)                                \
	X(SLOT_RANGE, f->desc.desc.tcs_count = 3)                                                  \
	X(SLOT_SEGMENT, f->data.p_memsz = 0xf000)                                                  \
	X(SLOT_SEGMENT, f->data.p_vaddr = 0x21000)                                                 \
	X(ENTRY, f->desc.desc.entry = DATA_ADDR)                                                   \
	X(ENTRY, f->desc.desc.entry = TEXT_ADDR - 1)                                               \
	X(ENTRY, f->desc.desc.entry = TEXT_ADDR + 2 * 4096)                                        \
	X(ATTRIBUTES, f->desc.desc.attributes = 0)                                                 \
	X(ATTRIBUTES, f->desc.desc.attributes |= SGX_ATTR_INIT)                                    \
	X(ATTRIBUTES, f->desc.desc.attributes |= SGX_ATTR_DEBUG)                                   \
	X(ATTRIBUTES, f->desc.desc.attributes |= SGX_ATTR_PROVISIONKEY)                            \
	X(ATTRIBUTES, f->desc.desc.attributes |= SGX_ATTR_EINITTOKENKEY)                           \
	X(XFRM, f->desc.desc.xfrm = SGX_XFRM_X87)                                                  \
	X(XFRM, f->desc.desc.xfrm_required = 0)                                                    \
	X(XFRM, f->desc.desc.xfrm_required |= SGX_XFRM_PKRU)                                       \
	X(XFRM, f->desc.desc.xfrm |= 1ULL << 63)                                                   \
	X(XFRM, f->desc.desc.xfrm &= ~SGX_XFRM_AVX)                                                \
	X(XFRM, f->desc.desc.xfrm &= ~(1ULL << 5))                                                 \
	X(XFRM, f->desc.desc.xfrm |= 1ULL << 17)                                                   \
	X(MISCSELECT, f->desc.desc.miscselect = 2)                                                 \
	X(PAGE_COUNT, (f->desc.desc.elrange_size = 1ULL << 40, f->desc.desc.tcs_base = 1ULL << 39, \
			      f->data.p_memsz = ENCLAVE_PAGES_MAX * 4096ULL))

static enum enclave_image_error open_file(uint64_t size)
{
	struct enclave_image img;
	struct enclave_source src = enclave_builder_source(&file, size);
	return enclave_image_open(&img, &src);
}

#define EXPECT(err, statement)                                                                     \
	do {                                                                                       \
		struct enclave_builder *f = &file;                                                 \
		enclave_build(f);                                                                  \
		statement;                                                                         \
		enum enclave_image_error got = open_file(sizeof file);                             \
		if (got != ENCLAVE_IMAGE_##err)                                                    \
			fail_msg("%s: want %s, got '%s'", #statement, #err,                        \
				enclave_image_strerror(got));                                      \
		seen[got] = true;                                                                  \
	} while (0);

static void test_every_malformation_has_its_error(void **state)
{
	static bool seen[ENCLAVE_IMAGE_PAGE_COUNT + 1];

	SPOILERS(EXPECT)
	/* Reached below, by sources and callers rather than by bytes. */
	seen[ENCLAVE_IMAGE_OK] = seen[ENCLAVE_IMAGE_READ] = seen[ENCLAVE_IMAGE_STOPPED] = true;
	seen[ENCLAVE_IMAGE_TRUNCATED] = true;
	for (unsigned i = 0; i < sizeof seen; i++)
		if (!seen[i])
			fail_msg("no file provokes '%s'", enclave_image_strerror(i));
}

static void test_every_truncation_is_refused(void **state)
{
	uint64_t needed = offsetof(struct enclave_builder, data_bytes) + DATA_BYTES;

	enclave_build(&file);
	for (uint64_t size = 0; size < needed; size++)
		assert_int_not_equal(open_file(size), ENCLAVE_IMAGE_OK);
	assert_int_equal(open_file(needed), ENCLAVE_IMAGE_OK);
	assert_int_equal(open_file(0), ENCLAVE_IMAGE_NOT_ELF);
	assert_int_equal(open_file(sizeof file.elf - 1), ENCLAVE_IMAGE_TRUNCATED);
}

/* A source whose Nth read fails. */
struct failing {
	struct enclave_source real;
	unsigned reads, fail_at;
};

static int failing_read(void *ctx, uint64_t off, void *buf, size_t len)
{
	struct failing *f = ctx;
	return ++f->reads == f->fail_at ? -5 : f->real.read(f->real.ctx, off, buf, len);
}

static void test_every_failing_read_is_reported(void **state)
{
	enclave_build(&file);
	for (unsigned n = 1;; n++) {
		struct failing f = {enclave_builder_source(&file, sizeof file), 0, n};
		struct enclave_source src = {sizeof file, failing_read, &f};
		struct enclave_image img;
		memset(&rec, 0, sizeof rec);
		enum enclave_image_error err = enclave_image_open(&img, &src);
		if (err == ENCLAVE_IMAGE_OK)
			err = enclave_image_pages(&img, &src, record, &rec);
		if (f.reads < n) {
			assert_int_equal(err, ENCLAVE_IMAGE_OK);
			assert_true(n > 10);
			break;
		}
		assert_int_equal(err, ENCLAVE_IMAGE_READ);
	}
}

static void test_caller_can_stop_at_every_page(void **state)
{
	struct enclave_image img;

	enclave_build(&file);
	struct enclave_source src = enclave_builder_source(&file, sizeof file);
	assert_int_equal(enclave_image_open(&img, &src), ENCLAVE_IMAGE_OK);
	for (unsigned n = 1; n <= TOTAL_PAGES; n++) {
		memset(&rec, 0, sizeof rec);
		rec.stop_at = n;
		assert_int_equal(
			enclave_image_pages(&img, &src, record, &rec), ENCLAVE_IMAGE_STOPPED);
		assert_int_equal(rec.n, n - 1);
	}
}

static void test_note_may_follow_others_and_be_8_aligned(void **state)
{
	struct other {
		uint32_t namesz, descsz, type;
		char name[4];
		uint8_t desc[20];
		uint8_t pad[4];
	} *other = (struct other *)&file.desc;
	_Static_assert(sizeof(struct other) == 40, "a note padded to 8");

	enclave_build(&file);
	memmove(other + 1, &file.desc, sizeof file.desc);
	*other = (struct other){4, 20, 3, "GNU", {1}, {0}};
	file.note.p_filesz += sizeof *other;
	file.note.p_align = 8;
	assert_int_equal(open_file(sizeof file), ENCLAVE_IMAGE_OK);
	file.note.p_align = 4; /* now the second note begins 4 bytes too early */
	assert_int_not_equal(open_file(sizeof file), ENCLAVE_IMAGE_OK);
}

static void test_every_error_has_its_own_sentence(void **state)
{
	for (unsigned i = 0; i <= ENCLAVE_IMAGE_PAGE_COUNT; i++) {
		assert_non_null(enclave_image_strerror(i));
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(
				enclave_image_strerror(i), enclave_image_strerror(j));
	}
	assert_non_null(enclave_image_strerror(12345));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_file_gives_its_pages_in_order),
		cmocka_unit_test(test_secs_is_what_the_descriptor_says),
		cmocka_unit_test(test_every_malformation_has_its_error),
		cmocka_unit_test(test_every_truncation_is_refused),
		cmocka_unit_test(test_every_failing_read_is_reported),
		cmocka_unit_test(test_caller_can_stop_at_every_page),
		cmocka_unit_test(test_note_may_follow_others_and_be_8_aligned),
		cmocka_unit_test(test_every_error_has_its_own_sentence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
