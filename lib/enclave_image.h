/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reader of the enclave file (format: abi/enclave_file.h): from a file to the exact sequence of
 * EADDs. The measurer, the signer and the loader all use it, so all three see the same pages.
 * Pure: bytes come in and pages go out by callback; no allocation, no globals. It knows nothing
 * of MRENCLAVE and of ioctls.
 */
#ifndef LIB_ENCLAVE_IMAGE_H
#define LIB_ENCLAVE_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "enclave_file.h"
#include "sgx.h"

/* What can be wrong with a file. X(name, sentence); a sentence completes "PATH: ...". */
#define ENCLAVE_IMAGE_ERRORS(X)                                                                    \
	X(OK, "is a good enclave file")                                                            \
	X(READ, "cannot be read")                                                                  \
	X(STOPPED, "was abandoned by the caller")                                                  \
	X(TRUNCATED, "ends before its ELF header does")                                            \
	X(NOT_ELF, "is not an ELF file")                                                           \
	X(NOT_X86_64, "is not a 64-bit little-endian x86-64 ELF file")                             \
	X(NOT_EXEC, "is not a static ET_EXEC executable")                                          \
	X(PHDR_SIZE, "has program headers of the wrong size")                                      \
	X(PHDR_COUNT, "has no program headers, or too many")                                       \
	X(PHDR_BOUNDS, "has program headers outside the file")                                     \
	X(PHDR_TYPE, "has a program header an enclave cannot have (dynamic, interpreter, TLS, "    \
		     "or unknown)")                                                                \
	X(SEGMENT_COUNT, "has no loadable segment, or too many")                                   \
	X(SEGMENT_EMPTY, "has an empty loadable segment")                                          \
	X(SEGMENT_ALIGN, "has a loadable segment that is not page aligned")                        \
	X(SEGMENT_SIZE, "has a loadable segment with more bytes in the file than in memory")       \
	X(SEGMENT_BOUNDS, "has a loadable segment outside the file")                               \
	X(SEGMENT_RANGE, "has a loadable segment outside the enclave's address range")             \
	X(SEGMENT_ORDER, "has loadable segments that overlap or are not in ascending order")       \
	X(SEGMENT_ACCESS, "has a loadable segment that is not readable, or has unknown flags")     \
	X(SEGMENT_WX, "has a loadable segment that is both writable and executable")               \
	X(NOTE_BOUNDS, "has a note segment outside the file, or too large")                        \
	X(NOTE_FORM, "has a malformed note")                                                       \
	X(NOTE_MISSING, "has no Cloister note: not an enclave file")                               \
	X(NOTE_TWICE, "has more than one Cloister note")                                           \
	X(NOTE_SIZE, "has a Cloister note of the wrong size")                                      \
	X(VERSION, "is of an unknown format version")                                              \
	X(RESERVED, "has a reserved descriptor field set")                                         \
	X(ELRANGE, "asks for an enclave size that is not a power of two in the allowed range")     \
	X(SSA_FRAME, "asks for no SSA frame pages, or too many")                                   \
	X(SSA_COUNT, "asks for no SSA frames, or too many")                                        \
	X(SSA_SMALL, "has SSA frames too small for the processor state it enables")                \
	X(TCS_COUNT, "asks for no vCPU slots, or too many")                                        \
	X(VCPU_PAGES, "asks for no vCPU pages, or too many")                                       \
	X(SLOT_ALIGN, "has a vCPU slot layout that is not page aligned")                           \
	X(SLOT_OVERLAP, "has a vCPU slot whose parts overlap or exceed the slot")                  \
	X(SLOT_RANGE, "has vCPU slots outside the enclave's address range")                        \
	X(SLOT_SEGMENT, "has vCPU slots that overlap a loadable segment")                          \
	X(ENTRY, "has an entry point outside its executable segments")                             \
	X(ATTRIBUTES, "asks for attributes an enclave file cannot ask for")                        \
	X(XFRM, "asks for an impossible set of processor state components")                        \
	X(MISCSELECT, "asks for unknown MISCSELECT bits")                                          \
	X(PAGE_COUNT, "has too many pages to measure")

#define ENCLAVE_IMAGE_ROW_(name, text) ENCLAVE_IMAGE_##name,
enum enclave_image_error { ENCLAVE_IMAGE_ERRORS(ENCLAVE_IMAGE_ROW_) };
#undef ENCLAVE_IMAGE_ROW_

/* The sentence of an error; never NULL. */
const char *enclave_image_strerror(enum enclave_image_error err);

/* Where the bytes come from. read() fills all of buf or returns negative; never asked past size. */
struct enclave_source {
	uint64_t size; /* bytes */
	int (*read)(void *ctx, uint64_t off, void *buf, size_t len);
	void *ctx;
};

struct enclave_segment {
	uint64_t addr;     /* enclave offset, page aligned */
	uint64_t mem_size; /* bytes; the last page is filled with zeros */
	uint64_t file_off;
	uint64_t file_size;
	uint64_t secinfo; /* SECINFO.FLAGS of its pages */
};

struct enclave_image {
	struct enclave_desc desc;
	uint32_t nsegments;
	uint32_t npages; /* EADDs in all */
	struct enclave_segment segment[ENCLAVE_SEGMENTS_MAX];
};

/*
 * Read and check everything but page contents. On failure *img is unspecified. The bytes read are
 * not trusted to stay: pages are read again by enclave_image_pages().
 */
enum enclave_image_error enclave_image_open(
	struct enclave_image *img, const struct enclave_source *src);

/*
 * One page to EADD and measure: `offset` from the enclave base, 4096 bytes of content (the callee
 * borrows them for the call), SECINFO.FLAGS. Returns 0 to go on.
 */
typedef int enclave_page_fn(
	void *ctx, uint64_t offset, const uint8_t page[SGX_PAGE_SIZE], uint64_t secinfo_flags);

/* All pages of an opened image in EADD order. ENCLAVE_IMAGE_READ, or _STOPPED if fn returned
 * nonzero (fn keeps its own reason). */
enum enclave_image_error enclave_image_pages(const struct enclave_image *img,
	const struct enclave_source *src, enclave_page_fn *fn, void *ctx);

/* The SECS to ECREATE: size, SSA frame size, miscselect, attributes without DEBUG, xfrm. BASE 0. */
void enclave_image_secs(const struct enclave_image *img, struct sgx_secs *secs);

#endif
