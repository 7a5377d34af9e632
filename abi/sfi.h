/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The constants of the SFI policy `split` (doc/sfi.md) that verifier and kernel share. The rewriter
 * deliberately has its own copy: a wrong one there merely fails to verify.
 */
#ifndef SFI_H
#define SFI_H

#include <stdint.h>

#define SFI_TEXT_BASE     (1ull << 45) /* T */
#define SFI_TEXT_BASE_BIT 45
#define SFI_WINDOW_SIZE   (1ull << 32) /* of T and of every D; D is aligned to it */
#define SFI_GUARD         (1ull << 32) /* unmapped on both sides of every D */
#define SFI_EDGE          0x10000u     /* unmapped at both ends inside every D */

#define SFI_TEXT_MIN      0x10000000u /* text offsets, never mapped in a D: [MIN, MAX) */
#define SFI_TEXT_MAX      0x40000000u
#define SFI_TEXT_SIZE_MAX (256u << 20)
#define SFI_DATA_MIN      0x40000000u /* where the segments of a program file may lie: [MIN, MAX) */
#define SFI_DATA_MAX      0xffff0000u
#define SFI_PAGE          4096u

#define SFI_LABEL             0xfa1e0ff3u /* endbr64 as a little-endian dword */
#define SFI_LABEL_SIZE        4
#define SFI_FALSE_LABEL       0x3b8141u /* the three bytes before a template's immediate: 41 81 3b */
#define SFI_GATE_RETURN       8         /* length of the gate call */
#define SFI_FS_THREAD_POINTER 0x00
#define SFI_FS_GATE           0x10
#define SFI_FS_CANARY         0x28

#define SFI_RSP_DRIFT  (16 << 20) /* how far rsp may be outside its window before it is used */
#define SFI_RSP_ANCHOR (32 << 10) /* largest |d| of an access d(%rsp) that proves rsp inside */

#define SFI_PT_TEXTREL      0x60534649u /* program header of the text relocation table */
#define SFI_TEXTREL_MAGIC   0x52494653u /* "SFIR" */
#define SFI_TEXTREL_VERSION 1u
#define SFI_PHNUM_MAX       16u

#endif
