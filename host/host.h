/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader's state while an enclave runs; private to host/.
 *
 * Locks: host.lock covers the ring, the pending calls, the signal queue and every hostcall handler.
 * It is never held by a thread that is inside the enclave, so a signal handler that interrupted the
 * enclave may rely on nothing of the loader being half done. Nothing else is locked: vcpu is its
 * thread's own, the rest is constant after launch().
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <termios.h>
#include <time.h>

#include <liburing.h>

#include "dev.h"
#include "enclave.h"
#include "launch.h"
#include "layout.h"

#define TICK_NS 4000000 /* time slice of the enclave's scheduler */

struct host;

/* One call that the host may answer much later. */
struct pending {
	struct pending *next;
	uint64_t token, op;
	int fd; /* HC_poll */
};

/* A host directory (or file) the enclave may name. */
struct bind {
	const char *src; /* canonical, without the leading slash; "" for the root */
	size_t src_len;
	int dirfd; /* O_PATH of src */
	bool rw;
};

struct vcpu {
	struct host *host;
	unsigned index;
	uint64_t tcs;
	pthread_t thread;
	int epoll; /* this vCPU's eventfd, and the io_uring, exclusively */
	int event; /* eventfd: a kick */
	timer_t timer;
	volatile sig_atomic_t armed;   /* the timer runs */
	volatile sig_atomic_t waiting; /* in the idle wait: the next tick stops the timer */
	volatile sig_atomic_t ticked;  /* a tick was delivered since the last EEXIT */
	volatile sig_atomic_t
		delivering; /* an EENTER with CSSA = 1 is under way, until EXIT_RESUME */
};

struct clock_reading {
	uint64_t tsc, mono_ns, real_ns;
};

struct host_clock {
	struct time_page *page;
	atomic_flag busy;
	struct clock_reading base, next; /* start of the calibration window, and of the next one */
};

struct host {
	const struct sgx_dev *dev;
	int enclave; /* fd of dev */
	struct shared_area *shared;
	uint8_t *arena;
	struct boot_block *boot;
	struct host_clock clock;

	struct vcpu vcpu[VCPU_MAX];
	unsigned nvcpu;
	atomic_uint idle; /* vCPUs in the idle wait */

	struct bind *binds;
	size_t nbinds;
	uint64_t *fd_owned; /* bitmap of HC_FD_MAX: host fds the enclave may use */
	bool std_regular[3];

	pthread_mutex_t lock;
	struct io_uring uring;
	struct pending *polls;   /* submitted to the io_uring */
	struct pending *signals; /* waiting for a signal of the loader */
	struct hc_msg *backlog;  /* completions that found the ring full */
	size_t nbacklog, backlog_cap;
	uint64_t pending_count;
	uint64_t sig_queued;       /* bit n: signal n waits for an HC_signal */
	int sigfd;                 /* eventfd: sig_came has changed */
	pthread_t collector;       /* waits for signals */
	_Atomic uint64_t sig_came; /* signals not yet in sig_queued, by number */
	bool sqes;                 /* entries to submit */
	bool stop_wanted;
	bool broken; /* the enclave spoke nonsense on the ring; said once */

	struct termios tty;
	int tty_fd; /* terminal to restore at the end, or -1 */

	pthread_mutex_t end_lock;
	pthread_cond_t end_cond;
	bool ended;
	int status;
};

/* "cloister: " line on stderr. Returns LAUNCH_FAILED. */
int host_complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The enclave is over: launch() returns status, after the line that says why (NULL: none). The
 * first caller wins, what later ones say follows from that. */
void host_end(struct host *h, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Wait up to ms milliseconds for somebody to call host_end(). */
void host_await_end(struct host *h, unsigned ms);

/* load.c: build and start up to EINIT the enclave in `file`, fill dev, enclave, vcpu[].tcs; nvcpu
 * is lowered to the vCPU slots it has. 0, or LAUNCH_FAILED after a complaint. */
int load_enclave(struct host *h, const char *file, bool debug);

/* config.c: the configuration records for p, in a private mapping. 0 or -errno. */
int config_build(const struct launch_params *p, const uint32_t stdio[3], uint32_t umask_bits,
	void **out, size_t *len);
/* cpuid.c: every leaf worth knowing; returns how many (<= CPUID_LEAVES). */
unsigned cpuid_collect(struct cpuid_leaf *out);

/* vcpu.c */
/* 0 or -errno. Every vCPU is initialised before one is started: the first may kick the last at
 * once. */
int vcpu_init(struct vcpu *v);
int vcpu_start(struct vcpu *v);
void vcpu_kick(struct host *h, uint64_t index);

/* clock.c. Callable by any thread and from a signal handler. */
void clock_init(struct host_clock *c, struct time_page *page);
void clock_publish(struct host_clock *c);

/* signals.c */
int signals_init(struct host *h); /* before the threads; 0 or -errno */
void signals_exit(struct host *h);
void signals_collect(struct host *h); /* lock held: take what came, answer HC_signal */
void terminal_save(struct host *h);
void terminal_restore(struct host *h);

#endif
