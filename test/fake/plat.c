/* SPDX-License-Identifier: Apache-2.0 */
/* plat.h and the thread side of core for unit tests. See fake.h. */
#include "fake.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "klock.h"
#include "klog.h"
#include "kmem.h"
#include "plat.h"
#include "sched.h"
#include "thread.h"
#include "upcalls.h"

struct fake fake;
struct thread *fake_thread;

static struct thread self;
static struct proc *no_proc;
static struct hc_msg submitted[HC_SLOTS], completed[HC_SLOTS];
static unsigned nsubmitted, ncompleted;
static struct boot_block boot;

void fake_reset(void)
{
	memset(&fake, 0, sizeof(fake));
	memset(&self, 0, sizeof(self));
	fake.now = 1000000000;
	fake.user_len = UINT64_MAX;
	self.proc = no_proc;
	self.state = T_RUNNING;
	list_init(&self.timer.link);
	fake_thread = &self;
	nsubmitted = ncompleted = 0;
	boot.mem_limit = 1ull << 30;
	boot.vcpus = 1;
	hostcall_init();
}

/* ---- the ring and the host behind it ---- */

int plat_ring_send(const struct hc_msg *m)
{
	if (nsubmitted == HC_SLOTS)
		return -EAGAIN;
	submitted[nsubmitted++] = *m;
	return 0;
}

int plat_ring_recv(struct hc_msg *m)
{
	if (ncompleted == 0)
		return 0;
	*m = completed[0];
	memmove(completed, completed + 1, --ncompleted * sizeof(completed[0]));
	return 1;
}

void fake_reply(const struct hc_msg *m)
{
	assert(ncompleted < HC_SLOTS);
	completed[ncompleted++] = *m;
}

void fake_answer(unsigned i, int64_t ret)
{
	assert(i < fake.npending);
	fake.pending[i].ret = ret;
	fake_reply(&fake.pending[i]);
	memmove(fake.pending + i, fake.pending + i + 1,
		(--fake.npending - i) * sizeof(fake.pending[0]));
	hostcall_poll();
}

static bool later(uint64_t op)
{
	return op == HC_poll || op == HC_signal;
}

static void serve(void)
{
	for (unsigned i = 0; i < nsubmitted; i++) {
		struct hc_msg m = submitted[i];

		if (fake.silent && later(m.op)) {
			fake.pending[fake.npending++] = m;
			continue;
		}
		m.ret = -ENOSYS;
		if (fake.host != NULL)
			fake.host(&m);
		if (++fake.calls == fake.lie_at && fake.lie != NULL)
			fake.lie(&m);
		fake_reply(&m);
	}
	nsubmitted = 0;
}

void plat_doorbell(void)
{
	serve();
}

void plat_idle(uint64_t deadline_ns)
{
	serve();
	if (deadline_ns != NO_DEADLINE && deadline_ns > fake.now)
		fake.now = deadline_ns;
}

void plat_kick(unsigned vcpu)
{
	(void)vcpu;
	serve();
}

void plat_arena_read(void *dst, uint64_t off, size_t len)
{
	assert(off <= ARENA_SIZE && len <= ARENA_SIZE - off);
	memcpy(dst, fake.arena + off, len);
}

void plat_arena_write(uint64_t off, const void *src, size_t len)
{
	assert(off <= ARENA_SIZE && len <= ARENA_SIZE - off);
	memcpy(fake.arena + off, src, len);
}

/* ---- the rest of the platform ---- */

void plat_die(unsigned status, unsigned reason)
{
	fprintf(stderr, "plat_die(%u, %u)\n", status, reason);
	abort();
}

void plat_pause(void)
{
}

void plat_random(void *buf, size_t len)
{
	for (size_t i = 0; i < len; i++)
		((uint8_t *)buf)[i] = (uint8_t)rand();
}

const struct boot_block *plat_boot(void)
{
	return &boot;
}

const uint8_t *plat_config(size_t *len)
{
	*len = 0;
	return NULL;
}

uint64_t time_mono(void)
{
	return fake.now;
}

uint64_t time_real(void)
{
	return fake.now + 1700000000000000000ull;
}

/* ---- threads: there is one ---- */

void klock(void)
{
}

void kunlock(void)
{
}

int thread_sleep(uint64_t deadline, bool interruptible)
{
	if (interruptible && fake.signal)
		return -EINTR;
	serve();
	hostcall_poll();
	if (self.woken) {
		self.woken = false;
		return 0;
	}
	if (fake.sleep != NULL)
		return fake.sleep(deadline, interruptible);
	if (deadline != NO_DEADLINE) {
		fake.now = deadline;
		return -ETIMEDOUT;
	}
	if (interruptible)
		return -EINTR;
	fprintf(stderr, "a sleep that nothing ends\n");
	abort();
}

void thread_wake(struct thread *t)
{
	t->woken = true;
}

void thread_yield(void)
{
}

bool sched_others_runnable(void)
{
	return false;
}

unsigned thread_count(void)
{
	return 1;
}

unsigned sched_running_count(void)
{
	return 1;
}

unsigned sched_vcpus(void)
{
	return 1;
}

/* Timers fire when a test says so: the list is not kept. */
void ktimer_set(struct ktimer *t, uint64_t when)
{
	t->when = when;
}

void ktimer_cancel(struct ktimer *t)
{
	t->when = NO_DEADLINE;
}

/* ---- the heap: malloc, counted ---- */

static size_t in_use;

static bool refuse(void)
{
	fake.allocs++;
	return fake.fail_at != 0 &&
	       (fake.fail_on ? fake.allocs >= fake.fail_at : fake.allocs == fake.fail_at);
}

static void *take(size_t n, size_t align)
{
	size_t *p = NULL;

	if (refuse() || posix_memalign((void **)&p, align, n + align) != 0)
		return NULL;
	memset(p, 0, n + align);
	*(size_t *)((uint8_t *)p + align - 2 * sizeof(size_t)) = n;
	*(size_t *)((uint8_t *)p + align - sizeof(size_t)) = align;
	in_use += n;
	return (uint8_t *)p + align;
}

void *kzalloc(size_t n)
{
	return take(n, 64);
}

void *kmalloc(size_t n)
{
	return take(n, 64);
}

void kfree(void *p)
{
	if (p == NULL)
		return;
	in_use -= ((size_t *)p)[-2];
	free((uint8_t *)p - ((size_t *)p)[-1]);
}

void *krealloc(void *p, size_t n)
{
	void *q = kmalloc(n);

	if (p == NULL || q == NULL)
		return q;
	size_t old = ((size_t *)p)[-2];

	memcpy(q, p, old < n ? old : n);
	kfree(p);
	return q;
}

void *kpages(size_t npages)
{
	return take(npages * 4096, 4096);
}

void kpages_free(void *p, size_t npages)
{
	assert(p == NULL || ((size_t *)p)[-2] == npages * 4096);
	kfree(p);
}

size_t kmem_in_use(void)
{
	return in_use;
}

/* ---- program memory ---- */

struct mm *mm_current(void)
{
	return NULL;
}

uint64_t mm_pin(struct mm *mm, uaddr_t a, uint64_t len, bool write, int *err)
{
	(void)mm;
	if (a.v < 4096 || a.v < fake.user || len > fake.user_len ||
		a.v - fake.user > fake.user_len - len || (write && fake.user_readonly)) {
		*err = -EFAULT;
		return 0;
	}
	return a.v;
}

bool __attribute__((weak)) signal_pending(struct thread *t)
{
	(void)t;
	return fake.signal;
}
