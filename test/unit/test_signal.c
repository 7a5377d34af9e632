/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals: queues and their order, what becomes of an interrupted call, the frame byte for byte,
 * and rt_sigreturn of anything a program may hand back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "fake.h"
#include "host.h"
#include "kernel.h"
#include "kmem.h"
#include "layout.h"
#include "linux_errno.h"
#include "mem.h"
#include "plat.h"
#include "signal.h"
#include "sip.h"
#include "task.h"

#define XSAVE_SIZE 832u /* x87, SSE, AVX */
#define XFRM       7u
#define MXCSR_MASK 0xffffu
#define HANDLER    0x400100u
#define RESTORER   0x400200u

static struct proc process;
static struct tproc tp;
static struct sigstate dispositions;
static uint8_t user_stack[16384] __attribute__((aligned(64)));
static uint8_t alt_stack[8192] __attribute__((aligned(64)));
static uint8_t live[XSAVE_SIZE], xstate[1024];
static int begun_status;
static unsigned restores;
struct list proc_list = {&proc_list, &proc_list};

/* ---- the rest of the kernel ---- */

size_t plat_xsave_size(void)
{
	return XSAVE_SIZE;
}

uint64_t plat_xfrm(void)
{
	return XFRM;
}

void plat_xsave(void *area)
{
	const uint32_t mask = MXCSR_MASK;

	assert_int_equal((uint64_t)area % 64, 0);
	memcpy(area, live, XSAVE_SIZE);
	memcpy((uint8_t *)area + 28, &mask, 4);
}

/* XRSTOR faults in the kernel for any of these: SDM vol. 1, 13.8.1. */
void plat_xrstor(const void *area)
{
	const uint8_t *a = area;
	uint64_t bv, comp;
	uint32_t mxcsr;

	assert_int_equal((uint64_t)area % 64, 0);
	memcpy(&bv, a + 512, 8);
	memcpy(&comp, a + 520, 8);
	memcpy(&mxcsr, a + 24, 4);
	assert_int_equal(bv & ~(uint64_t)XFRM, 0);
	assert_int_equal(comp, 0);
	for (unsigned i = 528; i < 576; i++)
		assert_int_equal(a[i], 0);
	assert_int_equal(mxcsr & ~MXCSR_MASK, 0);
	memcpy(live, area, XSAVE_SIZE);
	restores++;
}

void plat_xinit(void)
{
	memset(live, 0, sizeof live);
}

void thread_interrupt(struct thread *t)
{
	t->woken = true;
}

void proc_begin_exit(struct proc *p, int status)
{
	(void)p;
	begun_status = status;
}

void proc_notify_parent(struct proc *p, int code)
{
	(void)p;
	(void)code;
}

void task_exit(int status)
{
	_exit(status); /* of the child that deliver_in_child made */
}

void task_exit_group(int status)
{
	task_exit(status);
}

bool sip_is_label(uint32_t off)
{
	(void)off;
	return true;
}

bool sip_at_int3(uint32_t off)
{
	(void)off;
	return false;
}

bool sip_after_gate(uint32_t off)
{
	(void)off;
	return true;
}

/* ---- */

static int setup(void **state)
{
	(void)state;
	fake_reset();
	memset(&process, 0, sizeof process);
	memset(&tp, 0, sizeof tp);
	memset(&dispositions, 0, sizeof dispositions);
	memset(live, 0x5a, sizeof live);
	memset(live + 512, 0, 64);
	live[24] = 0x80;
	live[25] = 0x1f;
	live[26] = live[27] = 0;
	process.sig = &dispositions;
	process.pid = 5;
	list_init(&process.threads);
	waitq_init(&process.signalfd_wait);
	waitq_init(&process.cont_wait);
	sigpend_init(&process.pending);
	sigpend_init(&tp.pending);
	tp.altstack.flags = SS_DISABLE;
	tp.thread = thread_self();
	thread_self()->proc = &process;
	thread_self()->tp = &tp;
	thread_self()->tid = 5;
	thread_self()->xstate = (void *)(((uint64_t)xstate + 63) & ~63ull);
	list_push_back(&process.threads, &thread_self()->proc_link);
	process.nthreads = 1;
	begun_status = -1;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	plat_doorbell(); /* log lines under way */
	hostcall_poll();
	sigpend_flush(&process.pending, ~0ull);
	sigpend_flush(&tp.pending, ~0ull);
	assert_int_equal(kmem_in_use(), 0);
	return 0;
}

static void handle(int sig, uint64_t flags)
{
	dispositions.act[sig - 1] = (struct linux_sigaction){
		.handler = HANDLER, .flags = flags | SA_RESTORER, .restorer = RESTORER};
}

static struct uregs registers(void)
{
	struct uregs u;
	uint64_t *w = (uint64_t *)&u;

	for (unsigned i = 0; i < sizeof u / 8; i++)
		w[i] = 0x1010101010101010u + i;
	u.rip = 0x401000;
	u.rsp = (uint64_t)user_stack + sizeof user_stack - 256;
	u.rflags = 0x246;
	u.orig_rax = UINT64_MAX;
	u.full = 0;
	return u;
}

int waitpid(int pid, int *status, int options); /* sys/wait.h and linux_proc.h exclude each other */

/* Delivery that ends the program: its status. */
static int deliver_in_child(struct uregs *u)
{
	int status, pid = fork();

	if (pid == 0) {
		signal_deliver(u);
		_exit(200);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status >> 8;
}

/* ---- queues ---- */

static void send_value(int sig, uint64_t value)
{
	struct linux_siginfo si;

	siginfo_kernel(&si, sig, SI_QUEUE);
	si.u.rt.value = value;
	assert_int_equal(signal_send_info(&process, &si), 0);
}

static void test_order(void **state)
{
	static const struct {
		int sig;
		uint64_t value;
	} expect[] = {{SIGSEGV, 0}, {SIGHUP, 0}, {SIGUSR1, 1}, {34, 1}, {34, 2}, {40, 3}};
	struct linux_siginfo si;

	(void)state;
	tp.blocked = ~0ull;
	send_value(40, 3);
	send_value(34, 1);
	send_value(34, 2);
	send_value(SIGUSR1, 1);
	send_value(SIGUSR1, 2); /* standard signals are pending once */
	send_value(SIGHUP, 0);
	send_value(SIGSEGV, 0);
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(signal_dequeue(thread_self(), ~0ull, &si), expect[i].sig);
		assert_int_equal(si.u.rt.value, expect[i].value);
	}
	assert_int_equal(signal_dequeue(thread_self(), ~0ull, &si), 0);
}

static void test_ignored_and_blocked(void **state)
{
	(void)state;
	signal_send_proc(&process, SIGCHLD, SI_USER); /* ignored by default: gone */
	assert_false(signal_pending(thread_self()));
	assert_int_equal(process.pending.set, 0);
	tp.blocked = SIGMASK(SIGCHLD);
	signal_send_proc(&process, SIGCHLD, SI_USER); /* blocked: kept, it may get a handler */
	assert_false(signal_pending(thread_self()));
	assert_int_equal(process.pending.set, SIGMASK(SIGCHLD));
	signal_set_mask(thread_self(), ~0ull);
	assert_int_equal(tp.blocked & SIG_UNBLOCKABLE, 0);
}

static void test_stop_and_continue_cancel(void **state)
{
	(void)state;
	tp.blocked = ~0ull;
	signal_send_proc(&process, SIGTSTP, SI_USER);
	signal_send_thread(thread_self(), SIGTTIN, SI_USER);
	signal_send_proc(&process, SIGCONT, SI_USER);
	assert_int_equal(process.pending.set, SIGMASK(SIGCONT));
	assert_int_equal(tp.pending.set, 0);
	signal_send_proc(&process, SIGSTOP, SI_USER);
	assert_int_equal(process.pending.set, SIGMASK(SIGSTOP));
	process.state = P_STOPPED;
	signal_send_proc(&process, SIGKILL, SI_USER);
	assert_int_equal(begun_status, SIGKILL);
	assert_int_equal(process.state, P_RUN);
}

static void test_queue_limits(void **state)
{
	struct linux_siginfo si;
	int r = 0, n = 0;

	(void)state;
	tp.blocked = ~0ull;
	siginfo_kernel(&si, 40, SI_QUEUE);
	while (r == 0 && n < 100000)
		r = signal_send_info(&process, &si), n++;
	assert_int_equal(r, -EAGAIN);
	assert_int_equal(n, SIGQ_MAX + 1);
	signal_send_proc(&process, 41, SI_KERNEL); /* the kernel's own never fail */
	assert_true(process.pending.set & SIGMASK(41));

	fake.fail_at = 1;
	fake.fail_on = true;
	fake.allocs = 0;
	signal_send_proc(&process, SIGTERM, SI_KERNEL); /* without memory the bit says it */
	fake.fail_at = 0;
	assert_int_equal(signal_dequeue(thread_self(), SIGMASK(SIGTERM), &si), SIGTERM);
	assert_int_equal(si.signo, SIGTERM);
}

/* ---- interrupted calls ---- */

struct ending {
	int err;
	int handler; /* 0 none, 1 plain, 2 SA_RESTART */
	int64_t rax; /* as the program sees it: -errno, or the call's number again */
};

static void test_restarts(void **state)
{
	static const struct ending table[] = {
		{ERESTARTSYS, 0, 77},
		{ERESTARTSYS, 1, -EINTR},
		{ERESTARTSYS, 2, 77},
		{ERESTARTNOINTR, 0, 77},
		{ERESTARTNOINTR, 1, 77},
		{ERESTARTNOINTR, 2, 77},
		{ERESTARTNOHAND, 0, 77},
		{ERESTARTNOHAND, 1, -EINTR},
		{ERESTARTNOHAND, 2, -EINTR},
		{ERESTART_RESTARTBLOCK, 0, 219},
		{ERESTART_RESTARTBLOCK, 1, -EINTR},
		{ERESTART_RESTARTBLOCK, 2, -EINTR},
		{EINTR, 2, -EINTR},
		{EBADF, 0, -EBADF},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++) {
		const struct ending *e = &table[i];
		struct uregs u = registers();
		u.orig_rax = 77;
		u.rax = (uint64_t)(int64_t)-e->err;
		uint64_t rip = u.rip;
		if (e->handler != 0) {
			handle(SIGUSR1, e->handler == 2 ? SA_RESTART : 0);
			signal_send_proc(&process, SIGUSR1, SI_USER);
		}
		signal_deliver(&u);
		if (e->handler != 0) {
			assert_int_equal(u.rip, HANDLER);
			u.rsp += 8; /* the handler returns */
			(void)sigframe_pop(&u);
		}
		assert_int_equal((int64_t)u.rax, e->rax);
		assert_int_equal(u.rip, e->rax > 0 ? rip - 2 : rip);
	}
}

static void test_temporary_mask(void **state)
{
	struct uregs u = registers();

	(void)state;
	handle(SIGUSR1, 0);
	tp.blocked = SIGMASK(SIGUSR1) | SIGMASK(SIGHUP);
	signal_send_proc(&process, SIGUSR1, SI_USER);
	assert_false(signal_pending(thread_self()));
	signal_mask_begin(0);
	assert_true(signal_pending(thread_self()));
	signal_mask_end(true);
	signal_deliver(&u);
	assert_int_equal(u.rip, HANDLER);
	assert_int_equal(tp.blocked, SIGMASK(SIGUSR1)); /* of the handler, over the temporary one */
	u.rsp += 8;
	(void)sigframe_pop(&u);
	assert_int_equal(tp.blocked, SIGMASK(SIGUSR1) | SIGMASK(SIGHUP));
}

/* ---- the frame ---- */

static void test_frame_layout(void **state)
{
	struct uregs u = registers(), before = u;
	struct linux_fpx_sw sw;
	uint32_t magic2;
	uint64_t bv;

	(void)state;
	memset(user_stack, 0xee, sizeof user_stack);
	handle(SIGUSR1, SA_SIGINFO);
	tp.blocked = SIGMASK(SIGHUP);
	signal_send_proc(&process, SIGUSR1, SI_KERNEL);
	signal_deliver(&u);
	assert_int_equal(u.rip, HANDLER);
	assert_int_equal(u.rsp % 16, 8); /* as after a call */
	assert_int_equal(u.rdi, SIGUSR1);
	assert_int_equal(u.rax, 0);
	assert_int_equal(u.full, 1);
	for (uint64_t a = before.rsp - 128; a < before.rsp; a++) /* red zone */
		assert_int_equal(*(uint8_t *)a, 0xee);
	const struct linux_rt_sigframe *f = (const void *)u.rsp;
	assert_int_equal(f->pretcode, RESTORER);
	assert_int_equal(u.rsi, &f->info);
	assert_int_equal(u.rdx, &f->uc);
	assert_int_equal(f->info.signo, SIGUSR1);
	assert_int_equal(f->uc.flags, 7);
	assert_int_equal(f->uc.sigmask, SIGMASK(SIGHUP));
	assert_int_equal(f->uc.mc.rip, before.rip);
	assert_int_equal(f->uc.mc.rsp, before.rsp);
	assert_int_equal(f->uc.mc.r15, before.r15);
	assert_int_equal(f->uc.mc.cs, 0x33);
	assert_int_equal(f->uc.mc.ss, 0x2b);
	const uint8_t *fp = (const void *)f->uc.mc.fpstate;
	assert_int_equal((uint64_t)fp % 64, 0);
	assert_true((uint64_t)fp >= (uint64_t)(f + 1) &&
		    (uint64_t)fp + XSAVE_SIZE + 4 <= before.rsp - 128);
	memcpy(&sw, fp + 464, sizeof sw);
	assert_int_equal(sw.magic1, FP_XSTATE_MAGIC1);
	assert_int_equal(sw.xstate_size, XSAVE_SIZE);
	assert_int_equal(sw.extended_size, XSAVE_SIZE + 4);
	assert_int_equal(sw.xfeatures, XFRM);
	memcpy(&magic2, fp + XSAVE_SIZE, 4);
	assert_int_equal(magic2, FP_XSTATE_MAGIC2);
	memcpy(&bv, fp + 512, 8);
	assert_int_equal(bv & 3, 3);
	assert_true(sigframe_size() >= before.rsp - 128 - u.rsp);
}

static void test_round_trip(void **state)
{
	struct uregs u = registers(), before = u;

	(void)state;
	handle(SIGUSR1, 0);
	signal_send_proc(&process, SIGUSR1, SI_KERNEL);
	signal_deliver(&u);
	memset(live, 0, sizeof live); /* the handler uses vector registers */
	u.rsp += 8;
	before.full = 1;
	assert_int_equal(sigframe_pop(&u), before.rax);
	assert_memory_equal(&u, &before, sizeof u);
	assert_int_equal(live[160], 0x5a);
	assert_int_equal(tp.blocked, 0);
}

static void test_alternate_stack(void **state)
{
	struct uregs u = registers();

	(void)state;
	tp.altstack = (struct linux_stack){.sp = (uint64_t)alt_stack, .size = sizeof alt_stack};
	handle(SIGUSR1, SA_ONSTACK);
	handle(SIGUSR2, SA_ONSTACK);
	signal_send_proc(&process, SIGUSR1, SI_KERNEL);
	signal_deliver(&u);
	assert_true(sigframe_on_altstack(thread_self(), u.rsp));
	uint64_t outer = u.rsp;
	signal_send_proc(&process, SIGUSR2, SI_KERNEL);
	signal_deliver(&u);
	assert_true(
		u.rsp < outer && sigframe_on_altstack(thread_self(), u.rsp)); /* goes on below */
	u.rsp = (uint64_t)alt_stack + 200; /* nearly full: the next one cannot be built */
	handle(SIGHUP, SA_ONSTACK);
	signal_send_proc(&process, SIGHUP, SI_KERNEL);
	assert_int_equal(deliver_in_child(&u), SIGSEGV);
}

static void test_bad_stack_ends_the_program(void **state)
{
	struct uregs u = registers();

	(void)state;
	handle(SIGUSR1, 0);
	u.rsp = 1024;
	signal_send_proc(&process, SIGUSR1, SI_KERNEL);
	assert_int_equal(deliver_in_child(&u), SIGSEGV);

	teardown(state);
	setup(state);
	u = registers();
	handle(SIGUSR1, 0);
	dispositions.act[SIGUSR1 - 1].handler = KERNEL_BASE + 0x1000; /* not the program's to run */
	signal_send_proc(&process, SIGUSR1, SI_KERNEL);
	assert_int_equal(deliver_in_child(&u), SIGSEGV);
}

/* ---- hostile rt_sigreturn ---- */

static uint64_t seed = 88172645463325252ull;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

/* plat_xrstor checks the image; the registers must be ones that can be gone back to. */
static void pop_and_check(struct uregs u)
{
	uint64_t rip = u.rip;

	(void)sigframe_pop(&u);
	assert_true(u.rip < ELRANGE_SIZE && kernel_is_user_rip(u.rip));
	assert_int_equal(u.rflags & ~0x40cd5ull, 0x246 & ~0x40cd5ull);
	assert_int_equal(u.orig_rax, UINT64_MAX);
	assert_int_equal(tp.blocked & SIG_UNBLOCKABLE, 0);
	if (tp.pending.set != 0) { /* refused: SIGSEGV, registers as they were */
		assert_int_equal(tp.pending.set, SIGMASK(SIGSEGV));
		assert_int_equal(u.rip, rip);
		sigpend_flush(&tp.pending, ~0ull);
	}
}

static void test_hostile_frames(void **state)
{
	static uint8_t saved[sizeof user_stack];
	struct uregs u = registers();

	(void)state;
	fake.user = (uint64_t)user_stack;
	fake.user_len = sizeof user_stack;
	handle(SIGUSR1, 0);
	signal_send_proc(&process, SIGUSR1, SI_KERNEL);
	signal_deliver(&u);
	u.rsp += 8;
	u.rip = 0x400210; /* the restorer's syscall */
	u.rflags = 0x246;
	memcpy(saved, user_stack, sizeof saved);
	size_t from = u.rsp - (uint64_t)user_stack, len = sizeof saved - from;
	restores = 0;
	for (unsigned i = 0; i < 100000; i++) {
		memcpy(user_stack, saved, sizeof saved);
		for (unsigned n = (unsigned)(rnd() % 8); n > 0; n--) {
			uint64_t at = from + rnd() % len, v = rnd();
			if (at + 8 <= sizeof saved)
				memcpy(user_stack + at, &v, rnd() % 2 ? 8 : 1);
		}
		if (i % 5 == 0)
			memset(user_stack + from + rnd() % len % (len - 600), (int)rnd(), 512);
		pop_and_check(u);
	}
	assert_true(restores > 10000);
	for (uint64_t rsp = 0; rsp < 200; rsp++) { /* a frame that is not there */
		u.rsp = rnd();
		pop_and_check(u);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_order),
		TEST(test_ignored_and_blocked),
		TEST(test_stop_and_continue_cancel),
		TEST(test_queue_limits),
		TEST(test_restarts),
		TEST(test_temporary_mask),
		TEST(test_frame_layout),
		TEST(test_round_trip),
		TEST(test_alternate_stack),
		TEST(test_bad_stack_ends_the_program),
		TEST(test_hostile_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
