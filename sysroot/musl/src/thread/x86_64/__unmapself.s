/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A detached thread unmaps its stack and ends. The gate of a SIP pushes its return address, so this
 * happens on a stack that all threads share: the caller holds the thread list lock, which only the
 * kernel releases, when the thread is gone.
 */
	.text
	.global __unmapself
	.type __unmapself,@function
__unmapself:
	leaq shared_stack_top(%rip), %rsp
	movl $11, %eax
	syscall
	xorl %edi, %edi
	movl $60, %eax
	syscall
	hlt
	.size __unmapself, . - __unmapself

	.bss
	.balign 16
	.zero 64
shared_stack_top:
