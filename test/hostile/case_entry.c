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

/* ---- boot ---- */

/* Run fn in a process of its own; it must end as a refusal to boot. */
static void refuses(void (*change)(unsigned), unsigned n)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		fresh();
		change(n);
		world_enter(0);
		exit(world.last.leaf == SGX_EEXIT && world.last.reason == EXIT_DEAD &&
					world.last.a0 == 125 &&
					((world.last.a1 & 0xff) == DEAD_BOOT ||
						(world.last.a1 & 0xff) == DEAD_EXCEPTION)
				? 0
				: 1);
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
		refuses(change_address, n);
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
		refuses(change_field, n);
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
		refuses(change_record, n);
}

/* The host changes its words while they are read: what is checked must be what is used. */
static enum emu_step flip(void *arg, const ucontext_t *uc, uint64_t n)
{
	uint64_t *good = arg;

	world.boot->shared = n % 2 == 0 ? *good : KERNEL_BASE;
	world.boot->config_len = n % 3 == 0 ? UINT64_MAX & ~7ull : 24;
	return EMU_STEP_GO;
}

void case_boot_block_flips(void)
{
	uint64_t good;

	fresh();
	good = world.boot->shared;
	hook.step = flip;
	hook.arg = &good;
	emu_test_set(&hook);
	world_enter(0);
	if ((world.last.a1 & 0xff) == DEAD_BOOT)
		REQUIRE(world_ended(125, DEAD_BOOT));
	else
		REQUIRE(world_ended(T_GOOD, DEAD_EXIT));
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
