/* SPDX-License-Identifier: Apache-2.0 */
/* See world.h. */
#include "world.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ENTRIES_MAX 100000000ull

struct world world;

/* exit_probe.S: rdi rsi rdx r8 .. r15, then the XSAVE area. */
struct {
	uint64_t gpr[16];
	_Alignas(64) uint8_t xsave[16384];
} exit_seen;

int exit_probe(
	long rdi, long rsi, long rdx, long rsp, long r8, long r9, struct sgx_enclave_run *run);
int world_on_exit(struct sgx_enclave_run *run);
int vcpu_enter(int (*enter)(unsigned long, unsigned long, unsigned long, unsigned int,
		       unsigned long, unsigned long, struct sgx_enclave_run *),
	struct boot_block *boot, struct sgx_enclave_run *run);

static const char *symbol_file;

static void *host_pages(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	REQUIRE(p != MAP_FAILED);
	return p;
}

void world_symbols(const char *symbols)
{
	symbol_file = symbols;
}

void world_open(const char *enclave_file, const char *symbols)
{
	uint8_t *config = host_pages(SGX_PAGE_SIZE);

	world_symbols(symbols);
	world.h.dev = &dev_emu;
	world.h.nvcpu = VCPU_MAX;
	REQUIRE(load_enclave(&world.h, enclave_file, false) == 0);
	REQUIRE(world.h.dev->thread_init() == 0);
	world.shared = host_pages(ARENA_OFF + ARENA_SIZE);
	world.boot = host_pages(SGX_PAGE_SIZE);
	*world.boot = (struct boot_block){
		.magic = BOOT_MAGIC,
		.shared = (uint64_t)world.shared,
		.config = (uint64_t)config,
		.config_len = 2 * sizeof(struct conf_record) + 8,
		.vcpus = 2,
		.mem_limit = 1 << 30,
	};
	world.boot_addr = (uint64_t)world.boot;
	world.policy = honest;
	world.entries_left = ENTRIES_MAX;
	world_loops(0);
}

void world_loops(unsigned n)
{
	uint32_t *c = (uint32_t *)world.boot->config;

	c[0] = CONF_UMASK;
	c[1] = 4;
	c[2] = n;
	c[3] = 0;
	c[4] = CONF_END;
	c[5] = 0;
}

/* Vector and x87 state as after FNINIT, VZEROALL: nothing of the enclave's. */
static void check_vectors(const uint8_t *x, uint64_t present)
{
	uint64_t bv;
	uint32_t mxcsr;

	memcpy(&bv, x + SGX_XSAVE_XSTATE_BV, 8);
	memcpy(&mxcsr, x + 24, 4);
	bv &= present;
	REQUIRE(mxcsr == 0x1f80);
	if (bv & SGX_XFRM_X87) {
		REQUIRE(x[0] == 0x7f && x[1] == 0x03);
		for (int i = 2; i < 5; i++)
			REQUIRE(x[i] == 0);
		for (int i = 32; i < 160; i++)
			REQUIRE(x[i] == 0);
	}
	if (bv & SGX_XFRM_SSE)
		for (int i = 160; i < 416; i++)
			REQUIRE(x[i] == 0);
	if (bv & SGX_XFRM_AVX)
		for (int i = 576; i < 832; i++)
			REQUIRE(x[i] == 0);
	if (bv & SGX_XFRM_AVX512)
		for (int i = 1088; i < 2688; i++)
			REQUIRE(x[i] == 0);
}

void world_check_eexit(const ucontext_t *uc)
{
	static const int zero[] = {
		REG_RCX, REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
	const greg_t *g = uc->uc_mcontext.gregs;
	uint64_t bv;

	for (size_t i = 0; i < sizeof zero / sizeof zero[0]; i++)
		REQUIRE(g[zero[i]] == 0);
	REQUIRE(g[REG_RAX] == SGX_EEXIT);
	REQUIRE((uint64_t)g[REG_RDI] >= EXIT_RESUME && (uint64_t)g[REG_RDI] <= EXIT_DEAD);
	REQUIRE((uint64_t)g[REG_RBX] >= ELRANGE_SIZE && (uint64_t)g[REG_RSP] >= ELRANGE_SIZE &&
		(uint64_t)g[REG_RBP] >= ELRANGE_SIZE);
	/* ZF PF and what is always there; AC may be the host's own on a refusal; TF is the
	 * stepper's */
	REQUIRE((g[REG_EFL] & 0xcd5) == 0x44);
	memcpy(&bv, (const uint8_t *)uc->uc_mcontext.fpregs + SGX_XSAVE_XSTATE_BV, 8);
	check_vectors((const uint8_t *)uc->uc_mcontext.fpregs, bv);
}

int world_on_exit(struct sgx_enclave_run *run)
{
	struct world_event e = {.leaf = run->function};

	if (e.leaf == SGX_EEXIT) {
		world.exits++;
		e.reason = exit_seen.gpr[0];
		e.a0 = exit_seen.gpr[1];
		e.a1 = exit_seen.gpr[2];
		for (int i = 3; i < 11; i++)
			REQUIRE(exit_seen.gpr[i] == 0);
		check_vectors(exit_seen.xsave, UINT64_MAX);
	} else {
		e.vector = run->exception_vector;
	}
	world.last = e;
	return world.policy(&world, &e);
}

void world_serve(void)
{
	struct shared_area *s = world.shared;

	while (s->submit.head != s->submit.tail) {
		struct hc_msg m = s->submit.slot[s->submit.head++ % HC_SLOTS];

		REQUIRE(m.op == HC_log && m.a[0] < ARENA_SIZE && m.a[1] < 100);
		REQUIRE(memcmp((char *)s + ARENA_OFF + m.a[0], "cloister enclave: ", 18) == 0);
		world.logs++;
		m.ret = 0;
		s->complete.slot[s->complete.tail++ % HC_SLOTS] = m;
	}
}

int honest(struct world *w, const struct world_event *e)
{
	REQUIRE(w->entries_left-- > 0);
	if (e->leaf == SGX_ERESUME)
		return SGX_EENTER;
	if (e->leaf == SGX_EENTER)
		return 0;
	switch ((enum exit_reason)e->reason) {
	case EXIT_RESUME:
		return SGX_ERESUME;
	case EXIT_IDLE:
	case EXIT_DOORBELL:
	case EXIT_KICK:
	case EXIT_YIELD:
		world_serve();
		return SGX_EENTER;
	case EXIT_DEAD:
		return 0;
	}
	REQUIRE(!"a known exit reason");
	return 0;
}

void world_enter(unsigned vcpu)
{
	world.run = (struct sgx_enclave_run){
		.tcs = world.h.vcpu[vcpu].tcs,
		.user_handler = (uint64_t)exit_probe,
	};
	REQUIRE(vcpu_enter(world.h.dev->enter, (struct boot_block *)world.boot_addr, &world.run) ==
		0);
}

bool world_ended(unsigned status, unsigned reason)
{
	const struct world_event *e = &world.last;

	if (e->leaf == SGX_EEXIT && e->reason == EXIT_DEAD && e->a0 == status &&
		(e->a1 & 0xff) == reason)
		return true;
	fprintf(stderr,
		"the enclave left by leaf %u, reason %lu, status %lu, code %#lx, vector %u\n",
		e->leaf, e->reason, e->a0, e->a1, e->vector);
	return false;
}

uint64_t world_symbol(const char *name)
{
	FILE *f = fopen(symbol_file, "re");
	char type, found[128];
	uint64_t addr;

	REQUIRE(f != NULL);
	while (fscanf(f, "%lx %c %127s", &addr, &type, found) == 3)
		if (strcmp(found, name) == 0) {
			fclose(f);
			return addr;
		}
	fprintf(stderr, "%s: no symbol %s\n", symbol_file, name);
	exit(1);
}
