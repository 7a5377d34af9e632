/* SPDX-License-Identifier: Apache-2.0 */
/* The multi-instruction templates of doc/sfi.md V4-V6 and the gate, as byte patterns. */
#ifndef IDIOM_H
#define IDIOM_H

#include <stddef.h>
#include <stdint.h>

enum idiom { I_NONE, I_INDIRECT, I_INDIRECT_ZX, I_STOS, I_MOVS, I_GATE, NIDIOMS };

struct idiom_match {
	enum idiom idiom;
	uint32_t length;
	int is_call;      /* of the indirect branches */
	int64_t jne_disp; /* of their jne, relative to the template's first byte */
};

/* Whether a template might start with these bytes; asked for every instruction, so by the first one
 * first. */
static inline int idiom_possible(const uint8_t *p, size_t avail)
{
	static const uint8_t second[256] = {
		[0x45] = 0x89, [0x49] = 0x0f, [0x89] = 0xff, [0x64] = 0xff};
	if (avail < 2)
		return 0;
	uint32_t want = second[p[0]];
	return (want == p[1]) & (want != 0); /* one branch, not two */
}

/* The template that starts at p, if any. The indirect ones with and without their first
 * instruction. */
struct idiom_match idiom_at(const uint8_t *p, size_t avail);

/* Where the bytes of a label are in an indirect branch template. */
uint32_t idiom_label_offset(enum idiom i);

/* Length of the write-rsp template's tail at p, or 0. */
size_t idiom_rsp_tail(const uint8_t *p, size_t avail);

#endif
