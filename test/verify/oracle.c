/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mutates accepted text, verifies the mutants, and executes those that are still accepted, one
 * instruction at a time, on the real CPU: T and D are mapped where they are in an enclave, gs and
 * fs bases set, registers random. Before each step an independent decoder (Zydis) computes every
 * address that the instruction will access; after it the registers are compared with what the
 * verifier's decoder says. A violation of doc/sfi.md's theorem or of a fact stops the run with the
 * text and the step.
 *
 *   oracle SEEDS [--mutants N] [--run N] [--seed N]    at most N mutants verified, N executed
 *
 * The same program under the sanitizers, as `mutate`, only verifies (--run 0).
 *
 * The SIGTRAP handler runs with the program's fs base: it must not use thread-local storage.
 */
#define _GNU_SOURCE
#include <Zydis/Zydis.h>
#include <immintrin.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>
#include "idiom.h"
#include "insn.h"
#include "sfi.h"

#define D         0x300000000000ull
#define TEXT      (SFI_TEXT_BASE + SFI_TEXT_MIN)
#define TEXT_ROOM 0x10000
#define HEAP      0x40000000u
#define HEAP_SIZE (32u << 20)
#define MAX_STEPS 150
#define MAX_UNITS 20000
#define GATE      0x7000dead0000ull /* where %fs:0x10 points: the run ends there */

static uint64_t rng = 88172645463325252ull;

static uint64_t rnd(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	return rng ^= rng << 17;
}

static struct {
	uint8_t *text; /* writable alias of TEXT */
	uint32_t size;
	uint8_t boundary[TEXT_ROOM];
	uint64_t fs_block[16];
	greg_t host[NGREG];
	uint64_t host_fs, host_gs;
	bool starting, running;
	uint64_t before[16]; /* registers before the last step, by number */
	struct insn last;
	bool have_last, rsp_pending;
	uint32_t steps;
	uint64_t total_steps, ended_by[65];
	const char *violation;
	uint64_t violation_rip;
	ZydisDecoder zydis;
} o;

static const int greg_of[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI,
	REG_RDI, REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};

static bool within(uint64_t at, uint64_t low, uint64_t high)
{
	return at >= low && at < high;
}

static bool in_window(uint64_t at)
{
	return within(at, D - SFI_GUARD, D + SFI_WINDOW_SIZE + SFI_GUARD - 512);
}

static void finish(ucontext_t *uc, const char *violation)
{
	if (violation) {
		o.violation = violation;
		o.violation_rip = (uint64_t)uc->uc_mcontext.gregs[REG_RIP];
	}
	memcpy(uc->uc_mcontext.gregs, o.host, sizeof o.host);
	o.running = false;
	_writefsbase_u64(o.host_fs);
	_writegsbase_u64(o.host_gs);
}

static uint64_t reg_value(const greg_t *g, ZydisRegister r)
{
	if (r == ZYDIS_REGISTER_NONE)
		return 0;
	if (ZydisRegisterGetClass(r) == ZYDIS_REGCLASS_GPR64)
		return (uint64_t)g[greg_of[r - ZYDIS_REGISTER_RAX]];
	if (ZydisRegisterGetClass(r) == ZYDIS_REGCLASS_GPR32)
		return (uint32_t)g[greg_of[r - ZYDIS_REGISTER_EAX]];
	return (uint64_t)g[REG_RIP];
}

/* The addresses that the instruction at rip will access. */
static const char *check_accesses(const greg_t *g)
{
	ZydisDecodedInstruction zi;
	ZydisDecodedOperand ops[ZYDIS_MAX_OPERAND_COUNT];
	const uint8_t *code = o.text + ((uint64_t)g[REG_RIP] - TEXT);
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&o.zydis, code, 15, &zi, ops)))
		return NULL; /* #UD */
	for (int i = 0; i < zi.operand_count; i++) {
		const ZydisDecodedOperand *op = &ops[i];
		if (op->type != ZYDIS_OPERAND_TYPE_MEMORY || op->actions == 0 ||
			op->mem.type == ZYDIS_MEMOP_TYPE_AGEN || zi.mnemonic == ZYDIS_MNEMONIC_NOP)
			continue;
		bool gs = op->mem.segment == ZYDIS_REGISTER_GS,
		     fs = op->mem.segment == ZYDIS_REGISTER_FS;
		if (op->mem.type == ZYDIS_MEMOP_TYPE_VSIB) {
			if (!gs || zi.address_width != 32)
				return "vector index without gs and 32-bit addresses";
			continue;
		}
		uint64_t ea = reg_value(g, op->mem.base) +
			      reg_value(g, op->mem.index) * (op->mem.index ? op->mem.scale : 0) +
			      (uint64_t)op->mem.disp.value;
		if (zi.mnemonic == ZYDIS_MNEMONIC_POP && op->mem.base == ZYDIS_REGISTER_RSP &&
			op->visibility == ZYDIS_OPERAND_VISIBILITY_EXPLICIT)
			ea += 8;
		if (zi.address_width == 32 && op->visibility == ZYDIS_OPERAND_VISIBILITY_EXPLICIT)
			ea = (uint32_t)ea;
		if (fs) {
			bool load = !(op->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE);
			if (load && (ea == 0 || ea == 0x28 || ea == 0x10))
				continue;
			return "fs access";
		}
		ea += gs ? D : 0;
		bool label_check = zi.mnemonic == ZYDIS_MNEMONIC_CMP &&
				   op->mem.base == ZYDIS_REGISTER_R11 &&
				   within(ea, SFI_TEXT_BASE, SFI_TEXT_BASE + SFI_WINDOW_SIZE);
		if (!in_window(ea) && !label_check)
			return "access outside the window";
	}
	return NULL;
}

/* What the last instruction did to the registers, against what the verifier's decoder says. */
static const char *check_effects(const greg_t *g)
{
	uint16_t may = o.last.writes;
	if (o.last.kind == K_PUSH || o.last.kind == K_POP || o.last.kind == K_CALL ||
		o.last.kind == K_INDIRECT)
		may |= BIT(R_SP);
	if (o.last.kind == K_STRING)
		may |= BIT(R_DI) | BIT(R_SI) | BIT(R_CX);
	for (int r = 0; r < 16; r++) {
		uint64_t now = (uint64_t)g[greg_of[r]];
		if (now != o.before[r] && !(may >> r & 1))
			return "a register changed that the verifier thinks unchanged";
		if (o.last.proves_zx >> r & 1 && now >> 32)
			return "a fact ZX is false";
		if (o.last.proves_sm >> r & 1 && now >> 29)
			return "a fact SM is false";
	}
	return NULL;
}

static const char *check_state(const greg_t *g)
{
	uint64_t rip = (uint64_t)g[REG_RIP], rsp = (uint64_t)g[REG_RSP];
	if (!within(rip, TEXT, TEXT + o.size))
		return "rip outside the text";
	if (!o.boundary[rip - TEXT])
		return "rip inside an instruction";
	if ((uint64_t)g[REG_R14] != D || _readgsbase_u64() != D)
		return "r14 or the gs base changed";
	if (_readfsbase_u64() != (uint64_t)o.fs_block)
		return "the fs base changed";
	bool inside = within(rsp, D - SFI_RSP_DRIFT, D + SFI_WINDOW_SIZE + SFI_RSP_DRIFT);
	bool between = rsp < SFI_WINDOW_SIZE && o.rsp_pending;
	return inside || between ? NULL : "rsp outside";
}

static void start(ucontext_t *uc)
{
	greg_t *g = uc->uc_mcontext.gregs;
	memcpy(o.host, g, sizeof o.host);
	o.host_fs = _readfsbase_u64();
	o.host_gs = _readgsbase_u64();
	for (int r = 0; r < 16; r++) {
		uint64_t v = rnd();
		if (v % 8)
			v = (v & ~0xffffffffull) | (HEAP + v % HEAP_SIZE);
		if (v % 5 == 0)
			v &= 0xffff;
		g[greg_of[r]] = (greg_t)v;
	}
	if (rnd() % 2) /* a label, with a random upper half */
		g[REG_R11] = (greg_t)((rnd() << 32) | SFI_TEXT_MIN);
	g[REG_R14] = (greg_t)D;
	g[REG_RSP] = (greg_t)(D + HEAP + HEAP_SIZE / 2 + rnd() % 4096 * 8);
	g[REG_RIP] = (greg_t)TEXT;
	g[REG_EFL] = 0x102 | (greg_t)(rnd() & 0x8d5); /* TF, and random arithmetic flags */
	o.starting = false;
	o.running = true;
	o.have_last = o.rsp_pending = false;
	o.steps = 0;
	_writefsbase_u64((uint64_t)o.fs_block);
	_writegsbase_u64(D);
}

static void step(ucontext_t *uc)
{
	greg_t *g = uc->uc_mcontext.gregs;
	const char *bad = o.have_last ? check_effects(g) : NULL;
	uint64_t rip = (uint64_t)g[REG_RIP];
	o.total_steps++;
	if (bad == NULL && rip == GATE) {
		finish(uc, NULL);
		return;
	}
	o.rsp_pending = o.have_last && o.last.writes & BIT(R_SP);
	if (bad == NULL)
		bad = check_state(g);
	if (bad == NULL)
		bad = check_accesses(g);
	if (bad || ++o.steps > MAX_STEPS) {
		finish(uc, bad);
		return;
	}
	enum verify_cause cause;
	insn_decode(&o.last, o.text + (rip - TEXT), o.size - (rip - TEXT), &cause);
	o.have_last = true;
	for (int r = 0; r < 16; r++)
		o.before[r] = (uint64_t)g[greg_of[r]];
}

static void on_signal(int sig, siginfo_t *si, void *context)
{
	ucontext_t *uc = context;
	if (o.starting) {
		start(uc);
		return;
	}
	if (!o.running) { /* the harness itself is at fault */
		signal(sig, SIG_DFL);
		return;
	}
	if (sig == SIGTRAP && si->si_code == TRAP_TRACE) {
		step(uc);
		return;
	}
	o.ended_by[sig]++;
	uint64_t at = (uint64_t)si->si_addr;
	bool gate = (uint64_t)uc->uc_mcontext.gregs[REG_RIP] == GATE;
	bool expected = sig != SIGSEGV || si->si_code == SI_KERNEL || in_window(at) || gate ||
			within(at, SFI_TEXT_BASE, SFI_TEXT_BASE + SFI_WINDOW_SIZE + SFI_EDGE);
	finish(uc, expected ? NULL : "a page fault outside the window");
}

static void run(void)
{
	uint32_t mxcsr = 0x1f80;
	o.starting = true;
	raise(SIGUSR1);
	__asm__ volatile("ldmxcsr %0; fninit" : : "m"(mxcsr));
}

static void *map(uint64_t at, uint64_t size, int prot, int flags, int fd)
{
	void *p = mmap((void *)at, size, prot, flags, fd, 0);
	if (p == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
	return p;
}

static void set_up(void)
{
	static const int sigs[] = {SIGUSR1, SIGTRAP, SIGSEGV, SIGILL, SIGFPE, SIGBUS};
	int none = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
	int fd = memfd_create("text", 0);
	if (fd < 0 || ftruncate(fd, TEXT_ROOM) < 0)
		exit(2);
	o.text = map(0, TEXT_ROOM, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	map(SFI_TEXT_BASE, SFI_WINDOW_SIZE + SFI_EDGE, PROT_NONE, none, -1);
	map(TEXT, TEXT_ROOM, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED, fd);
	map(D - SFI_GUARD, SFI_WINDOW_SIZE + 2 * SFI_GUARD, PROT_NONE, none, -1);
	int fixed = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
	map(D + SFI_EDGE, SFI_TEXT_MIN - SFI_EDGE, PROT_READ | PROT_WRITE, fixed, -1);
	map(D + SFI_DATA_MIN, SFI_DATA_MAX - SFI_DATA_MIN, PROT_READ | PROT_WRITE, fixed, -1);
	o.fs_block[0] = HEAP;
	o.fs_block[2] = GATE;
	o.fs_block[5] = 0x1122334455667788;
	ZydisDecoderInit(&o.zydis, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	static uint8_t stack[1 << 20] __attribute__((aligned(64)));
	stack_t alt = {.ss_sp = stack, .ss_size = sizeof stack};
	sigaltstack(&alt, NULL);
	struct sigaction sa = {
		.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
	for (size_t i = 0; i < sizeof sigs / sizeof *sigs; i++)
		sigaction(sigs[i], &sa, NULL);
}

/* Where instructions, and the parts of templates, begin; and the immediates, which are false
 * labels. */
static void find_boundaries(void)
{
	uint32_t length;
	memset(o.boundary, 0, o.size);
	for (uint32_t at = 0; at < o.size; at += length) {
		struct idiom_match m = idiom_at(o.text + at, o.size - at);
		if (m.idiom == I_INDIRECT || m.idiom == I_INDIRECT_ZX)
			o.boundary[at + idiom_label_offset(m.idiom)] = 1;
		o.boundary[at] = 1;
		length = (uint32_t)verify_insn_length(o.text + at, o.size - at);
		length += length == 0;
	}
}

static uint32_t units[MAX_UNITS], nunits;
static uint8_t seed_text[1 << 20];
static uint32_t seed_size;

static void load_seeds(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (f == NULL) {
		perror(path);
		exit(2);
	}
	seed_size = (uint32_t)fread(seed_text, 1, sizeof seed_text, f);
	fclose(f);
	for (uint32_t at = 0; at < seed_size && nunits < MAX_UNITS;) {
		struct idiom_match m = idiom_at(seed_text + at, seed_size - at);
		units[nunits++] = at;
		uint32_t length = (uint32_t)verify_insn_length(seed_text + at, seed_size - at);
		if (m.idiom == I_NONE && length == 0)
			exit(2);
		at += m.idiom == I_NONE ? length : m.length;
	}
}

static void compose(void)
{
	static const uint8_t label[] = {0xf3, 0x0f, 0x1e, 0xfa}, end[] = {0x0f, 0x0b};
	memcpy(o.text, label, 4);
	o.size = 4;
	for (uint64_t slices = 1 + rnd() % 4; slices; slices--) {
		uint32_t first = (uint32_t)(rnd() % (nunits - 8)), n = 1 + (uint32_t)(rnd() % 7);
		uint32_t length = units[first + n] - units[first];
		memcpy(o.text + o.size, seed_text + units[first], length);
		o.size += length;
	}
	memcpy(o.text + o.size, end, 2);
	o.size += 2;
}

static void mutate(void)
{
	for (uint64_t n = rnd() % 5; n && o.size > 8; n--) {
		uint32_t at = 4 + (uint32_t)(rnd() % (o.size - 5));
		switch (rnd() % 5) {
		case 0:
			o.text[at] ^= (uint8_t)(1u << rnd() % 8);
			break;
		case 1:
			o.text[at] = (uint8_t)rnd();
			break;
		case 2:
			memmove(o.text + at + 1, o.text + at, o.size - at);
			o.text[at] = (uint8_t)rnd();
			o.size++;
			break;
		case 3:
			memmove(o.text + at, o.text + at + 1, o.size - at - 1);
			o.size--;
			break;
		default:
			o.text[at] = seed_text[rnd() % seed_size];
			break;
		}
	}
}

static int fail(uint64_t n)
{
	printf("mutant %llu: %s at 0x%llx\ntext:", (unsigned long long)n, o.violation,
		(unsigned long long)(o.violation_rip - TEXT));
	for (uint32_t i = 0; i < o.size; i++)
		printf(" %02x", o.text[i]);
	puts("");
	return 1;
}

/* With --run 0 and the sanitizers, a read beyond the text is noticed. */
static uint8_t *exact_copy(void)
{
	uint8_t *p = malloc(o.size);
	memcpy(p, o.text, o.size);
	return p;
}

int main(int argc, char **argv)
{
	uint64_t mutants = 1000000, limit = UINT64_MAX, accepted = 0, executed = 0;
	static uint64_t scratch[TEXT_ROOM / 64 * 2 + 2];
	struct verify_report r;
	for (int i = 2; i + 1 < argc; i += 2) {
		uint64_t v = strtoull(argv[i + 1], NULL, 0);
		if (strcmp(argv[i], "--mutants") == 0)
			mutants = v;
		else if (strcmp(argv[i], "--run") == 0)
			limit = v;
		else if (strcmp(argv[i], "--seed") == 0)
			rng = v * 0x9e3779b97f4a7c15 + 1;
	}
	if (argc < 2)
		return 2;
	load_seeds(argv[1]);
	if (limit)
		set_up();
	else
		o.text = malloc(TEXT_ROOM);
	uint64_t n = 0;
	for (; n < mutants && (limit == 0 || executed < limit); n++) {
		compose();
		mutate();
		uint8_t *text = limit ? o.text : exact_copy();
		enum verify_cause cause = verify_text(text, o.size, 0, scratch, sizeof scratch, &r);
		if (text != o.text)
			free(text);
		if (cause != VERIFY_OK)
			continue;
		accepted++;
		if (limit == 0)
			continue;
		find_boundaries();
		executed++;
		run();
		if (o.violation)
			return fail(n);
		if (executed % 4096 == 0) { /* give back the pages that they touched */
			madvise((void *)(D + SFI_EDGE), SFI_TEXT_MIN - SFI_EDGE, MADV_DONTNEED);
			madvise((void *)(D + SFI_DATA_MIN), SFI_DATA_MAX - SFI_DATA_MIN,
				MADV_DONTNEED);
		}
	}
	printf("%llu mutants, %llu accepted, %llu executed, %llu steps, 0 violations; ends: %llu SIGSEGV, "
	       "%llu SIGILL, %llu SIGFPE\n",
		(unsigned long long)n, (unsigned long long)accepted, (unsigned long long)executed,
		(unsigned long long)o.total_steps, (unsigned long long)o.ended_by[SIGSEGV],
		(unsigned long long)o.ended_by[SIGILL], (unsigned long long)o.ended_by[SIGFPE]);
	return 0;
}
