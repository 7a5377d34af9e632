/* SPDX-License-Identifier: Apache-2.0 */
/* Entries where none is due, and everything the host says at boot and on the ring. */
#include "world.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"
#include "hostile.h"

int vcpu_enter(int (*enter)(unsigned long, unsigned long, unsigned long, unsigned int,
		       unsigned long, unsigned long, struct sgx_enclave_run *),
	struct boot_block *boot, struct sgx_enclave_run *run);

static struct emu_test_hook hook;

static bool idle(uint64_t deadline)
{
	return world.last.leaf == SGX_EEXIT && world.last.reason == EXIT_IDLE &&
	       world.last.a0 == deadline;
}

void case_vcpu_before_boot(void)
{
	fresh();
	world.policy = leave_when_idle;
	for (int i = 0; i < 3; i++) {
		world_enter(1);
		REQUIRE(idle(0)); /* come back at once */
	}
	world_enter(0);
	REQUIRE(idle(UINT64_MAX));
	for (int i = 0; i < 3; i++) {
		world_enter(1);
		REQUIRE(idle(UINT64_MAX)); /* in the kernel's idle loop now */
	}
	world.policy = honest;
	world_serve();
	run_to_the_end();
}

void case_vcpu_beyond_count(void)
{
	fresh();
	world.policy = leave_when_idle;
	world_enter(0);
	REQUIRE(idle(UINT64_MAX));
	world_enter(2); /* the boot block said two vCPUs */
	REQUIRE(world_ended(125, DEAD_ENTRY));
}

void case_dead_stays_dead(void)
{
	fresh();
	run_to_the_end();
	for (unsigned vcpu = 0; vcpu < VCPU_MAX; vcpu++) {
		world_enter(vcpu);
		REQUIRE(world_ended(125, DEAD_ENTRY));
	}
}

/* A second thread enters the TCS that the first is in. */
static atomic_int turn;
static int refused;

static void *intruder(void *arg)
{
	struct sgx_enclave_run run = {.tcs = world.h.vcpu[0].tcs};

	REQUIRE(world.h.dev->thread_init() == 0);
	while (atomic_load(&turn) >= 0) {
		if (atomic_load(&turn) != 1)
			continue;
		REQUIRE(vcpu_enter(world.h.dev->enter, world.boot, &run) == 0);
		REQUIRE(run.function == SGX_EENTER && run.exception_vector == 13);
		refused++;
		atomic_store(&turn, 0);
	}
	world.h.dev->thread_exit();
	return NULL;
}

static enum emu_step let_intruder_try(void *arg, const ucontext_t *uc, uint64_t n)
{
	if (n % 100 != 0)
		return EMU_STEP_GO;
	atomic_store(&turn, 1);
	while (atomic_load(&turn) == 1)
		;
	return EMU_STEP_GO;
}

void case_busy_tcs(void)
{
	pthread_t t;

	fresh();
	REQUIRE(pthread_create(&t, NULL, intruder, NULL) == 0);
	hook.step = let_intruder_try;
	emu_test_set(&hook);
	run_to_the_end();
	atomic_store(&turn, -1);
	pthread_join(t, NULL);
	REQUIRE(refused > 10);
}

static int resume_first(struct world *w, const struct world_event *e)
{
	if (e->leaf == SGX_EEXIT && e->reason != EXIT_DEAD && e->reason != EXIT_RESUME)
		return SGX_ERESUME; /* CSSA = 0: the CPU refuses */
	if (e->leaf == SGX_ERESUME && e->vector == 13) {
		world_serve();
		return SGX_EENTER;
	}
	return honest(w, e);
}

void case_eresume_nothing(void)
{
	fresh();
	world.policy = resume_first;
	run_to_the_end();
}

static int wake_for_nothing(struct world *w, const struct world_event *e)
{
	static unsigned times;

	if (e->leaf == SGX_EEXIT && e->reason == EXIT_IDLE && ++times % 100 != 0)
		return SGX_EENTER;
	return honest(w, e);
}

void case_idle_wakes_for_nothing(void)
{
	fresh();
	world.policy = wake_for_nothing;
	run_to_the_end();
}

/* ---- a host that does anything ---- */

#define SEEDS        40
#define RANDOM_VCPUS 4
#define VISITS_MAX   1000000

static uint64_t seed;

static unsigned rnd(unsigned n) /* xorshift64 */
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed % n);
}

static enum emu_step random_step(void *arg, const ucontext_t *uc, uint64_t n)
{
	switch (rnd(40)) {
	case 0:
		return EMU_STEP_RESUME;
	case 1:
		return EMU_STEP_REENTER;
	case 2:
		hook.vector = (uint16_t)rnd(32);
		return EMU_STEP_REPORT;
	case 3:
		return EMU_STEP_STOP;
	default:
		return EMU_STEP_GO;
	}
}

/* Any leaf at any time, or leave this vCPU as it is and go to another. The CPU refuses some. */
static int random_policy(struct world *w, const struct world_event *e)
{
	if (e->leaf == SGX_EEXIT && e->reason == EXIT_DEAD)
		return 0;
	if (rnd(3) == 0)
		world_serve();
	switch (rnd(10)) {
	case 0:
		return 0;
	case 1:
	case 2:
		return SGX_ERESUME;
	case 3:
	case 4:
		return SGX_EENTER;
	default:
		return e->leaf == SGX_EENTER ? 0 : honest(w, e);
	}
}

static void random_run(uint64_t s)
{
	seed = s * 0x9e3779b97f4a7c15;
	fresh();
	world.boot->vcpus = RANDOM_VCPUS;
	world.policy = random_policy;
	hook.poison = true;
	hook.gpr_mask = 0xff7f;
	hook.rflags_set = seed & 0x44cd5; /* NT, AC, DF and arithmetic */
	hook.step = random_step;
	emu_test_set(&hook);
	for (unsigned visits = 0; visits < VISITS_MAX; visits++) {
		world_enter(rnd(3) == 0 ? rnd(RANDOM_VCPUS) : 0);
		if (world.last.leaf == SGX_EEXIT && world.last.reason == EXIT_DEAD)
			break;
	}
	REQUIRE(world_ended(T_GOOD, DEAD_EXIT));
	exit(0);
}

void case_random_host(void)
{
	for (uint64_t s = 1; s <= SEEDS; s++) {
		int status;
		pid_t pid = fork();

		if (pid == 0)
			random_run(s);
		REQUIRE(pid > 0 && waitpid(pid, &status, 0) == pid);
		if (status != 0)
			fprintf(stderr, "seed %lu\n", s);
		REQUIRE(status == 0);
	}
}

/* ---- boot ---- */

#define BOOT   (DEAD_BOOT | 1 << 8)       /* the boot block is refused as such ... */
#define CONFIG (DEAD_BOOT | 2 << 8)       /* ... or the configuration ... */
#define FAULT  (DEAD_EXCEPTION | 14 << 8) /* ... or what it names is not there */

/* With this change the first entry must end in exactly this refusal, before anything is used. */
static void refuses(void (*change)(unsigned), unsigned n, unsigned code)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		fresh();
		change(n);
		world_enter(0);
		exit(!world_ended(125, code & 0xff) || (world.last.a1 & 0xffff) != code ||
			world.logs != 0);
	}
	REQUIRE(pid > 0 && waitpid(pid, &status, 0) == pid);
	if (status != 0)
		fprintf(stderr, "variant %u was not refused\n", n);
	REQUIRE(status == 0);
}

static const uint64_t bad_addresses[] = {0, 8, KERNEL_BASE, ELRANGE_SIZE - 8,
	ELRANGE_SIZE - sizeof(struct boot_block) + 8, (uint64_t)-8, (uint64_t)-4096, 1ull << 47,
	(1ull << 47) - 8, 0x8000000000000000};
#define NADDRESSES ((unsigned)(sizeof bad_addresses / sizeof bad_addresses[0]))

static void change_address(unsigned n)
{
	world.boot_addr = n < NADDRESSES ? bad_addresses[n]
			  : n == NADDRESSES
				  ? (uint64_t)world.boot + 4
				  : ELRANGE_SIZE + 0x1000; /* outside, but nothing is there */
}

void case_boot_block_addresses(void)
{
	for (unsigned n = 0; n < NADDRESSES + 2; n++)
		refuses(change_address, n, n == NADDRESSES + 1 ? FAULT : BOOT);
}

static void change_field(unsigned n)
{
	struct boot_block *b = world.boot;
	const uint64_t size = ARENA_OFF + ARENA_SIZE;
	const struct {
		uint64_t *field, value;
	} bad[] = {
		{&b->magic, 0},
		{&b->vcpus, 0},
		{&b->vcpus, VCPU_MAX + 1},
		{&b->vcpus, UINT64_MAX},
		{&b->mem_limit, 0},
		{&b->mem_limit, ELRANGE_SIZE + 1},
		{&b->ncpuid, CPUID_LEAVES + 1},
		{&b->ncpuid, UINT64_MAX},
		{&b->shared, b->shared + 8},
		{&b->shared, 0},
		{&b->shared, KERNEL_BASE},
		{&b->shared, ELRANGE_SIZE - 4096},
		{&b->shared, (1ull << 47) - size + 4096},
		{&b->shared, (uint64_t)-4096},
		{&b->shared, -size},
		{&b->config, b->config + 4},
		{&b->config, KERNEL_BASE},
		{&b->config, ELRANGE_SIZE - 8},
		{&b->config, (uint64_t)-8},
		{&b->config, b->shared},
		{&b->config, b->shared + size - 8},
		{&b->config, b->shared - 8},
		{&b->config_len, 0},
		{&b->config_len, 12},
		{&b->config_len, CONFIG_MAX + 8},
		{&b->config_len, UINT64_MAX & ~7ull},
	};

	REQUIRE(n < sizeof bad / sizeof bad[0]);
	*bad[n].field = bad[n].value;
}

void case_boot_block_fields(void)
{
	for (unsigned n = 0; n < 26; n++)
		refuses(change_field, n, BOOT);
}

static void change_record(unsigned n)
{
	uint32_t *c = (uint32_t *)world.boot->config;

	switch (n) {
	case 0:
		c[1] = UINT32_MAX;
		break;
	case 1:
		c[1] = 24; /* past the end */
		break;
	case 2:
		c[3] = 1; /* padding */
		break;
	default:
		c[0] = CONF_END; /* with a body */
	}
}

void case_boot_config_records(void)
{
	for (unsigned n = 0; n < 4; n++)
		refuses(change_record, n, CONFIG);
}

/* The host changes its words at one instruction: what is checked must be what is used. */
#define FLIP_STRIDE 23
#define FLIP_UNUSED 3 /* exit status: the kernel ran before the flip came */

static uint64_t kernel_boot_at;

static enum emu_step flip(void *arg, const ucontext_t *uc, uint64_t n)
{
	const uint64_t *when = arg;

	if ((uint64_t)uc->uc_mcontext.gregs[REG_RIP] == kernel_boot_at)
		_exit(FLIP_UNUSED);
	if (n < *when)
		return EMU_STEP_GO;
	world.boot->shared = KERNEL_BASE;
	world.boot->config = KERNEL_BASE;
	world.boot->config_len = UINT64_MAX & ~7ull;
	return EMU_STEP_STOP;
}

void case_boot_block_flips(void)
{
	unsigned good = 0, refusals = 0;
	int status = 0;

	for (uint64_t when = 1; status == 0 || WEXITSTATUS(status) != FLIP_UNUSED;
		when += FLIP_STRIDE) {
		pid_t pid = fork();

		if (pid == 0) {
			fresh();
			kernel_boot_at = world_symbol("kernel_boot");
			hook.step = flip;
			hook.arg = &when;
			emu_test_set(&hook);
			world_enter(0);
			exit(world.last.a1 == BOOT ? 1 : world_ended(T_GOOD, DEAD_EXIT) ? 0 : 2);
		}
		REQUIRE(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
		REQUIRE(WEXITSTATUS(status) != 2);
		good += WEXITSTATUS(status) == 0;
		refusals += WEXITSTATUS(status) == 1;
	}
	REQUIRE(good > 3 && refusals > 3);
}

/* ---- the ring ---- */

static int lie_about_positions(struct world *w, const struct world_event *e)
{
	static const uint64_t lies[] = {1000, HC_SLOTS + 1, UINT64_MAX, 1ull << 63};
	static unsigned times;
	static uint64_t head, tail;

	if (e->leaf != SGX_EEXIT || e->reason != EXIT_IDLE || e->a0 != UINT64_MAX)
		return honest(w, e);
	if (times % 5 != 0) { /* the lie had no effect: it is idle again */
		w->shared->submit.head = head;
		w->shared->complete.tail = tail;
	}
	if (times++ % 5 == 4)
		return honest(w, e);
	head = w->shared->submit.head;
	tail = w->shared->complete.tail;
	w->shared->submit.head = head + lies[times % 4];
	w->shared->complete.tail = tail + lies[times % 4];
	return SGX_EENTER;
}

void case_ring_positions(void)
{
	fresh();
	world_loops(2);
	world.policy = lie_about_positions;
	run_to_the_end();
}
