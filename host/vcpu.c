/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vCPU threads: enter the enclave, do what each exit asks (abi/enclave.h), enter again. Also the
 * scheduler's tick and the idle wait.
 *
 * Tick: a POSIX timer per vCPU whose signal finds the thread inside the enclave: the CPU has made
 * an AEX and the handler sees the synthetic state, about to ERESUME. Turning that ERESUME into an
 * EENTER lets the enclave look at the interruption (CSSA = 1); it then exits with EXIT_RESUME. A
 * signal that finds the thread outside does nothing: the enclave is entered soon anyway.
 *
 * Idle wait: every idle vCPU sleeps in its own epoll set: its eventfd, and the io_uring with
 * EPOLLEXCLUSIVE, so that one completion wakes one idle vCPU and a busy one takes no part. The
 * timer is not stopped on the way to sleep, which would cost two system calls for each short wait:
 * the first tick that finds the thread waiting stops it, and an idle enclave is then left alone.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "sgx.h"
#include "sgx_uapi.h"
#include "host.h"
#include "ring.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

#define TICK_SIGNAL SIGRTMIN
#define TIMER_TRIES 300
#define OTHERS_WORD_MS                                                                             \
	200 /* what a vCPU that met a dead enclave leaves the one that saw it die                  \
	     */

/* enter.S: enter(boot, 0, 0, EENTER, 0, 0, run), with the registers saved that it destroys. */
int vcpu_enter(int (*enter)(unsigned long, unsigned long, unsigned long, unsigned int,
		       unsigned long, unsigned long, struct sgx_enclave_run *),
	struct boot_block *boot, struct sgx_enclave_run *run);

static void timer_arm(struct vcpu *v, bool on)
{
	struct itimerspec t = {0};

	if (on)
		t.it_interval.tv_nsec = t.it_value.tv_nsec = TICK_NS;
	(void)timer_settime(v->timer, 0, &t, NULL); /* cannot fail: the timer exists */
	v->armed = on;
}

static void on_tick(int sig, siginfo_t *si, void *ctx)
{
	greg_t *g = ((ucontext_t *)ctx)->uc_mcontext.gregs;
	struct vcpu *v = si->si_value.sival_ptr;

	if (si->si_code != SI_TIMER)
		return;
	if (v->waiting) {
		timer_arm(v, false);
		return;
	}
	if (v->delivering) /* stage 1 was interrupted: there is no SSA frame for another entry */
		return;
	if (g[REG_RAX] == SGX_ERESUME && (uint64_t)g[REG_RBX] == v->tcs &&
		g[REG_RIP] == g[REG_RCX]) {
		v->ticked = 1;
		v->delivering = 1;
		g[REG_RAX] = SGX_EENTER;
	}
}

/* ---- the idle wait ---- */

static uint64_t mono_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* How long from now until the deadline; NULL: for ever. */
static struct timespec *time_left(uint64_t deadline, struct timespec *t)
{
	uint64_t now = mono_ns(), left = deadline > now ? deadline - now : 0;

	if (deadline == UINT64_MAX)
		return NULL;
	t->tv_sec = (time_t)(left / 1000000000u);
	t->tv_nsec = (long)(left % 1000000000u);
	return t;
}

/* The last vCPU goes to sleep after a SIGTSTP was delivered: stop as a shell expects of its job. */
static void stop_if_wanted(struct host *h)
{
	pthread_mutex_lock(&h->lock);
	bool stop = h->stop_wanted && atomic_load(&h->idle) == h->nvcpu;
	if (stop)
		h->stop_wanted = false;
	pthread_mutex_unlock(&h->lock);
	if (stop)
		kill(getpid(), SIGSTOP);
}

static void idle_wait(struct vcpu *v, uint64_t deadline)
{
	struct host *h = v->host;
	struct epoll_event ev;
	struct timespec t;
	uint64_t kicks;
	int n;

	if (atomic_fetch_add(&h->idle, 1) + 1 == h->nvcpu)
		stop_if_wanted(h);
	v->waiting = 1;
	do
		n = epoll_pwait2(v->epoll, &ev, 1, time_left(deadline, &t), NULL);
	while (n < 0 && errno == EINTR);
	v->waiting = 0;
	atomic_fetch_sub(&h->idle, 1);
	if (n == 1 && ev.data.fd == v->event)
		(void)!read(v->event, &kicks, sizeof kicks); /* only empties it */
}

void vcpu_kick(struct host *h, uint64_t index)
{
	uint64_t one = 1;

	if (index < h->nvcpu)
		(void)!write(
			h->vcpu[index].event, &one, sizeof one); /* full: it is kicked already */
}

/* ---- exits ---- */

/* enum dead_reason in the low byte; above it whatever helps its author (enclave/die.h). */
static const char *reason_text(uint8_t reason)
{
	static const char *const text[] = {
#define X(name, code, sentence) [code] = sentence,
		DEAD_REASONS(X)
#undef X
	};

	return reason < sizeof text / sizeof text[0] ? text[reason] : "for an unknown reason";
}

static void on_dead(struct host *h, uint64_t status, uint64_t reason)
{
	int code = status <= 255 ? (int)status : LAUNCH_FAILED;

	(void)ring_service(h); /* its last words, and HC_exit */
	if ((uint8_t)reason == DEAD_ENTRY)
		host_await_end(h, OTHERS_WORD_MS);
	if (reason == DEAD_EXIT)
		host_end(h, code, NULL);
	else
		host_end(h, code, "the enclave stopped: %s (%#lx)", reason_text((uint8_t)reason),
			(unsigned long)reason);
}

static int on_eexit(struct vcpu *v, uint64_t reason, uint64_t arg, uint64_t arg2)
{
	struct host *h = v->host;

	switch (reason) {
	case EXIT_RESUME:
		v->delivering = 0;
		if (v->ticked) {
			v->ticked = 0;
			clock_publish(&h->clock);
			ring_try_service(h);
		}
		return SGX_ERESUME;
	case EXIT_IDLE:
		if (!ring_service(h)) {
			idle_wait(v, arg);
			(void)ring_service(h); /* the enclave looks for itself */
		}
		clock_publish(&h->clock);
		break;
	case EXIT_KICK:
		vcpu_kick(h, arg);
		/* fall through */
	case EXIT_DOORBELL:
		(void)ring_service(h);
		break;
	case EXIT_YIELD:
		sched_yield();
		break;
	case EXIT_DEAD:
		on_dead(h, arg, arg2);
		return 0;
	default:
		host_end(h, LAUNCH_FAILED, "the enclave left for no known reason (%lu)",
			(unsigned long)reason);
		return 0;
	}
	if (!v->armed)
		timer_arm(v, true);
	return SGX_EENTER;
}

static int on_exit_of(
	long rdi, long rsi, long rdx, long rsp, long r8, long r9, struct sgx_enclave_run *run)
{
	struct vcpu *v = (struct vcpu *)(uintptr_t)run->user_data;

	/* An AEX leaves RFLAGS.AC as the program inside had it, and the vDSO hands it on. */
	__asm__ volatile("lea -128(%%rsp), %%rsp; pushfq; andl $~0x40000, (%%rsp); popfq;"
			 "lea 128(%%rsp), %%rsp" ::
				 : "cc", "memory");
	if (run->function == SGX_EEXIT)
		return on_eexit(v, (uint64_t)rdi, (uint64_t)rsi, (uint64_t)rdx);
	if (run->function == SGX_ERESUME) { /* an exception inside: the enclave deals with it */
		v->delivering = 1;
		return SGX_EENTER;
	}
	host_end(v->host, LAUNCH_FAILED,
		"vCPU %u cannot enter the enclave (exception %u, error %#x, address %#lx)",
		v->index, run->exception_vector, run->exception_error_code,
		(unsigned long)run->exception_addr);
	return 0;
}

/* ---- threads ---- */

static int timer_make(struct vcpu *v)
{
	struct sigevent se = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = TICK_SIGNAL};
	int err = v->host->dev->sigaction(TICK_SIGNAL, on_tick);

	if (err < 0)
		return err;
	se.sigev_value.sival_ptr = v;
	se.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
	for (int tries = 0; timer_create(CLOCK_MONOTONIC, &se, &v->timer) < 0; tries++) {
		/* EAGAIN: this user's processes have too many signals queued just now */
		if (errno != EAGAIN || tries == TIMER_TRIES)
			return -errno;
		usleep(10000);
	}
	return 0;
}

static void *vcpu_thread(void *arg)
{
	struct vcpu *v = arg;
	struct host *h = v->host;
	struct sgx_enclave_run run = {.tcs = v->tcs};
	int err = h->dev->thread_init();

	run.user_handler = (uint64_t)(uintptr_t)on_exit_of;
	run.user_data = (uint64_t)(uintptr_t)v;
	if (err == 0)
		err = timer_make(v);
	if (err == 0) {
		timer_arm(v, true);
		err = vcpu_enter(h->dev->enter, h->boot, &run);
		timer_delete(v->timer);
	}
	if (err < 0)
		host_end(h, LAUNCH_FAILED, "vCPU %u cannot run: %s", v->index, strerror(-err));
	h->dev->thread_exit();
	return NULL;
}

int vcpu_init(struct vcpu *v)
{
	struct epoll_event kick = {.events = EPOLLIN}, uring = {.events = EPOLLIN | EPOLLEXCLUSIVE};

	v->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	v->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (v->event < 0 || v->epoll < 0)
		return -errno;
	kick.data.fd = v->event;
	uring.data.fd = v->host->uring.ring_fd;
	if (epoll_ctl(v->epoll, EPOLL_CTL_ADD, v->event, &kick) < 0 ||
		epoll_ctl(v->epoll, EPOLL_CTL_ADD, v->host->uring.ring_fd, &uring) < 0)
		return -errno;
	return 0;
}

int vcpu_start(struct vcpu *v)
{
	return -pthread_create(&v->thread, NULL, vcpu_thread, v);
}
