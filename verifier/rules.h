/* SPDX-License-Identifier: Apache-2.0 */
/* The predicates on single instructions: pure functions of the instruction and the facts. */
#ifndef RULES_H
#define RULES_H

#include "insn.h"

/* What is known of general registers at this point: bit r says ZX(r), SM(r). */
struct facts {
	uint16_t zx, sm;
};

/*
 * V3: whether the memory operand has one of the confined forms. *uses is the register whose fact
 * was needed, or -1.
 */
enum verify_cause rule_memory(const struct insn *in, const struct facts *f, int *uses);

/* V4: `add/sub $imm,%rsp` and `leaq imm(%rsp),%rsp`: true, and how far rsp moves. */
bool rule_rsp_adjust(const struct insn *in, int64_t *by);

/* V4: the first instruction of the write-rsp template: it writes %esp from the list. */
bool rule_rsp_write(const struct insn *in);

/* The stack margin that a completed access to d(%rsp) proves, or -1 if this is none. */
int64_t rule_anchor(const struct insn *in);

#endif
