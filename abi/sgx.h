/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The architectural structures of Intel SGX, as the CPU defines them: fixed-width fields in
 * natural alignment, every offset and size asserted. Nothing here is Linux's (sgx_uapi.h) or
 * Cloister's (enclave_file.h). Alignment an instruction demands of its operand is not part of
 * the type (REPORT is 432 bytes at 512-byte alignment): use _Alignas(SGX_*_ALIGN) on the object.
 * Source: Intel SDM volume 3D, "Enclave Data Structures"; the section names are the SDM's.
 */
#ifndef SGX_H
#define SGX_H

#include <stddef.h>
#include <stdint.h>

#include "sgx_asm.h"

#define SGX_HASH_SIZE 32
#define SGX_KEY_SIZE  16
#define SGX_MAC_SIZE  16

#define SGX_AT_(type, field, off)                                                                  \
	_Static_assert(offsetof(struct type, field) == (off), #type "." #field " is misplaced")
#define SGX_SIZE_(type, size)                                                                      \
	_Static_assert(sizeof(struct type) == (size), #type " has the wrong size")

/* ---- ATTRIBUTES, MISCSELECT ------------------------------------------------------------ */
#define SGX_ATTR_INIT          (1ULL << 0)
#define SGX_ATTR_DEBUG         (1ULL << 1)
#define SGX_ATTR_MODE64BIT     (1ULL << 2)
#define SGX_ATTR_PROVISIONKEY  (1ULL << 4)
#define SGX_ATTR_EINITTOKENKEY (1ULL << 5)
#define SGX_ATTR_CET           (1ULL << 6)
#define SGX_ATTR_KSS           (1ULL << 7)
#define SGX_ATTR_AEXNOTIFY     (1ULL << 10)

#define SGX_MISC_EXINFO (1U << 0)
#define SGX_MISC_CPINFO (1U << 1)

/* XFRM bits are those of XCR0; the low two must be set. */
#define SGX_XFRM_X87    (1ULL << 0)
#define SGX_XFRM_SSE    (1ULL << 1)
#define SGX_XFRM_LEGACY (SGX_XFRM_X87 | SGX_XFRM_SSE)
#define SGX_XFRM_AVX    (1ULL << 2)
#define SGX_XFRM_AVX512 (7ULL << 5)
#define SGX_XFRM_PKRU   (1ULL << 9)
#define SGX_XFRM_AMX    (3ULL << 17)

struct sgx_attributes {
	uint64_t flags; /* SGX_ATTR_* */
	uint64_t xfrm;
};
SGX_AT_(sgx_attributes, flags, 0);
SGX_AT_(sgx_attributes, xfrm, 8);
SGX_SIZE_(sgx_attributes, 16);

/* ---- SECS ------------------------------------------------------------------------------ */
#define SGX_SIZE_MIN 8192 /* smallest enclave ECREATE accepts; sizes are powers of two */

struct sgx_secs {
	uint64_t size; /* bytes */
	uint64_t base;
	uint32_t ssa_frame_size; /* pages */
	uint32_t miscselect;
	uint64_t cet_leg_bitmap_offset;
	uint8_t cet_attributes;
	uint8_t reserved1[15];
	struct sgx_attributes attributes;
	uint8_t mrenclave[SGX_HASH_SIZE];
	uint8_t reserved2[32];
	uint8_t mrsigner[SGX_HASH_SIZE];
	uint8_t reserved3[32];
	uint8_t config_id[64];
	uint16_t isv_prod_id;
	uint16_t isv_svn;
	uint16_t config_svn;
	uint8_t reserved4[3834];
};
SGX_AT_(sgx_secs, size, 0);
SGX_AT_(sgx_secs, base, 8);
SGX_AT_(sgx_secs, ssa_frame_size, 16);
SGX_AT_(sgx_secs, miscselect, 20);
SGX_AT_(sgx_secs, cet_leg_bitmap_offset, 24);
SGX_AT_(sgx_secs, cet_attributes, 32);
SGX_AT_(sgx_secs, reserved1, 33);
SGX_AT_(sgx_secs, attributes, 48);
SGX_AT_(sgx_secs, mrenclave, 64);
SGX_AT_(sgx_secs, reserved2, 96);
SGX_AT_(sgx_secs, mrsigner, 128);
SGX_AT_(sgx_secs, reserved3, 160);
SGX_AT_(sgx_secs, config_id, 192);
SGX_AT_(sgx_secs, isv_prod_id, 256);
SGX_AT_(sgx_secs, isv_svn, 258);
SGX_AT_(sgx_secs, config_svn, 260);
SGX_AT_(sgx_secs, reserved4, 262);
SGX_SIZE_(sgx_secs, 4096);

/* ---- TCS ------------------------------------------------------------------------------- */
#define SGX_TCS_DBGOPTIN  (1ULL << 0)
#define SGX_TCS_AEXNOTIFY (1ULL << 1)

struct sgx_tcs {
	uint64_t state; /* CPU only; 0 on EADD */
	uint64_t flags; /* SGX_TCS_DBGOPTIN, SGX_TCS_AEXNOTIFY */
	uint64_t ossa;  /* enclave offset of the SSA frames, page aligned */
	uint32_t cssa;  /* current SSA frame; 0 on EADD */
	uint32_t nssa;
	uint64_t oentry;  /* enclave offset EENTER jumps to */
	uint64_t aep;     /* CPU only; 0 on EADD */
	uint64_t ofsbase; /* enclave offset of FSBASE, page aligned */
	uint64_t ogsbase;
	uint32_t fslimit;
	uint32_t gslimit;
	uint64_t ocetssa;
	uint64_t prevssp;
	uint8_t reserved[4008];
};
SGX_AT_(sgx_tcs, state, SGX_TCS_STATE);
SGX_AT_(sgx_tcs, flags, SGX_TCS_FLAGS);
SGX_AT_(sgx_tcs, ossa, SGX_TCS_OSSA);
SGX_AT_(sgx_tcs, cssa, SGX_TCS_CSSA);
SGX_AT_(sgx_tcs, nssa, SGX_TCS_NSSA);
SGX_AT_(sgx_tcs, oentry, SGX_TCS_OENTRY);
SGX_AT_(sgx_tcs, aep, SGX_TCS_AEP);
SGX_AT_(sgx_tcs, ofsbase, SGX_TCS_OFSBASE);
SGX_AT_(sgx_tcs, ogsbase, SGX_TCS_OGSBASE);
SGX_AT_(sgx_tcs, fslimit, SGX_TCS_FSLIMIT);
SGX_AT_(sgx_tcs, gslimit, SGX_TCS_GSLIMIT);
SGX_AT_(sgx_tcs, ocetssa, 72);
SGX_AT_(sgx_tcs, prevssp, 80);
SGX_AT_(sgx_tcs, reserved, 88);
SGX_SIZE_(sgx_tcs, 4096);

/* ---- SECINFO, PAGEINFO ----------------------------------------------------------------- */
#define SGX_SECINFO_R        (1ULL << 0)
#define SGX_SECINFO_W        (1ULL << 1)
#define SGX_SECINFO_X        (1ULL << 2)
#define SGX_SECINFO_PENDING  (1ULL << 3)
#define SGX_SECINFO_MODIFIED (1ULL << 4)
#define SGX_SECINFO_PR       (1ULL << 5)
#define SGX_SECINFO_RWX      (SGX_SECINFO_R | SGX_SECINFO_W | SGX_SECINFO_X)

#define SGX_SECINFO_PT_SHIFT 8
#define SGX_SECINFO_PT_MASK  0xff00ULL

enum sgx_page_type {
	SGX_PT_SECS = 0,
	SGX_PT_TCS = 1,
	SGX_PT_REG = 2,
	SGX_PT_VA = 3,
	SGX_PT_TRIM = 4,
	SGX_PT_SS_FIRST = 5,
	SGX_PT_SS_REST = 6,
};
#define SGX_SECINFO_TCS  ((uint64_t)SGX_PT_TCS << SGX_SECINFO_PT_SHIFT)
#define SGX_SECINFO_REG  ((uint64_t)SGX_PT_REG << SGX_SECINFO_PT_SHIFT)
#define SGX_SECINFO_TRIM ((uint64_t)SGX_PT_TRIM << SGX_SECINFO_PT_SHIFT)

struct sgx_secinfo {
	uint64_t flags; /* SGX_SECINFO_* */
	uint8_t reserved[56];
};
SGX_AT_(sgx_secinfo, flags, 0);
SGX_AT_(sgx_secinfo, reserved, 8);
SGX_SIZE_(sgx_secinfo, 64);

struct sgx_pageinfo {
	uint64_t linaddr;
	uint64_t srcpge;
	uint64_t secinfo;
	uint64_t secs;
};
SGX_AT_(sgx_pageinfo, linaddr, 0);
SGX_AT_(sgx_pageinfo, srcpge, 8);
SGX_AT_(sgx_pageinfo, secinfo, 16);
SGX_AT_(sgx_pageinfo, secs, 24);
SGX_SIZE_(sgx_pageinfo, 32);

/* ---- SSA frame: XSAVE image at 0, ..., EXINFO, GPRSGX at the end --------------------------- */
struct sgx_exinfo {
	uint64_t maddr; /* #PF: CR2 */
	uint32_t errcd;
	uint32_t reserved;
};
SGX_AT_(sgx_exinfo, maddr, SGX_EXINFO_MADDR);
SGX_AT_(sgx_exinfo, errcd, SGX_EXINFO_ERRCD);
SGX_SIZE_(sgx_exinfo, SGX_EXINFO_SIZE);

struct sgx_gprsgx {
	uint64_t rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rflags, rip;
	uint64_t ursp, urbp; /* the untrusted side's, saved by EENTER */
	uint32_t exitinfo;   /* SGX_EXITINFO_* */
	uint8_t reserved[3];
	uint8_t aexnotify;
	uint64_t fsbase, gsbase;
};
SGX_AT_(sgx_gprsgx, rax, SGX_GPR_RAX);
SGX_AT_(sgx_gprsgx, rcx, SGX_GPR_RCX);
SGX_AT_(sgx_gprsgx, rdx, SGX_GPR_RDX);
SGX_AT_(sgx_gprsgx, rbx, SGX_GPR_RBX);
SGX_AT_(sgx_gprsgx, rsp, SGX_GPR_RSP);
SGX_AT_(sgx_gprsgx, rbp, SGX_GPR_RBP);
SGX_AT_(sgx_gprsgx, rsi, SGX_GPR_RSI);
SGX_AT_(sgx_gprsgx, rdi, SGX_GPR_RDI);
SGX_AT_(sgx_gprsgx, r8, SGX_GPR_R8);
SGX_AT_(sgx_gprsgx, r9, SGX_GPR_R9);
SGX_AT_(sgx_gprsgx, r10, SGX_GPR_R10);
SGX_AT_(sgx_gprsgx, r11, SGX_GPR_R11);
SGX_AT_(sgx_gprsgx, r12, SGX_GPR_R12);
SGX_AT_(sgx_gprsgx, r13, SGX_GPR_R13);
SGX_AT_(sgx_gprsgx, r14, SGX_GPR_R14);
SGX_AT_(sgx_gprsgx, r15, SGX_GPR_R15);
SGX_AT_(sgx_gprsgx, rflags, SGX_GPR_RFLAGS);
SGX_AT_(sgx_gprsgx, rip, SGX_GPR_RIP);
SGX_AT_(sgx_gprsgx, ursp, SGX_GPR_URSP);
SGX_AT_(sgx_gprsgx, urbp, SGX_GPR_URBP);
SGX_AT_(sgx_gprsgx, exitinfo, SGX_GPR_EXITINFO);
SGX_AT_(sgx_gprsgx, aexnotify, SGX_GPR_AEXNOTIFY);
SGX_AT_(sgx_gprsgx, fsbase, SGX_GPR_FSBASE);
SGX_AT_(sgx_gprsgx, gsbase, SGX_GPR_GSBASE);
SGX_SIZE_(sgx_gprsgx, SGX_GPR_SIZE);

/* Bits SGX adds to, or that matter in, the page-fault error code (EXINFO.ERRCD, vDSO). */
#define SGX_PF_P   (1U << 0)
#define SGX_PF_W   (1U << 1)
#define SGX_PF_U   (1U << 2)
#define SGX_PF_I   (1U << 4)
#define SGX_PF_PK  (1U << 5)
#define SGX_PF_SGX (1U << 15)

/* ---- REPORT, TARGETINFO, REPORTDATA ------------------------------------------------------ */
#define SGX_REPORT_DATA_SIZE 64
#define SGX_REPORT_BODY_SIZE 384 /* the bytes the MAC covers, and what a quote carries */

struct sgx_reportdata {
	uint8_t data[SGX_REPORT_DATA_SIZE];
};
SGX_SIZE_(sgx_reportdata, 64);

struct sgx_report {
	uint8_t cpu_svn[16];
	uint32_t miscselect;
	uint8_t cet_attributes;
	uint8_t reserved1[11];
	uint8_t isv_ext_prod_id[16];
	struct sgx_attributes attributes;
	uint8_t mrenclave[SGX_HASH_SIZE];
	uint8_t reserved2[32];
	uint8_t mrsigner[SGX_HASH_SIZE];
	uint8_t reserved3[32];
	uint8_t config_id[64];
	uint16_t isv_prod_id;
	uint16_t isv_svn;
	uint16_t config_svn;
	uint8_t reserved4[42];
	uint8_t isv_family_id[16];
	uint8_t report_data[SGX_REPORT_DATA_SIZE];
	uint8_t key_id[32];
	uint8_t mac[SGX_MAC_SIZE];
};
SGX_AT_(sgx_report, cpu_svn, 0);
SGX_AT_(sgx_report, miscselect, 16);
SGX_AT_(sgx_report, cet_attributes, 20);
SGX_AT_(sgx_report, reserved1, 21);
SGX_AT_(sgx_report, isv_ext_prod_id, 32);
SGX_AT_(sgx_report, attributes, 48);
SGX_AT_(sgx_report, mrenclave, 64);
SGX_AT_(sgx_report, reserved2, 96);
SGX_AT_(sgx_report, mrsigner, 128);
SGX_AT_(sgx_report, reserved3, 160);
SGX_AT_(sgx_report, config_id, 192);
SGX_AT_(sgx_report, isv_prod_id, 256);
SGX_AT_(sgx_report, isv_svn, 258);
SGX_AT_(sgx_report, config_svn, 260);
SGX_AT_(sgx_report, reserved4, 262);
SGX_AT_(sgx_report, isv_family_id, 304);
SGX_AT_(sgx_report, report_data, 320);
SGX_AT_(sgx_report, key_id, SGX_REPORT_BODY_SIZE);
SGX_AT_(sgx_report, mac, 416);
SGX_SIZE_(sgx_report, 432);

struct sgx_targetinfo {
	uint8_t mrenclave[SGX_HASH_SIZE];
	struct sgx_attributes attributes;
	uint8_t cet_attributes;
	uint8_t reserved1;
	uint16_t config_svn;
	uint32_t miscselect;
	uint8_t reserved2[8];
	uint8_t config_id[64];
	uint8_t reserved3[384];
};
SGX_AT_(sgx_targetinfo, mrenclave, 0);
SGX_AT_(sgx_targetinfo, attributes, 32);
SGX_AT_(sgx_targetinfo, cet_attributes, 48);
SGX_AT_(sgx_targetinfo, config_svn, 50);
SGX_AT_(sgx_targetinfo, miscselect, 52);
SGX_AT_(sgx_targetinfo, reserved2, 56);
SGX_AT_(sgx_targetinfo, config_id, 64);
SGX_AT_(sgx_targetinfo, reserved3, 128);
SGX_SIZE_(sgx_targetinfo, 512);

/* ---- KEYREQUEST -------------------------------------------------------------------------- */
enum sgx_key_name {
	SGX_KEY_EINITTOKEN = 0,
	SGX_KEY_PROVISION = 1,
	SGX_KEY_PROVISION_SEAL = 2,
	SGX_KEY_REPORT = 3,
	SGX_KEY_SEAL = 4,
};

#define SGX_KEYPOLICY_MRENCLAVE    (1U << 0)
#define SGX_KEYPOLICY_MRSIGNER     (1U << 1)
#define SGX_KEYPOLICY_NOISVPRODID  (1U << 2)
#define SGX_KEYPOLICY_CONFIGID     (1U << 3)
#define SGX_KEYPOLICY_ISVFAMILYID  (1U << 4)
#define SGX_KEYPOLICY_ISVEXTPRODID (1U << 5)
#define SGX_KEYPOLICY_KSS          0x3cU /* the bits that need ATTRIBUTES.KSS */
#define SGX_KEYPOLICY_ALL          0x3fU

struct sgx_keyrequest {
	uint16_t key_name; /* enum sgx_key_name */
	uint16_t key_policy;
	uint16_t isv_svn;
	uint8_t cet_attributes_mask;
	uint8_t reserved1;
	uint8_t cpu_svn[16];
	struct sgx_attributes attribute_mask;
	uint8_t key_id[32];
	uint32_t misc_mask;
	uint16_t config_svn;
	uint8_t reserved2[434];
};
SGX_AT_(sgx_keyrequest, key_name, 0);
SGX_AT_(sgx_keyrequest, key_policy, 2);
SGX_AT_(sgx_keyrequest, isv_svn, 4);
SGX_AT_(sgx_keyrequest, cet_attributes_mask, 6);
SGX_AT_(sgx_keyrequest, reserved1, 7);
SGX_AT_(sgx_keyrequest, cpu_svn, 8);
SGX_AT_(sgx_keyrequest, attribute_mask, 24);
SGX_AT_(sgx_keyrequest, key_id, 40);
SGX_AT_(sgx_keyrequest, misc_mask, 72);
SGX_AT_(sgx_keyrequest, config_svn, 76);
SGX_AT_(sgx_keyrequest, reserved2, 78);
SGX_SIZE_(sgx_keyrequest, 512);

/* ---- SIGSTRUCT: big integers are little-endian --------------------------------------------- */
#define SGX_RSA_SIZE     384 /* 3072 bits */
#define SGX_RSA_EXPONENT 3

struct sgx_sigstruct {
	uint8_t header[16]; /* SGX_SIGSTRUCT_HEADER1 */
	uint32_t vendor;    /* 0, or SGX_VENDOR_INTEL */
	uint32_t date;      /* BCD yyyymmdd */
	uint8_t header2[16];
	uint32_t swdefined;
	uint8_t reserved1[84];
	uint8_t modulus[SGX_RSA_SIZE]; /* not signed, like exponent, signature, q1 and q2 */
	uint32_t exponent;
	uint8_t signature[SGX_RSA_SIZE];
	uint32_t miscselect;
	uint32_t misc_mask;
	uint8_t cet_attributes;
	uint8_t cet_attributes_mask;
	uint8_t reserved2[2];
	uint8_t isv_family_id[16];
	struct sgx_attributes attributes;
	struct sgx_attributes attribute_mask;
	uint8_t enclave_hash[SGX_HASH_SIZE];
	uint8_t reserved3[16];
	uint8_t isv_ext_prod_id[16];
	uint16_t isv_prod_id;
	uint16_t isv_svn;
	uint8_t reserved4[12];
	uint8_t q1[SGX_RSA_SIZE];
	uint8_t q2[SGX_RSA_SIZE];
};
SGX_AT_(sgx_sigstruct, header, 0);
SGX_AT_(sgx_sigstruct, vendor, 16);
SGX_AT_(sgx_sigstruct, date, 20);
SGX_AT_(sgx_sigstruct, header2, 24);
SGX_AT_(sgx_sigstruct, swdefined, 40);
SGX_AT_(sgx_sigstruct, reserved1, 44);
SGX_AT_(sgx_sigstruct, modulus, 128);
SGX_AT_(sgx_sigstruct, exponent, 512);
SGX_AT_(sgx_sigstruct, signature, 516);
SGX_AT_(sgx_sigstruct, miscselect, 900);
SGX_AT_(sgx_sigstruct, misc_mask, 904);
SGX_AT_(sgx_sigstruct, cet_attributes, 908);
SGX_AT_(sgx_sigstruct, cet_attributes_mask, 909);
SGX_AT_(sgx_sigstruct, reserved2, 910);
SGX_AT_(sgx_sigstruct, isv_family_id, 912);
SGX_AT_(sgx_sigstruct, attributes, 928);
SGX_AT_(sgx_sigstruct, attribute_mask, 944);
SGX_AT_(sgx_sigstruct, enclave_hash, 960);
SGX_AT_(sgx_sigstruct, reserved3, 992);
SGX_AT_(sgx_sigstruct, isv_ext_prod_id, 1008);
SGX_AT_(sgx_sigstruct, isv_prod_id, 1024);
SGX_AT_(sgx_sigstruct, isv_svn, 1026);
SGX_AT_(sgx_sigstruct, reserved4, 1028);
SGX_AT_(sgx_sigstruct, q1, 1040);
SGX_AT_(sgx_sigstruct, q2, 1424);
SGX_SIZE_(sgx_sigstruct, 1808);

/* The constants of HEADER and HEADER2, in memory order. */
#define SGX_SIGSTRUCT_HEADER1                                                                      \
	{                                                                                          \
		0x06, 0, 0, 0, 0xe1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0                               \
	}
#define SGX_SIGSTRUCT_HEADER2                                                                      \
	{                                                                                          \
		1, 1, 0, 0, 0x60, 0, 0, 0, 0x60, 0, 0, 0, 1, 0, 0, 0                               \
	}
#define SGX_VENDOR_INTEL 0x8086

/* ---- EINITTOKEN: all zero on processors with launch control -------------------------------- */
struct sgx_einittoken {
	uint32_t valid;
	uint8_t reserved1[44];
	struct sgx_attributes attributes;
	uint8_t mrenclave[SGX_HASH_SIZE];
	uint8_t reserved2[32];
	uint8_t mrsigner[SGX_HASH_SIZE];
	uint8_t reserved3[32];
	uint8_t cpu_svn_le[16];
	uint16_t isv_prod_id_le;
	uint16_t isv_svn_le;
	uint8_t reserved4[24];
	uint32_t masked_misc;
	struct sgx_attributes masked_attributes;
	uint8_t key_id[32];
	uint8_t mac[SGX_MAC_SIZE];
};
SGX_AT_(sgx_einittoken, valid, 0);
SGX_AT_(sgx_einittoken, attributes, 48);
SGX_AT_(sgx_einittoken, mrenclave, 64);
SGX_AT_(sgx_einittoken, mrsigner, 128);
SGX_AT_(sgx_einittoken, cpu_svn_le, 192);
SGX_AT_(sgx_einittoken, isv_prod_id_le, 208);
SGX_AT_(sgx_einittoken, isv_svn_le, 210);
SGX_AT_(sgx_einittoken, masked_misc, 236);
SGX_AT_(sgx_einittoken, masked_attributes, 240);
SGX_AT_(sgx_einittoken, key_id, 256);
SGX_AT_(sgx_einittoken, mac, 288);
SGX_SIZE_(sgx_einittoken, 304);

/* ---- Error codes in RAX ---------------------------------------------------------------------
 * X(name, code, meaning), one row per code of the SDM.
 */
#define SGX_ERRORS(X)                                                                              \
	X(SUCCESS, 0, "success")                                                                   \
	X(INVALID_SIG_STRUCT, 1, "SIGSTRUCT has a wrong constant or a set reserved field")         \
	X(INVALID_ATTRIBUTE, 2, "ATTRIBUTES, XFRM or MISCSELECT differ from the signed ones")      \
	X(BLSTATE, 3, "page is already blocked")                                                   \
	X(INVALID_MEASUREMENT, 4, "MRENCLAVE differs from the signed ENCLAVEHASH")                 \
	X(NOTBLOCKABLE, 5, "page type cannot be blocked")                                          \
	X(PG_INVLD, 6, "page is not valid")                                                        \
	X(EPC_PAGE_CONFLICT, 7, "another processor uses the page")                                 \
	X(INVALID_SIGNATURE, 8, "SIGSTRUCT signature is wrong")                                    \
	X(MAC_COMPARE_FAIL, 9, "MAC does not match")                                               \
	X(PAGE_NOT_BLOCKED, 10, "page is not blocked")                                             \
	X(NOT_TRACKED, 11, "ETRACK cycle has not completed")                                       \
	X(VA_SLOT_OCCUPIED, 12, "version array slot is occupied")                                  \
	X(CHILD_PRESENT, 13, "enclave still has pages")                                            \
	X(ENCLAVE_ACT, 14, "a processor is inside the enclave")                                    \
	X(ENTRYEPOCH_LOCKED, 15, "entry epoch is locked")                                          \
	X(INVALID_EINITTOKEN, 16, "EINITTOKEN is not valid")                                       \
	X(PREV_TRK_INCMPL, 17, "previous tracking cycle has not completed")                        \
	X(PG_IS_SECS, 18, "page is a SECS")                                                        \
	X(PAGE_ATTRIBUTES_MISMATCH, 19, "page differs from the SECINFO to accept")                 \
	X(PAGE_NOT_MODIFIABLE, 20, "page is pending or modified")                                  \
	X(PAGE_NOT_DEBUGGABLE, 21, "page cannot be debugged")                                      \
	X(INVALID_CPUSVN, 32, "requested CPUSVN is above the processor's")                         \
	X(INVALID_ISVSVN, 64, "requested ISVSVN is above the enclave's")                           \
	X(UNMASKED_EVENT, 128, "interrupted; try again")                                           \
	X(INVALID_KEYNAME, 256, "no such key")

#define SGX_ERROR_ROW_(name, code, meaning) SGX_##name = (code),
enum sgx_error { SGX_ERRORS(SGX_ERROR_ROW_) };
#undef SGX_ERROR_ROW_

/* ---- CPUID ----------------------------------------------------------------------------------- */
#define SGX_CPUID               0x12
#define SGX_CPUID_7_EBX_SGX     (1U << 2)
#define SGX_CPUID_7_ECX_SGX_LC  (1U << 30)
#define SGX_CPUID_EAX_SGX1      (1U << 0)
#define SGX_CPUID_EAX_SGX2      (1U << 1)
#define SGX_CPUID_EAX_EUPDATE   (1U << 10)
#define SGX_CPUID_EAX_EDECCSSA  (1U << 11)
#define SGX_CPUID_EPC_LEAF      2 /* first subleaf that describes an EPC section */
#define SGX_CPUID_EPC_TYPE_MASK 0xfU
#define SGX_CPUID_EPC_VALID     1U

#undef SGX_AT_
#undef SGX_SIZE_

#endif
