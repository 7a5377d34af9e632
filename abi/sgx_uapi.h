/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linux's user ABI to SGX: the ioctls of /dev/sgx_enclave and the vDSO entry's run structure,
 * in the kernel's own names. Cloister is built on machines whose kernel headers may lack it,
 * and the emulator implements it, so it is stated here and not included; never include
 * asm/sgx.h next to this file.
 * Source: Linux arch/x86/include/uapi/asm/sgx.h and arch/x86/kernel/cpu/sgx/ioctl.c (6.12).
 */
#ifndef SGX_UAPI_H
#define SGX_UAPI_H

#include <stddef.h>
#include <stdint.h>

#include "sgx_asm.h"

#define SGX_ENCLAVE_DEV   "/dev/sgx_enclave"
#define SGX_PROVISION_DEV "/dev/sgx_provision"
#define SGX_VDSO_SYMBOL   "__vdso_sgx_enter_enclave"

#define SGX_AT_(type, field, off)                                                                  \
	_Static_assert(offsetof(struct type, field) == (off), #type "." #field " is misplaced")
#define SGX_SIZE_(type, size)                                                                      \
	_Static_assert(sizeof(struct type) == (size), #type " has the wrong size")

struct sgx_enclave_create {
	uint64_t src; /* address of the SECS, 4096 bytes */
};
SGX_AT_(sgx_enclave_create, src, 0);
SGX_SIZE_(sgx_enclave_create, 8);

#define SGX_PAGE_MEASURE 1 /* sgx_enclave_add_pages.flags */

struct sgx_enclave_add_pages {
	uint64_t src;    /* address of the content, page aligned */
	uint64_t offset; /* in the enclave, bytes */
	uint64_t length; /* bytes */
	uint64_t secinfo;
	uint64_t flags;
	uint64_t count; /* out: bytes added, also on error */
};
SGX_AT_(sgx_enclave_add_pages, src, 0);
SGX_AT_(sgx_enclave_add_pages, offset, 8);
SGX_AT_(sgx_enclave_add_pages, length, 16);
SGX_AT_(sgx_enclave_add_pages, secinfo, 24);
SGX_AT_(sgx_enclave_add_pages, flags, 32);
SGX_AT_(sgx_enclave_add_pages, count, 40);
SGX_SIZE_(sgx_enclave_add_pages, 48);

struct sgx_enclave_init {
	uint64_t sigstruct; /* address, 1808 bytes */
};
SGX_AT_(sgx_enclave_init, sigstruct, 0);
SGX_SIZE_(sgx_enclave_init, 8);

struct sgx_enclave_provision {
	uint64_t fd; /* of /dev/sgx_provision */
};
SGX_AT_(sgx_enclave_provision, fd, 0);
SGX_SIZE_(sgx_enclave_provision, 8);

struct sgx_enclave_restrict_permissions {
	uint64_t offset;
	uint64_t length;
	uint64_t permissions; /* SGX_SECINFO_R|W|X */
	uint64_t result;      /* in: 0; out: enum sgx_error */
	uint64_t count;       /* in: 0; out: bytes done */
};
SGX_AT_(sgx_enclave_restrict_permissions, offset, 0);
SGX_AT_(sgx_enclave_restrict_permissions, length, 8);
SGX_AT_(sgx_enclave_restrict_permissions, permissions, 16);
SGX_AT_(sgx_enclave_restrict_permissions, result, 24);
SGX_AT_(sgx_enclave_restrict_permissions, count, 32);
SGX_SIZE_(sgx_enclave_restrict_permissions, 40);

struct sgx_enclave_modify_types {
	uint64_t offset;
	uint64_t length;
	uint64_t page_type; /* SGX_PT_TCS or SGX_PT_TRIM */
	uint64_t result;    /* in: 0; out: enum sgx_error */
	uint64_t count;     /* in: 0; out: bytes done */
};
SGX_AT_(sgx_enclave_modify_types, offset, 0);
SGX_AT_(sgx_enclave_modify_types, length, 8);
SGX_AT_(sgx_enclave_modify_types, page_type, 16);
SGX_AT_(sgx_enclave_modify_types, result, 24);
SGX_AT_(sgx_enclave_modify_types, count, 32);
SGX_SIZE_(sgx_enclave_modify_types, 40);

struct sgx_enclave_remove_pages {
	uint64_t offset;
	uint64_t length;
	uint64_t count; /* in: 0; out: bytes done */
};
SGX_AT_(sgx_enclave_remove_pages, offset, 0);
SGX_AT_(sgx_enclave_remove_pages, length, 8);
SGX_AT_(sgx_enclave_remove_pages, count, 16);
SGX_SIZE_(sgx_enclave_remove_pages, 24);

/* _IOW (1) and _IOWR (3), spelled out because abi/ includes no kernel header. */
#define SGX_IOC_(dir, nr, size)                                                                    \
	((uint32_t)(dir) << 30 | (uint32_t)(size) << 16 | 0xa4U << 8 | (uint32_t)(nr))
#define SGX_IOC_ENCLAVE_CREATE    SGX_IOC_(1, 0x00, sizeof(struct sgx_enclave_create))
#define SGX_IOC_ENCLAVE_ADD_PAGES SGX_IOC_(3, 0x01, sizeof(struct sgx_enclave_add_pages))
#define SGX_IOC_ENCLAVE_INIT      SGX_IOC_(1, 0x02, sizeof(struct sgx_enclave_init))
#define SGX_IOC_ENCLAVE_PROVISION SGX_IOC_(1, 0x03, sizeof(struct sgx_enclave_provision))
#define SGX_IOC_VEPC_REMOVE_ALL   SGX_IOC_(0, 0x04, 0)
#define SGX_IOC_ENCLAVE_RESTRICT_PERMISSIONS                                                       \
	SGX_IOC_(3, 0x05, sizeof(struct sgx_enclave_restrict_permissions))
#define SGX_IOC_ENCLAVE_MODIFY_TYPES SGX_IOC_(3, 0x06, sizeof(struct sgx_enclave_modify_types))
#define SGX_IOC_ENCLAVE_REMOVE_PAGES SGX_IOC_(3, 0x07, sizeof(struct sgx_enclave_remove_pages))

_Static_assert(SGX_IOC_ENCLAVE_CREATE == 0x4008a400, "ioctl number");
_Static_assert(SGX_IOC_ENCLAVE_ADD_PAGES == 0xc030a401, "ioctl number");
_Static_assert(SGX_IOC_ENCLAVE_INIT == 0x4008a402, "ioctl number");
_Static_assert(SGX_IOC_ENCLAVE_PROVISION == 0x4008a403, "ioctl number");
_Static_assert(SGX_IOC_VEPC_REMOVE_ALL == 0xa404, "ioctl number");
_Static_assert(SGX_IOC_ENCLAVE_RESTRICT_PERMISSIONS == 0xc028a405, "ioctl number");
_Static_assert(SGX_IOC_ENCLAVE_MODIFY_TYPES == 0xc028a406, "ioctl number");
_Static_assert(SGX_IOC_ENCLAVE_REMOVE_PAGES == 0xc018a407, "ioctl number");

struct sgx_enclave_run;

/*
 * Called by the vDSO after each exit: `> 0` re-enters with that leaf, `<= 0` is returned by the
 * vDSO function. rsp is the untrusted stack pointer at the exit.
 */
typedef int (*sgx_enclave_user_handler_t)(
	long rdi, long rsi, long rdx, long rsp, long r8, long r9, struct sgx_enclave_run *run);

struct sgx_enclave_run {
	uint64_t tcs;
	uint32_t function; /* out: the leaf last executed: EENTER, ERESUME or EEXIT */
	uint16_t exception_vector;
	uint16_t exception_error_code;
	uint64_t exception_addr;
	uint64_t user_handler; /* sgx_enclave_user_handler_t */
	uint64_t user_data;
	uint8_t reserved[216]; /* must be zero */
};
SGX_AT_(sgx_enclave_run, tcs, SGX_RUN_TCS);
SGX_AT_(sgx_enclave_run, function, SGX_RUN_FUNCTION);
SGX_AT_(sgx_enclave_run, exception_vector, SGX_RUN_EXCEPTION);
SGX_AT_(sgx_enclave_run, exception_error_code, SGX_RUN_EXCEPTION_ERROR);
SGX_AT_(sgx_enclave_run, exception_addr, SGX_RUN_EXCEPTION_ADDR);
SGX_AT_(sgx_enclave_run, user_handler, SGX_RUN_USER_HANDLER);
SGX_AT_(sgx_enclave_run, user_data, SGX_RUN_USER_DATA);
SGX_AT_(sgx_enclave_run, reserved, SGX_RUN_RESERVED);
SGX_SIZE_(sgx_enclave_run, SGX_RUN_SIZE);

/* __vdso_sgx_enter_enclave: 0, or -EINVAL; function is SGX_EENTER or SGX_ERESUME. */
typedef int (*vdso_sgx_enter_enclave_t)(unsigned long rdi, unsigned long rsi, unsigned long rdx,
	unsigned int function, unsigned long r8, unsigned long r9, struct sgx_enclave_run *run);

#undef SGX_AT_
#undef SGX_SIZE_

#endif
