/* SPDX-License-Identifier: Apache-2.0 */
/* What the test kernel, the user programs it runs and the hostile host agree on. Numbers only. */
#ifndef HOSTILE_H
#define HOSTILE_H

/* System calls of the test kernel. */
#define T_NOP      0 /* returns the sum of its six arguments */
#define T_DOORBELL 1
#define T_KICK     2
#define T_IDLE     3  /* as a scheduler would: vector state saved, idle exit, restored */
#define T_EXIT     4  /* the enclave ends with this status */
#define T_BADRIP   5  /* resume at a RIP that is not canonical */
#define T_FLAGS    6  /* 1 if the kernel runs with DF = AC = 0 */
#define T_SWITCH   7  /* to a kernel thread and back */
#define T_LOG      8  /* a line through the ring, and wait for its completion */
#define T_SIP      9  /* enter the SIP program */
#define T_LOOP     10 /* returns how often to run the checks */

/* Addresses of the test programs. */
#define U_TEXT  0x20000000000 /* PLAIN_BASE */
#define U_DATA  0x20000010000
#define U_STACK 0x20000020000 /* grows down from +PAGE_SIZE */
#define U_LAZY  0x20000030000 /* committed by its first fault */

#define S_OFFSET 0x10000000 /* text of the SIP program, from TEXT_BASE */
#define S_WINDOW 0x300000000000
#define S_DATA   0x40000000 /* data page, from S_WINDOW; the stack is in it, too */

/* The first word of U_DATA: plain_syscall_entry. */

/* Exit status when all checks held; any other is the line of user.S or sip.S that did not. */
#define T_GOOD 42

#endif
