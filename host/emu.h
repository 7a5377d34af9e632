/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SGX emulator's own header. Files, from the bottom up:
 *   emu_epcm.c    per-page EPCM in shared memory; no knowledge of mappings
 *   emu_map.c     the process's mappings of an enclave, and the effective protection of each page
 *   emu_encl.c    enclaves of this process, found by fd or address; their shared memory
 *   emu_ioctl.c emu_edmm.c emu_source.c   /dev/sgx_enclave's ioctls
 *   emu_enter.S emu_eenter.c EENTER, ERESUME: the vDSO function
 *   emu_signal.S emu_signal.c emu_trap.c   every signal; traps of enclave code
 *   emu_aex.c     the one way out of the enclave that saves state
 *   emu_enclu.c emu_key.c emu_cmac.c       the other ENCLU leaves
 *   emu_cpuid.c emu_thread.c dev_emu.c
 *
 * Everything reachable from a signal handler is async-signal-safe: memory is mapped beforehand or
 * with mmap, locks are spin locks taken with every signal blocked or in code that no handler
 * re-enters. Lock order: emu_encls_lock, then emu_shared.lock. Neither is held across a call out.
 *
 * An enclave's pages are a memfd with file offset = address - base; its EPCM is a second memfd, so
 * that forked processes share both. Deliberately not emulated: confidentiality, XCR0, EPC paging.
 */
#ifndef HOST_EMU_H
#define HOST_EMU_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

#include "emu_asm.h"
#include "sgx.h"
#include "sgx_uapi.h"

struct sgx_measure;

/* ---- EPCM --------------------------------------------------------------------------------- */
/* One u16 per page. Low bits are SECINFO's R, W, X, PENDING, MODIFIED, PR in SECINFO's places. */
#define EMU_RWX        0x0007
#define EMU_PENDING    0x0008
#define EMU_MODIFIED   0x0010
#define EMU_PR         0x0020
#define EMU_TYPE(t)    ((t) << 6) /* enum sgx_page_type, 3 bits */
#define EMU_TYPE_OF(e) (((e) >> 6) & 7)
#define EMU_MAX(rwx)   ((rwx) << 9) /* the driver's maximal protection of the page */
#define EMU_MAX_OF(e)  (((e) >> 9) & 7)
#define EMU_VALID      0x1000
#define EMU_COMPARED   (EMU_RWX | EMU_PENDING | EMU_MODIFIED | EMU_TYPE(7))

#define EMU_L1_PAGES 512       /* pages counted by one entry of l1 */
#define EMU_L2_PAGES (1 << 18) /* by one entry of l2 */

/* Shared by every process that has the enclave; at the start of its EPCM memfd. */
struct emu_shared {
	uint32_t lock;       /* pid of the holder; guards EPCM changes */
	uint32_t ioctl_busy; /* one ioctl at a time, as the driver */
	uint32_t created, initialised, provision;
	struct sgx_secs secs;
	uint8_t isv_family_id[16], isv_ext_prod_id[16];
	uint64_t pages; /* valid pages */
};

struct emu_vma {
	uint64_t start, end;
	int prot;
};

#define EMU_VMAS_MAX 65530 /* as vm.max_map_count */

struct emu_tcs {
	uint64_t va;   /* 0: slot unused */
	uint64_t ossa; /* what `ssa` was mapped for */
	uint32_t nssa;
	struct sgx_tcs *tcs; /* alias of the TCS page */
	uint8_t *ssa;        /* alias of all its SSA frames */
	struct emu_encl *encl;
};

#define EMU_TCS_MAX 1024

/* One enclave as this process sees it. */
struct emu_encl {
	struct emu_shared *sh;
	uint16_t *epcm;       /* shared, one per page */
	uint16_t *l1;         /* shared, valid pages per EMU_L1_PAGES */
	uint32_t *l2;         /* shared, valid pages per EMU_L2_PAGES */
	uint8_t *now;         /* private: protection the page has in this process, PROT_* */
	uint64_t base, size;  /* 0 before ECREATE */
	uint32_t xsave_bytes; /* of XFRM */
	int pkey;             /* of its memory, or -1 */
	int user_fd;          /* what open() returned; -1 once closed */
	int mem_fd;           /* the pages; our own */
	struct emu_vma *vmas; /* sorted, disjoint; nvmas of them */
	size_t nvmas;
	uint32_t map_lock;           /* guards vmas and now */
	struct sgx_measure *measure; /* between ECREATE and EINIT, in the creating process */
	uint64_t src_start, src_end; /* the last mapping pages were added from */
	uint32_t tcs_lock;
	struct emu_tcs tcs[EMU_TCS_MAX];
};

/* emu_epcm.c; entry points that change take sh->lock themselves unless named _locked */
void emu_lock(uint32_t *lock);
void emu_unlock(uint32_t *lock);
size_t emu_epcm_bytes(uint64_t enclave_size, size_t *l1_off, size_t *l2_off, size_t *epcm_off);
uint16_t emu_epcm_get(const struct emu_encl *e, uint64_t va);
void emu_epcm_set_locked(struct emu_encl *e, uint64_t va, uint16_t entry);
/* The first valid page in [va, end), or end. */
uint64_t emu_epcm_next(const struct emu_encl *e, uint64_t va, uint64_t end);
/* EAUG: RW, PENDING, zero. 0, or -EEXIST if the page is there already. */
int emu_epcm_eaug(struct emu_encl *e, uint64_t va);
/* May enclave code access the page as a REG page (rwx: SGX_SECINFO_R/W/X)? */
bool emu_epcm_allows(uint16_t entry, unsigned rwx);

/* emu_map.c */
int emu_map_add(struct emu_encl *e, uint64_t addr, uint64_t len, int prot, int flags);
int emu_map_protect(struct emu_encl *e, uint64_t addr, uint64_t len, int prot);
int emu_map_remove(struct emu_encl *e, uint64_t addr, uint64_t len);
/* After ECREATE told the base: give earlier mappings their file offset. */
int emu_map_rebase(struct emu_encl *e);
/* The protection of the mapping at va, or -1 if there is none. */
int emu_map_prot(struct emu_encl *e, uint64_t va);
/* Is anything of [start, end) mapped? */
bool emu_map_overlaps(struct emu_encl *e, uint64_t start, uint64_t end);
/* Give every page of [start, end) its effective protection. 0 or -errno. */
int emu_map_sync(struct emu_encl *e, uint64_t start, uint64_t end);
/* The rule: what enclave code may do to a page, PROT_*. */
int emu_map_effective(int vma_prot, uint16_t entry);
int emu_map_check_max(struct emu_encl *e, uint64_t start, uint64_t end, int prot);

/* emu_encl.c */
struct emu_encl *emu_encl_new(void);
struct emu_encl *emu_encl_by_fd(int fd);
struct emu_encl *emu_encl_at(uint64_t va);                      /* whose ELRANGE has va, or NULL */
struct emu_encl *emu_encl_mapping(uint64_t addr, uint64_t len); /* with a mapping in it, or NULL */
void emu_encl_after_fork(void);
int emu_encl_setup(struct emu_encl *e, const struct sgx_secs *secs);
void emu_encl_close_fd(struct emu_encl *e);
void emu_encl_release(struct emu_encl *e); /* free if neither fd nor mapping is left */
/* Enclave memory without regard to protections; between pages that exist. 0 or -errno. */
int emu_encl_read(struct emu_encl *e, uint64_t va, void *buf, size_t len);
int emu_encl_write(struct emu_encl *e, uint64_t va, const void *buf, size_t len);
/* Give the memory of pages back; they read as zero afterwards. */
int emu_encl_punch(struct emu_encl *e, uint64_t va, uint64_t len);
struct emu_tcs *emu_encl_tcs(struct emu_encl *e, uint64_t va);

/* emu_ioctl.c, emu_edmm.c */
int emu_ioctl(int fd, unsigned long cmd, void *arg);
int emu_ioc_restrict(struct emu_encl *e, struct sgx_enclave_restrict_permissions *a);
int emu_ioc_modify(struct emu_encl *e, struct sgx_enclave_modify_types *a);
int emu_ioc_remove(struct emu_encl *e, struct sgx_enclave_remove_pages *a);

/* emu_source.c: may pages be added from this memory? 0, -EACCES, -EFAULT */
int emu_source_check(struct emu_encl *e, uint64_t src, uint64_t len);

/* ---- threads -------------------------------------------------------------------------------- */
struct emu_frame {
	uint64_t rip, cs, rflags, rsp, ss; /* iretq */
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t fsbase, gsbase;
	uint64_t xrstor;
	uint64_t vector, error, addr; /* of a failed EENTER or ERESUME */
	uint64_t hostfs, hostgs;
	struct emu_tcs *cur;
	uint64_t pkey; /* 1 + the key to open in PKRU; 0: none */
};

/* Lies at the start of a thread area; `frame` and `xsave` are at the offsets of emu_asm.h. */
struct emu_thread {
	_Alignas(64) uint8_t xsave[EMU_XSAVE_SIZE];
	struct emu_tcs *cur; /* the TCS this thread is in, or NULL */
	uint64_t tf;         /* RFLAGS.TF at EENTER */
	stack_t old_altstack;
	uint64_t sud_base, sud_size; /* the range Syscall User Dispatch covers; size 0: off */
	bool stepping;               /* emu_test.h */
	_Alignas(64) uint8_t scratch[SGX_PAGE_SIZE]; /* of the trap handler */
	/* The private stack of emu_enter.S ends where `frame` starts. */
	_Alignas(2048) uint8_t stack[0x2000];
	struct emu_frame frame;
};

struct emu_fsgs {
	uint64_t fs, gs; /* loaded by emu_signal.S when the handler returns */
};

extern __thread struct emu_thread *emu_self __attribute__((tls_model("initial-exec")));

int emu_init(void);
void emu_announce(void); /* one loud line on stderr */
int emu_thread_init(void);
void emu_thread_exit(void);
void emu_thread_trap_syscalls(struct emu_thread *t, uint64_t base, uint64_t size);

/* emu_enter.S */
int emu_enter(unsigned long rdi, unsigned long rsi, unsigned long rdx, unsigned int function,
	unsigned long r8, unsigned long r9, struct sgx_enclave_run *run);
extern const char emu_aep[], emu_exit_point[], emu_fault_point[], emu_window_end[];

/* emu_eenter.c: the frame is loaded if 0 is returned, else the fault in it is reported. */
int emu_enclu_enter(struct emu_thread *t);

/* emu_signal.S, emu_signal.c */
void emu_signal_entry(int sig, siginfo_t *si, void *uc);
void emu_signal(int sig, siginfo_t *si, ucontext_t *uc, struct emu_thread *t, struct emu_fsgs *fg);
int emu_signals_init(void);
int emu_sigaction(int sig, const struct sigaction *act, struct sigaction *old);

/* emu_trap.c: a trap or interrupt of enclave code */
struct emu_ctx {
	struct emu_thread *t;
	struct emu_encl *e;
	ucontext_t *uc;
	greg_t *g;
	struct emu_fsgs *fg;
};
/* True: handled. False: an asynchronous signal; AEX has been done, call the host's handler. */
bool emu_trap(struct emu_ctx *c, int sig, siginfo_t *si);
extern uint32_t emu_pid; /* getpid() without the call; right in a fork()ed child too */
_Noreturn void emu_fatal(const char *what, uint64_t a, uint64_t b);

/* emu_aex.c */
#define EMU_VECTOR_NONE (-1)
void emu_aex(struct emu_ctx *c, int vector, uint32_t error, uint64_t addr);
/* AEX, then back through the vDSO's exception path. */
void emu_raise(struct emu_ctx *c, int vector, uint32_t error, uint64_t addr);
/* Load and check frame CSSA-1 into t: 0 or a vector. */
int emu_unwind(struct emu_thread *t, struct emu_tcs *tcs);
uint8_t *emu_ssa_frame(struct emu_tcs *tcs, uint32_t n);

/* emu_enclu.c: the instruction at RIP is ENCLU */
void emu_enclu(struct emu_ctx *c, unsigned insn_len);

/* emu_key.c; emu_report is false, emu_getkey -1 for #GP, else an SGX error code */
int emu_key_init(void);
bool emu_report(const struct emu_encl *e, const struct sgx_targetinfo *ti,
	const struct sgx_reportdata *rd, struct sgx_report *out);
int emu_getkey(const struct emu_encl *e, const struct sgx_keyrequest *kr, uint8_t key[16]);
/* emu_cmac.c: AES-128-CMAC (RFC 4493) with AES-NI; async-signal-safe */
void emu_cmac(const uint8_t key[16], const void *msg, size_t len, uint8_t mac[16]);

/* emu_pkey.c: -1 for "no key" everywhere */
void emu_pkey_init(void);
int emu_pkey_for(int key, uint64_t xfrm);
uint32_t emu_pkru_open(uint32_t pkru, int key);
uint32_t emu_pkru_close(uint32_t pkru, int key);
int emu_pkey_of(const struct emu_encl *e);
int emu_pkey_mprotect(int key, uint64_t addr, uint64_t len, int prot);
void emu_pkey_close_frame(int key, uint8_t *fp);

/* emu_cpuid.c */
struct emu_caps {
	uint64_t xcr0;       /* what the host enables */
	uint32_t xsave_size; /* of xcr0, standard format */
	uint32_t xsave_off[64], xsave_len[64];
	bool cpuid_fault;   /* the CPU can trap CPUID */
	uint64_t epc_bytes; /* what CPUID reports */
};
extern struct emu_caps emu_caps;
int emu_cpuid_init(void);
bool emu_cpuid_emulate(greg_t *g); /* host code executed CPUID */
/* Trap CPUID of the calling thread. -ENODEV: the CPU cannot. */
int emu_cpuid_trap(bool on);
uint32_t emu_xsave_bytes(uint64_t xfrm);
#define EMU_ATTR_LEGAL                                                                             \
	(SGX_ATTR_DEBUG | SGX_ATTR_MODE64BIT | SGX_ATTR_PROVISIONKEY | SGX_ATTR_EINITTOKENKEY |    \
		SGX_ATTR_KSS)
#define EMU_ATTR_ALLOWED (SGX_ATTR_DEBUG | SGX_ATTR_MODE64BIT | SGX_ATTR_KSS) /* the driver's */
#define EMU_XFRM_LEGAL                                                                             \
	(SGX_XFRM_LEGACY | SGX_XFRM_AVX | SGX_XFRM_AVX512 | SGX_XFRM_PKRU | SGX_XFRM_AMX)
#define EMU_SIZE_LOG2_MAX 47

#endif
