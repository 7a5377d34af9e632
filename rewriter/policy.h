/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The constants of the `split` policy as the rewriter knows them (doc/sfi.md). This is the
 * rewriter's own copy: the verifier has another, and nothing includes both. A wrong number here
 * makes programs that do not verify; it cannot make an unsafe one run.
 */
#ifndef POLICY_H
#define POLICY_H

/* The text window lies at 1 << TEXT_BIT; a code pointer is a 32-bit offset into it. */
#define TEXT_BIT 45
/* endbr64 as the little-endian immediate of the label comparison. */
#define LABEL_WORD "$0xfa1e0ff3"
/* Largest |displacement| of a plain d(%rsp) operand. */
#define RSP_DISP_MAX (32 << 10)
/* Largest |displacement| of an rsp access that counts as a touch of the stack. */
#define RSP_TOUCH_MAX (4 << 10)
/* Largest constant by which rsp may move before the stack is touched. */
#define RSP_DRIFT_MAX (16 << 10)
/* How far inside its window rsp is once the stack was touched within RSP_TOUCH_MAX. */
#define RSP_MARGIN ((64 << 10) - RSP_TOUCH_MAX)

/* Unmapped bytes at either end of the window: an address less a displacement below this is in
 * range. */
#define EDGE (64 << 10)

/* The reserved registers, by hardware number. */
#define REG_SCRATCH 11
#define REG_DATA    14

#endif
