/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads and the scheduler: one run queue, any vCPU takes from it, under the kernel lock.
 *
 * A vCPU without work spins a little (a wake-up then costs nothing), then leaves the enclave once
 * and sleeps in the host. A woken thread first waits for the waker's own vCPU, which in synchronous
 * IPC is about to become free; only if it has waited KICK_AFTER_NS is a sleeping vCPU fetched,
 * because a kick costs an exit. New threads fetch one at once: they are meant to run in parallel.
 */
#include "sched.h"
#include "kernel.h"
#include "klock.h"
#include "klog.h"
#include "kmem.h"
#include "mem.h"
#include "host.h"
#include "plat.h"
#include "sipblock.h"
#include "upcalls.h"
#include "linux_errno.h"

#define KICK_AFTER_NS 30000ull
#define IDLE_SPINS    300u
#define LOCK_SPINS    200u
#define MXCSR_INIT    0x1f80u
#define MXCSR_OFFSET  24

enum vstate { V_BUSY, V_SPINNING, V_OUTSIDE };

static uint32_t lock_word;

static struct {
	struct thread idle;
	struct thread *reap; /* dead thread whose stack this vCPU just left */
	enum vstate state;
	bool tick; /* set by stage 1, without the lock */
} vcpu[VCPU_MAX];

static struct list run_queue;
static unsigned nvcpus, nthreads, nrunning;

/* The host may preempt the holder at any time: spinning longer than a critical section lasts would
 * only keep it from the CPU. */
void klock(void)
{
	for (unsigned spins = 1; __atomic_exchange_n(&lock_word, 1, __ATOMIC_ACQUIRE) != 0;
		spins++) {
		while (__atomic_load_n(&lock_word, __ATOMIC_RELAXED) != 0 &&
			spins++ % LOCK_SPINS != 0)
			plat_pause();
		if (spins >= LOCK_SPINS) {
			plat_yield();
			spins = 1;
		}
	}
}

void kunlock(void)
{
	__atomic_store_n(&lock_word, 0, __ATOMIC_RELEASE);
}

void sched_init(unsigned vcpus)
{
	list_init(&run_queue);
	nvcpus = vcpus;
	for (unsigned i = 0; i < vcpus; i++)
		vcpu[i].state = V_OUTSIDE;
}

unsigned sched_vcpus(void)
{
	return nvcpus;
}

unsigned thread_count(void)
{
	return nthreads;
}

unsigned sched_running_count(void)
{
	return nrunning;
}

bool sched_others_runnable(void)
{
	return !list_empty(&run_queue);
}

void kernel_tick_pending(unsigned v)
{
	__atomic_store_n(&vcpu[v].tick, true, __ATOMIC_RELAXED);
}

/* ---- threads ---- */

static void sleep_timeout(struct ktimer *timer)
{
	struct thread *t = container_of(timer, struct thread, timer);

	if (t->woken)
		return;
	thread_wake(t);
	t->timed_out = true; /* a real wake-up, before or after, clears it */
}

struct thread *thread_new(bool user)
{
	struct thread *t = kzalloc(sizeof(*t));

	if (t == NULL)
		return NULL;
	t->kstack = kstack_alloc();
	t->xstate = user ? kzalloc((plat_xsave_size() + 63) & ~63ull) : NULL;
	if (t->kstack == NULL || (user && t->xstate == NULL)) {
		if (t->kstack != NULL)
			kstack_free(t->kstack);
		kfree(t->xstate);
		kfree(t);
		return NULL;
	}
	if (user) /* XRSTOR takes MXCSR from memory even where SSE is in its initial state */
		memcpy((uint8_t *)t->xstate + MXCSR_OFFSET, &(uint32_t){MXCSR_INIT}, 4);
	*(struct thread **)t->kstack = t;
	t->user = user;
	t->state = T_SLEEPING;
	t->uregs = (struct uregs *)(t->kstack + KSTACK_SIZE - sizeof(struct uregs));
	t->timer.fn = sleep_timeout;
	list_init(&t->timer.link);
	list_init(&t->run_link);
	list_init(&t->proc_link);
	nthreads++;
	return t;
}

void thread_free(struct thread *t)
{
	KASSERT(t->state != T_RUNNABLE && t->state != T_RUNNING);
	ktimer_cancel(&t->timer);
	kstack_free(t->kstack);
	kfree(t->xstate);
	kfree(t->sip);
	kfree(t);
	nthreads--;
}

static void enqueue(struct thread *t)
{
	if (t->state != T_RUNNING)
		nrunning++;
	t->state = T_RUNNABLE;
	t->started_ns = time_mono(); /* until it runs: since when it waits */
	list_push_back(&run_queue, &t->run_link);
}

/* A vCPU that sleeps in the host, or -1 if none does or one spins already. */
static int sleeping_vcpu(void)
{
	int found = -1;

	for (unsigned i = 0; i < nvcpus; i++) {
		if (vcpu[i].state == V_SPINNING)
			return -1;
		if (vcpu[i].state == V_OUTSIDE)
			found = (int)i;
	}
	return found;
}

static void fetch_vcpu(void)
{
	int v = sleeping_vcpu();

	if (v < 0)
		return;
	vcpu[v].state = V_SPINNING; /* on its way: do not kick it twice */
	hostcall_sent();
	kunlock();
	plat_kick((unsigned)v);
	klock();
}

/* ---- switching ---- */

static void after_switch(void)
{
	struct thread *self = thread_self();
	unsigned v = plat_vcpu();

	if (vcpu[v].reap != NULL) {
		struct thread *dead = vcpu[v].reap;

		vcpu[v].reap = NULL;
		thread_free(dead);
	}
	if (self->user) {
		if (self->sip != NULL)
			plat_set_sip(self->sip, self->window);
		else
			plat_set_fsbase(self->fsbase);
		plat_xrstor(self->xstate);
	}
}

static void switch_to(struct thread *next)
{
	struct thread *prev = thread_self();
	unsigned v = plat_vcpu();
	uint64_t now = time_mono();

	prev->cpu_ns += now - prev->started_ns;
	next->started_ns = now;
	next->state = T_RUNNING;
	next->vcpu = (int)v;
	if (prev == next)
		return;
	if (prev->state == T_DEAD) {
		vcpu[v].reap = prev;
	} else if (prev->user) {
		plat_xsave_again(prev->xstate);
		prev->fsbase = plat_fsbase();
	}
	plat_set_thread(next, (uint64_t)next->kstack + KSTACK_SIZE);
	plat_switch(&prev->rsp, next->rsp);
	after_switch();
}

/* Give the vCPU to the next runnable thread, or to idle. The caller is queued, asleep or dead. */
static void schedule(void)
{
	struct thread *next;

	if (hostcall_unsent() && !list_empty(&run_queue))
		hostcall_show(); /* no idle exit is near that would */
	next = &vcpu[plat_vcpu()].idle;
	if (!list_empty(&run_queue)) {
		next = container_of(run_queue.next, struct thread, run_link);
		list_del(&next->run_link);
	}
	switch_to(next);
}

static void user_main(void *arg)
{
	struct thread *t = arg;

	after_switch();
	signal_deliver(t->uregs);
	kunlock();
	plat_user_resume(t->uregs);
}

struct kstart {
	void (*fn)(void *);
	void *arg;
};

static void kernel_main(void *arg)
{
	struct kstart start = *(struct kstart *)arg;

	kfree(arg);
	after_switch();
	start.fn(start.arg);
	thread_exit_self();
}

static void start(struct thread *t, void (*fn)(void *), void *arg)
{
	t->rsp = plat_ctx_new(t->uregs, fn, arg);
	enqueue(t);
}

void thread_start_user(struct thread *t)
{
	start(t, user_main, t);
}

void thread_start_kernel(struct thread *t, void (*fn)(void *), void *arg)
{
	struct kstart *s = kmalloc(sizeof(*s));

	if (s == NULL)
		kpanic("no memory for a kernel thread");
	*s = (struct kstart){fn, arg};
	start(t, kernel_main, s);
}

_Noreturn void thread_exit_self(void)
{
	struct thread *self = thread_self();

	self->state = T_DEAD;
	nrunning--;
	schedule();
	kpanic("a dead thread ran");
}

int thread_sleep(uint64_t deadline, bool interruptible)
{
	struct thread *self = thread_self();

	if (interruptible && signal_pending(self))
		return -EINTR;
	if (self->woken) {
		self->woken = false;
		return 0;
	}
	if (deadline != NO_DEADLINE && deadline <= time_mono())
		return -ETIMEDOUT;
	self->timed_out = false;
	self->interruptible = interruptible;
	self->state = T_SLEEPING;
	nrunning--;
	if (deadline != NO_DEADLINE)
		ktimer_set(&self->timer, deadline);
	schedule();
	ktimer_cancel(&self->timer);
	self->interruptible = false;
	if (self->woken) {
		bool timeout = self->timed_out;

		self->woken = false;
		return timeout ? -ETIMEDOUT : 0;
	}
	return -EINTR;
}

void thread_wake(struct thread *t)
{
	t->woken = true;
	t->timed_out = false;
	if (t->state == T_SLEEPING)
		enqueue(t);
}

void thread_interrupt(struct thread *t)
{
	if (t->state == T_SLEEPING && t->interruptible) {
		enqueue(t); /* without woken: that is how thread_sleep knows */
	} else if (t->state == T_RUNNING && t != thread_self()) {
		t->need_resched =
			true; /* it sees the signal at its next entry, a tick at the latest */
	}
}

void thread_yield(void)
{
	if (list_empty(&run_queue))
		return;
	enqueue(thread_self());
	schedule();
}

/* Is it time to fetch a sleeping vCPU for what waits in the queue? */
static bool another_vcpu_pays(void)
{
	if (list_empty(&run_queue))
		return false;
	struct thread *t = container_of(run_queue.next, struct thread, run_link);

	return time_mono() - t->started_ns > KICK_AFTER_NS;
}

void sched_check(void)
{
	struct thread *self = thread_self();
	unsigned v = plat_vcpu();

	if (vcpu[v].tick) {
		vcpu[v].tick = false;
		self->need_resched = true;
	}
	if (self->need_resched) {
		self->need_resched = false;
		hostcall_poll();
		timers_run();
		if (another_vcpu_pays())
			fetch_vcpu();
		thread_yield();
	} else if (another_vcpu_pays()) {
		fetch_vcpu();
	}
	if (hostcall_unsent())
		hostcall_show();
}

/* ---- idle ---- */

static bool work_waits(void)
{
	return !list_empty(&run_queue) || timers_next() <= time_mono();
}

/* Spin without the lock while work may come from another vCPU. True: something came. */
static bool idle_spin(unsigned v)
{
	if (hostcall_unsent() || nvcpus == 1)
		return false;
	vcpu[v].state = V_SPINNING;
	kunlock();
	bool came = false;
	for (unsigned i = 0; i < IDLE_SPINS && !came; i++) {
		plat_pause();
		came = __atomic_load_n(&run_queue.next, __ATOMIC_RELAXED) != &run_queue;
	}
	klock();
	return came || work_waits();
}

_Noreturn void sched_idle_loop(unsigned v)
{
	struct thread *idle = &vcpu[v].idle;
	bool spun = false;

	*(struct thread **)(VCPU_BASE + (uint64_t)v * VCPU_STRIDE + VCPU_IDLE_STACK) = idle;
	idle->state = T_RUNNING;
	idle->kstack = (uint8_t *)(VCPU_BASE + (uint64_t)v * VCPU_STRIDE + VCPU_IDLE_STACK);
	idle->vcpu = (int)v;
	list_init(&idle->timer.link);
	plat_set_thread(idle, (uint64_t)idle->kstack + KSTACK_SIZE);
	klock();
	for (;;) {
		vcpu[v].state = V_BUSY;
		vcpu[v].tick = false;
		time_resync();
		hostcall_poll();
		timers_run();
		if (!list_empty(&run_queue)) {
			idle->started_ns = time_mono();
			schedule();
			spun = false;
			continue;
		}
		if (!spun && (spun = true, idle_spin(v)))
			continue;
		vcpu[v].state = V_OUTSIDE;
		uint64_t deadline = timers_next();

		hostcall_sent();
		kunlock();
		plat_idle(deadline);
		klock();
	}
}
