/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers of the SGX architecture that assembly needs: leaf numbers, bits, and offsets
 * into TCS, SSA and the vDSO's run structure. Plain #defines only, so a .S file may include it.
 * sgx.h and sgx_uapi.h prove every offset here against their structures.
 * Source: Intel SDM volume 3D, chapters "Enclave Data Structures" and "SGX Instructions".
 */
#ifndef SGX_ASM_H
#define SGX_ASM_H

/* ENCLU leaves (EAX); the instruction is 0F 01 D7. */
#define SGX_EREPORT     0
#define SGX_EGETKEY     1
#define SGX_EENTER      2
#define SGX_ERESUME     3
#define SGX_EEXIT       4
#define SGX_EACCEPT     5
#define SGX_EMODPE      6
#define SGX_EACCEPTCOPY 7
#define SGX_EDECCSSA    9

#define SGX_PAGE_SIZE  4096
#define SGX_PAGE_SHIFT 12

/* TCS */
#define SGX_TCS_STATE   0
#define SGX_TCS_FLAGS   8
#define SGX_TCS_OSSA    16
#define SGX_TCS_CSSA    24
#define SGX_TCS_NSSA    28
#define SGX_TCS_OENTRY  32
#define SGX_TCS_AEP     40
#define SGX_TCS_OFSBASE 48
#define SGX_TCS_OGSBASE 56
#define SGX_TCS_FSLIMIT 64
#define SGX_TCS_GSLIMIT 68

/* GPRSGX: the last 184 bytes of an SSA frame. */
#define SGX_GPR_RAX       0
#define SGX_GPR_RCX       8
#define SGX_GPR_RDX       16
#define SGX_GPR_RBX       24
#define SGX_GPR_RSP       32
#define SGX_GPR_RBP       40
#define SGX_GPR_RSI       48
#define SGX_GPR_RDI       56
#define SGX_GPR_R8        64
#define SGX_GPR_R9        72
#define SGX_GPR_R10       80
#define SGX_GPR_R11       88
#define SGX_GPR_R12       96
#define SGX_GPR_R13       104
#define SGX_GPR_R14       112
#define SGX_GPR_R15       120
#define SGX_GPR_RFLAGS    128
#define SGX_GPR_RIP       136
#define SGX_GPR_URSP      144
#define SGX_GPR_URBP      152
#define SGX_GPR_EXITINFO  160
#define SGX_GPR_AEXNOTIFY 167
#define SGX_GPR_FSBASE    168
#define SGX_GPR_GSBASE    176
#define SGX_GPR_SIZE      184

/* EXINFO lies just below GPRSGX when MISCSELECT.EXINFO is set. */
#define SGX_EXINFO_MADDR 0
#define SGX_EXINFO_ERRCD 8
#define SGX_EXINFO_SIZE  16

/* Offsets inside an SSA frame of `pages` pages. */
#define SGX_SSA_GPR_OFF(pages)    ((pages)*SGX_PAGE_SIZE - SGX_GPR_SIZE)
#define SGX_SSA_EXINFO_OFF(pages) (SGX_SSA_GPR_OFF(pages) - SGX_EXINFO_SIZE)

/* GPRSGX.EXITINFO */
#define SGX_EXITINFO_VECTOR_MASK 0xff
#define SGX_EXITINFO_TYPE_SHIFT  8
#define SGX_EXITINFO_TYPE_MASK   0x700
#define SGX_EXITINFO_TYPE_HW     3
#define SGX_EXITINFO_TYPE_SW     6
#define SGX_EXITINFO_VALID       0x80000000

/* The XSAVE image at the start of an SSA frame. */
#define SGX_XSAVE_LEGACY_SIZE 512
#define SGX_XSAVE_HEADER_SIZE 64
#define SGX_XSAVE_XSTATE_BV   512

/* struct sgx_enclave_run of the vDSO entry (Linux asm/sgx.h) */
#define SGX_RUN_TCS             0
#define SGX_RUN_FUNCTION        8
#define SGX_RUN_EXCEPTION       12
#define SGX_RUN_EXCEPTION_ERROR 14
#define SGX_RUN_EXCEPTION_ADDR  16
#define SGX_RUN_USER_HANDLER    24
#define SGX_RUN_USER_DATA       32
#define SGX_RUN_RESERVED        40
#define SGX_RUN_SIZE            256

/* Operands of the ENCLU leaves must be aligned to these. */
#define SGX_REPORT_ALIGN     512
#define SGX_TARGETINFO_ALIGN 512
#define SGX_REPORTDATA_ALIGN 128
#define SGX_KEYREQUEST_ALIGN 512
#define SGX_KEY_ALIGN        16
#define SGX_SECINFO_ALIGN    64
#define SGX_PAGEINFO_ALIGN   32

#endif
