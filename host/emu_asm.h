/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers that emu_enter.S and emu_signal.S share with struct emu_thread; emu_thread.c proves them.
 * Plain #defines only.
 */
#ifndef HOST_EMU_ASM_H
#define HOST_EMU_ASM_H

/* A thread area: the block, a guard page, the alternate signal stack; aligned to its size. */
#define EMU_AREA_SIZE   0x20000
#define EMU_STACK_OFF   0x9000 /* of the alternate stack in the area */
#define EMU_GUARD_OFF   0x8000
#define EMU_STACK_MAGIC 0x6b74734c4145534f /* first word of the alternate stack */

/* struct emu_thread */
#define EMU_T_SIZE     0x8000
#define EMU_T_XSAVE    0x0000 /* 0x4000 bytes, 64-byte aligned */
#define EMU_T_CUR      0x4000
#define EMU_T_FRAME    0x7800 /* struct emu_frame; the private stack grows down from it */
#define EMU_XSAVE_SIZE 0x4000

/* struct emu_frame, relative to its start (an iretq frame first, so that RSP can point at it) */
#define EMU_F_RIP    0x00
#define EMU_F_CS     0x08
#define EMU_F_RFLAGS 0x10
#define EMU_F_RSP    0x18
#define EMU_F_SS     0x20
#define EMU_F_RAX    0x28
#define EMU_F_RBX    0x30
#define EMU_F_RCX    0x38
#define EMU_F_RDX    0x40
#define EMU_F_RSI    0x48
#define EMU_F_RDI    0x50
#define EMU_F_RBP    0x58
#define EMU_F_R8     0x60
#define EMU_F_R9     0x68
#define EMU_F_R10    0x70
#define EMU_F_R11    0x78
#define EMU_F_R12    0x80
#define EMU_F_R13    0x88
#define EMU_F_R14    0x90
#define EMU_F_R15    0x98
#define EMU_F_FSBASE 0xa0
#define EMU_F_GSBASE 0xa8
#define EMU_F_XRSTOR 0xb0 /* XFRM mask to load from EMU_T_XSAVE; 0: leave the registers alone */
#define EMU_F_VECTOR 0xb8
#define EMU_F_ERROR  0xc0
#define EMU_F_ADDR   0xc8
#define EMU_F_HOSTFS 0xd0
#define EMU_F_HOSTGS 0xd8
#define EMU_F_CUR    0xe0 /* the TCS being entered: becomes emu_thread.cur last of all */
#define EMU_F_PKEY   0xe8 /* 1 + the protection key to open; 0: none */
#define EMU_F_SIZE   0xf0

/* ucontext_t */
#define EMU_UC_SS_SP 16

#endif
