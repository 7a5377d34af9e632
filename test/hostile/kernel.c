/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest kernel that uses all of plat.h's entry, exit and exception machinery. It runs the
 * programs of user.S, answers their calls and skips their faults, and ends the enclave with their
 * verdict. Anything it finds wrong itself ends the enclave with a status above 200.
 */
#include "enclave.h"
#include "hostile.h"
#include "kernel.h"
#include "layout.h"
#include "mem.h"
#include "plat.h"
#include "report.h"
#include "sipblock.h"

#define BAD_ENTRY_STATE 201 /* the host's flags or control words got in */
#define BAD_COMMIT      202
#define BAD_RING        203
#define BAD_TRAP        204
#define BAD_CALL        205
#define BAD_LOOP        206 /* a program faults without end */

#define BAD_KEYS 207 /* EREPORT or EGETKEY do not do what they should */

#define FAULTS_MAX 1000

#define UD 6
#define GP 13
#define PF 14
#define AC 17

#define KSTACK(n) (KSTACK_BASE + (n)*KSTACK_STRIDE + KSTACK_SIZE)

struct thread {
	uint64_t rsp;
};

extern uint8_t user_begin[], user_end[], user_gate[], sip_begin[], sip_fail[];
void plain_syscall_entry(void);

static struct thread main_thread, other_thread;
static struct sip_block sip;
static uint64_t ticks, loops;
static _Alignas(64) uint8_t vector_state[4096];

static _Noreturn void bad(unsigned status)
{
	plat_die(status, DEAD_PANIC);
}

static void must_commit(uint64_t va, size_t n)
{
	size_t done;

	if (plat_pages_commit(va, n, &done) != 0 || done != n)
		bad(BAD_COMMIT);
}

/* What entry.S promises about the state it starts C with. */
static void check_entry_state(void)
{
	uint64_t flags;
	uint32_t mxcsr;
	uint16_t fcw, fsw;

	__asm__ volatile("pushfq; popq %0" : "=r"(flags));
	__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
	__asm__ volatile("fnstcw %0; fnstsw %1" : "=m"(fcw), "=m"(fsw));
	if ((flags & 0x244400) != 0 || mxcsr != 0x1fbf || fcw != 0x37f || fsw != 0)
		bad(BAD_ENTRY_STATE);
}

/* One request and its completion, leaving the enclave while it waits. */
static int64_t call_host(uint64_t op, uint64_t a0, uint64_t a1)
{
	static uint64_t token = 0x1000;
	struct hc_msg m = {.token = ++token, .op = op, .a = {a0, a1}}, r;

	if (plat_ring_send(&m) != 0)
		bad(BAD_RING);
	plat_xsave(vector_state);
	while (!plat_ring_recv(&r)) {
		plat_idle(UINT64_MAX);
		check_entry_state();
	}
	plat_xrstor(vector_state);
	return r.token == token && r.op == op ? r.ret : -1;
}

static void log_line(const char *text)
{
	char back[64];
	size_t len = strlen(text);

	plat_arena_write(3, text, len);
	plat_arena_read(back, 3, len);
	if (memcmp(back, text, len) != 0 || call_host(HC_log, 3, len) != 0)
		bad(BAD_RING);
}

static void other(void *arg)
{
	for (;;) {
		if (arg != &sip || plat_vcpu() != 0)
			bad(BAD_CALL);
		plat_switch(&other_thread.rsp, main_thread.rsp);
	}
}

static void copy_program(uint64_t va, uint64_t gate)
{
	size_t len = (size_t)(user_end - user_begin), n = (len + PAGE_SIZE - 1) >> PAGE_SHIFT;

	must_commit(va, n);
	memcpy((void *)va, user_begin, len);
	memcpy((void *)(va + (uint64_t)(user_gate - user_begin)), &gate, sizeof gate);
	plat_pages_extend(va, n, PLAT_R | PLAT_W | PLAT_X);
}

static void run_sip(struct uregs *u)
{
	sip.gate = (uint64_t)sip_syscall_entry;
	sip.kstack_top = KSTACK(0) + KSTACK_SIZE;
	plat_set_sip(&sip, S_WINDOW);
	u->rip = TEXT_BASE + S_OFFSET + (uint64_t)(sip_begin - user_begin);
	u->rsp = S_WINDOW + S_DATA + 0x800;
	u->full = 1;
}

static uint64_t flags_clean(void)
{
	uint64_t flags;

	__asm__ volatile("pushfq; popq %0" : "=r"(flags));
	return (flags & 0x40400) == 0;
}

static void count_loops(void)
{
	size_t len;
	const uint8_t *p = plat_config(&len);
	struct conf_record r;

	memcpy(&r, p, sizeof r);
	loops = r.kind == CONF_UMASK && r.len == 4 ? p[sizeof r] : 0;
}

/* Keys are stable, differ by name and KEYID, and a wrong request is an error; data reach the
 * report. */
static void check_keys(void)
{
	static const struct sgx_targetinfo nobody;
	struct sgx_report r;
	struct sgx_keyrequest q = {.key_name = SGX_KEY_SEAL, .key_policy = SGX_KEYPOLICY_MRENCLAVE};
	uint8_t data[SGX_REPORT_DATA_SIZE + 1], a[SGX_KEY_SIZE], b[SGX_KEY_SIZE], c[SGX_KEY_SIZE];
	uint64_t err;

	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i ^ 0x5a);
	report_make(&nobody, data + 1, &r); /* not aligned */
	memcpy(q.cpu_svn, r.cpu_svn, sizeof q.cpu_svn);
	if (memcmp(r.report_data, data + 1, SGX_REPORT_DATA_SIZE) != 0 ||
		r.attributes.xfrm != plat_xfrm() || report_key(&q, a, &err) != 0 ||
		report_key(&q, b, &err) != 0 || memcmp(a, b, sizeof a) != 0)
		bad(BAD_KEYS);
	q.key_id[0] = 1;
	if (report_key(&q, c, &err) != 0 || memcmp(a, c, sizeof a) == 0)
		bad(BAD_KEYS);
	q.isv_svn = 0xffff; /* from the future */
	if (report_key(&q, c, &err) >= 0 || err != SGX_INVALID_ISVSVN)
		bad(BAD_KEYS);
}

_Noreturn void kernel_boot(void)
{
	struct uregs *u = (struct uregs *)(KSTACK(0) + KSTACK_SIZE - UREGS_SIZE);

	check_entry_state();
	count_loops();
	check_keys();
	must_commit(KSTACK(0), KSTACK_SIZE >> PAGE_SHIFT);
	must_commit(KSTACK(1), KSTACK_SIZE >> PAGE_SHIFT);
	must_commit(U_STACK, 1);
	must_commit(S_WINDOW + S_DATA, 1);
	copy_program(U_TEXT, (uint64_t)plain_syscall_entry);
	copy_program(
		TEXT_BASE + S_OFFSET, TEXT_BASE + S_OFFSET + (uint64_t)(sip_fail - user_begin));
	log_line("cloister enclave: booted");
	other_thread.rsp = plat_ctx_new((void *)(KSTACK(1) + KSTACK_SIZE), other, &sip);
	*u = (struct uregs){.rip = U_TEXT, .rsp = U_STACK + PAGE_SIZE - 256, .full = 1};
	plat_set_thread(&main_thread, KSTACK(0) + KSTACK_SIZE);
	plat_xinit();
	plat_user_resume(u);
}

_Noreturn void kernel_vcpu_main(unsigned vcpu)
{
	check_entry_state();
	for (;;) {
		if (plat_vcpu() != vcpu)
			bad(BAD_CALL);
		plat_idle(UINT64_MAX);
		check_entry_state();
	}
}

void kernel_syscall(struct uregs *u)
{
	switch (u->orig_rax) {
	case T_NOP:
		u->rax = u->rdi + u->rsi + u->rdx + u->r10 + u->r8 + u->r9;
		break;
	case T_DOORBELL:
		plat_doorbell();
		break;
	case T_KICK:
		plat_kick(1);
		break;
	case T_IDLE:
		plat_xsave(vector_state);
		plat_idle(0);
		check_entry_state();
		plat_xrstor(vector_state);
		break;
	case T_EXIT:
		plat_die((unsigned)u->rdi, DEAD_EXIT);
	case T_BADRIP:
		u->rip = 0x8000000000000000;
		u->full = 1;
		break;
	case T_FLAGS:
		u->rax = flags_clean();
		break;
	case T_SWITCH:
		plat_switch(&main_thread.rsp, other_thread.rsp);
		break;
	case T_LOG:
		log_line("cloister enclave: still here");
		break;
	case T_SIP:
		run_sip(u);
		break;
	case T_LOOP:
		u->rax = loops > 0 ? loops-- : 0;
		break;
	default:
		bad(BAD_CALL);
	}
}

static void illegal(struct uregs *u)
{
	const uint8_t *p = (const uint8_t *)u->rip;

	if (p[0] != 0x0f || p[1] != 0x05) {
		u->rip += 2;
		u->rflags |= 0x4100; /* NT, TF: as a forged signal frame would; never to arrive */
		return;
	}
	u->rip += 2;
	u->rcx = u->rip;
	u->r11 = u->rflags;
	u->orig_rax = u->rax;
	kernel_syscall(u);
	u->orig_rax = UINT64_MAX;
}

/* Where the program said, in RBX, that it wants to learn of the fault. */
static void tell(struct uregs *u, const struct trap *t)
{
	u->rip = u->rbx;
	u->rax = t->vector;
}

void kernel_trap(struct uregs *u, const struct trap *t)
{
	static bool lazy_done;
	static unsigned faults;

	if (!flags_clean() || u->full == 0 || u->orig_rax != UINT64_MAX)
		bad(BAD_TRAP);
	if (t->vector != TRAP_TICK && ++faults > FAULTS_MAX)
		bad(BAD_LOOP);
	if (t->vector == TRAP_TICK) {
		ticks++;
	} else if (t->vector == PF && t->addr == U_LAZY && !lazy_done) {
		lazy_done = true;
		must_commit(U_LAZY, 1);
	} else if (t->vector == AC) {
		u->rflags &= ~0x40000ull;
	} else if (t->vector == PF || t->vector == GP || u->rip == TEXT_BASE) {
		tell(u, t);
	} else if (t->vector == UD) {
		illegal(u);
	} else {
		u->rip += 2;
	}
}

void kernel_tick_pending(unsigned vcpu)
{
	if (vcpu >= VCPU_MAX)
		bad(BAD_TRAP);
	__atomic_add_fetch(&ticks, 1, __ATOMIC_RELAXED);
}
