/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader without an enclave: this file plays the enclave's part on the shared rings, and a fake
 * device plays vCPUs that leave for each reason. Nothing here needs the emulator.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "host.h"
#include "hc.h"
#include "ring.h"
#include "sgx.h"
#include "sgx_uapi.h"

/* The loader's last answers are taken from here. */
static struct host h;
static char dir[32];
static struct bind binds[3];

/* ---- the enclave's side of the rings ---- */

static void send_msg(uint64_t token, enum hc_op op, const uint64_t *args, size_t nargs)
{
	struct hc_ring *r = &h.shared->submit;
	struct hc_msg *m = &r->slot[r->tail % HC_SLOTS];

	*m = (struct hc_msg){.token = token, .op = op};
	for (size_t i = 0; i < nargs; i++)
		m->a[i] = args[i];
	__atomic_store_n(&r->tail, r->tail + 1, __ATOMIC_RELEASE);
}

#define SEND(token, op, ...)                                                                       \
	send_msg(token, op, (uint64_t[]){__VA_ARGS__},                                             \
		sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

static bool receive(struct hc_msg *m)
{
	struct hc_ring *r = &h.shared->complete;

	if (r->head == __atomic_load_n(&r->tail, __ATOMIC_ACQUIRE))
		return false;
	*m = r->slot[r->head % HC_SLOTS];
	__atomic_store_n(&r->head, r->head + 1, __ATOMIC_RELEASE);
	return true;
}

/* The answer to the one call that is outstanding. */
static int64_t answer_now(void)
{
	struct hc_msg m;

	ring_service(&h);
	assert_true(receive(&m));
	assert_int_equal(m.token, 7);
	return m.ret;
}

#define CALL(op, ...) (SEND(7, op, __VA_ARGS__), answer_now())

/* Put a string into the arena at off; its length. */
static uint64_t put(uint64_t off, const char *s)
{
	memcpy(h.arena + off, s, strlen(s));
	return strlen(s);
}

static uint64_t put_in_dir(uint64_t off, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return put(off, path);
}

/* ---- set-up ---- */

static void add_bind(struct bind *b, const char *src, bool rw)
{
	b->src = src + 1;
	b->src_len = strlen(b->src);
	b->rw = rw;
	b->dirfd = open(src, O_PATH | O_CLOEXEC);
	assert_true(b->dirfd >= 0);
}

static int setup(void **state)
{
	static char rw[64];

	snprintf(dir, sizeof dir, "/tmp/cloister-host-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(rw, sizeof rw, "%s/rw", dir);
	assert_int_equal(mkdir(rw, 0700), 0);
	memset(&h, 0, sizeof h);
	pthread_mutex_init(&h.lock, NULL);
	pthread_mutex_init(&h.end_lock, NULL);
	pthread_cond_init(&h.end_cond, NULL);
	h.shared = mmap(NULL, ARENA_OFF + ARENA_SIZE, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert_true(h.shared != MAP_FAILED);
	h.arena = (uint8_t *)h.shared + ARENA_OFF;
	h.fd_owned = calloc(HC_FD_MAX / 64, sizeof *h.fd_owned);
	add_bind(&binds[0], dir, false);
	add_bind(&binds[1], rw, true);
	h.binds = binds;
	h.nbinds = 2;
	clock_init(&h.clock, &h.shared->time);
	assert_int_equal(signals_init(&h), 0);
	assert_int_equal(ring_init(&h), 0);
	return 0;
}

static int teardown(void **state)
{
	char cmd[128];

	io_uring_queue_exit(&h.uring);
	signals_exit(&h);
	free(h.fd_owned);
	free(h.backlog);
	munmap(h.shared, ARENA_OFF + ARENA_SIZE);
	for (size_t i = 0; i < h.nbinds; i++)
		close(binds[i].dirfd);
	snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	return system(cmd);
}

/* ---- calls answered at once ---- */

static void test_file_calls_do_what_their_system_calls_do(void **state)
{
	uint64_t len = put_in_dir(0, "rw/file");
	int64_t fd = CALL(HC_open, 0, len, O_RDWR | O_CREAT | O_EXCL, 0640);
	struct hc_stat *st = (struct hc_stat *)(h.arena + 8192);

	assert_true(fd >= 0);
	assert_true(fcntl((int)fd, F_GETFD) & FD_CLOEXEC);
	put(4096, "hello");
	assert_int_equal(CALL(HC_pwrite, (uint64_t)fd, 3, 4096, 5), 5);
	assert_int_equal(CALL(HC_pread, (uint64_t)fd, 0, 5000, 100), 8);
	assert_memory_equal(h.arena + 5000, "\0\0\0hello", 8);
	assert_int_equal(CALL(HC_fstat, (uint64_t)fd, 8192), 0);
	assert_int_equal(st->size, 8);
	assert_int_equal(CALL(HC_utimens, 0, len, 1500000000000000001, UINT64_MAX, 1), 0);
	assert_int_equal(CALL(HC_stat, 0, len, 0, 8192), 0);
	assert_int_equal(st->atime_ns, 1500000000000000001);
	assert_int_equal(st->mode & 07777, 0640);
	assert_int_equal(CALL(HC_ftruncate, (uint64_t)fd, 2), 0);
	assert_int_equal(CALL(HC_close, (uint64_t)fd), 0);
	assert_int_equal(CALL(HC_pread, (uint64_t)fd, 0, 5000, 100), -EBADF);
	assert_int_equal(CALL(HC_unlink, 0, len, 0), 0);
	assert_int_equal(CALL(HC_stat, 0, len, 0, 8192), -ENOENT);
}

static void test_arguments_outside_the_arena_or_the_table_are_refused(void **state)
{
	assert_int_equal(CALL(HC_open, ARENA_SIZE - 1, 2, 0, 0), -EFAULT);
	assert_int_equal(CALL(HC_open, UINT64_MAX, 2, 0, 0), -EFAULT);
	assert_int_equal(CALL(HC_open, 0, UINT64_MAX, 0, 0), -EFAULT);
	assert_int_equal(CALL(HC_open, 0, HC_PATH_MAX + 1, 0, 0), -ENAMETOOLONG);
	memcpy(h.arena, "a\0b", 3);
	assert_int_equal(CALL(HC_open, 0, 3, 0, 0), -EINVAL);
	assert_int_equal(CALL(HC_pread, (uint64_t)h.uring.ring_fd, 0, 0, 1), -EBADF);
	assert_int_equal(CALL(HC_close, (uint64_t)h.sigfd), -EBADF);
	assert_int_equal(CALL(HC_poll, UINT64_MAX, POLLIN), -EBADF);
	assert_int_equal(CALL(HC_log, 0, ARENA_SIZE), -EFAULT);
	assert_int_equal(CALL((enum hc_op)HC_COUNT, 0), -ENOSYS);
	assert_int_equal(CALL((enum hc_op)HC_NONE, 0), -ENOSYS);
}

static void test_names_stay_inside_their_bind(void **state)
{
	uint64_t out = 8192, len, to;
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/rw/link", dir);
	assert_int_equal(symlink("/etc/hostname", path), 0);
	len = put_in_dir(0, "rw/link");
	assert_int_equal(CALL(HC_open, 0, len, O_RDONLY, 0), -ENOENT);
	assert_int_equal(CALL(HC_stat, 0, len, 1, out), -ENOENT);
	assert_int_equal(CALL(HC_stat, 0, len, 0, out), 0);
	assert_int_equal(CALL(HC_chmod, 0, len, 0777), -ENOENT);
	assert_int_equal(CALL(HC_readlink, 0, len, out, 100), strlen("/etc/hostname"));
	len = put(0, "/etc/hostname");
	assert_int_equal(CALL(HC_open, 0, len, O_RDONLY, 0), -ENOENT);
	len = put_in_dir(0, "rw/../../../etc/hostname");
	assert_int_equal(CALL(HC_stat, 0, len, 1, out), -ENOENT);
	len = put_in_dir(0, "new");
	assert_int_equal(CALL(HC_open, 0, len, O_WRONLY | O_CREAT, 0600), -EROFS);
	assert_int_equal(CALL(HC_mkdir, 0, len, 0700), -EROFS);
	len = put_in_dir(0, "rw/link");
	to = put_in_dir(4096, "stolen");
	assert_int_equal(CALL(HC_rename, 0, len, 4096, to, 0), -EROFS);
	to = put_in_dir(4096, "rw/moved");
	assert_int_equal(CALL(HC_rename, 0, len, 4096, to, 0), 0);
}

/* ---- calls answered later ---- */

static void test_poll_is_answered_when_the_fd_is_ready(void **state)
{
	struct hc_msg m;
	int p[2];

	assert_int_equal(pipe(p), 0);
	hc_fd_own(&h, p[0], true);
	SEND(7, HC_poll, (uint64_t)p[0], POLLIN);
	assert_false(ring_service(&h));
	assert_int_equal(write(p[1], "x", 1), 1);
	assert_true(ring_service(&h));
	assert_true(receive(&m));
	assert_int_equal(m.token, 7);
	assert_int_equal(m.ret, POLLIN);
	assert_null(h.polls);
	close(p[0]);
	close(p[1]);
}

static void test_close_answers_polls_even_of_the_same_batch(void **state)
{
	struct hc_msg m[4];
	bool canceled[2] = {false, false};
	int p[2];

	assert_int_equal(pipe(p), 0);
	hc_fd_own(&h, p[0], true);
	SEND(1, HC_poll, (uint64_t)p[0], POLLIN);
	ring_service(&h);
	SEND(2, HC_poll, (uint64_t)p[0], POLLIN);
	SEND(3, HC_close, (uint64_t)p[0]);
	for (int i = 0; i < 3; i++) {
		while (!receive(&m[i]))
			ring_service(&h);
		if (m[i].token == 3)
			assert_int_equal(m[i].ret, 0);
		else
			assert_int_equal(m[i].ret, -ECANCELED);
		if (m[i].token < 3)
			canceled[m[i].token - 1] = true;
	}
	assert_true(canceled[0] && canceled[1]);
	assert_false(receive(&m[3]));
	close(p[1]);
}

static void raise_and_await(int sig)
{
	uint64_t seen = h.sig_came | 1ull << sig;

	kill(getpid(), sig);
	while (h.sig_came != seen)
		usleep(1000); /* the collector is a thread of its own */
}

static void test_signals_of_the_loader_answer_in_turn(void **state)
{
	struct hc_msg m;

	raise_and_await(SIGUSR1);
	raise_and_await(SIGTERM);
	SEND(1, HC_signal, 0);
	SEND(2, HC_signal, 0);
	SEND(3, HC_signal, 0);
	ring_service(&h);
	assert_true(receive(&m));
	assert_int_equal(m.ret, SIGUSR1);
	assert_true(receive(&m));
	assert_int_equal(m.ret, SIGTERM);
	assert_false(receive(&m));
	raise_and_await(SIGINT);
	ring_service(&h);
	assert_true(receive(&m));
	assert_int_equal(m.ret, SIGINT);
}

static void test_completions_that_find_the_ring_full_come_later_in_order(void **state)
{
	struct hc_msg m;
	uint64_t sent = 0, got = 0;

	for (int batch = 0; batch < 5; batch++) {
		for (int i = 0; i < HC_SLOTS; i++)
			SEND(++sent, HC_close, 999);
		assert_true(ring_service(&h));
	}
	assert_int_equal(h.nbacklog, 4 * HC_SLOTS);
	while (got < sent) {
		assert_true(receive(&m));
		assert_int_equal(m.token, ++got);
		ring_service(&h);
	}
	assert_false(receive(&m));
}

static void test_impossible_counters_end_the_run(void **state)
{
	h.shared->submit.tail = HC_SLOTS + 1;
	ring_service(&h);
	assert_true(h.ended);
	assert_int_equal(h.status, LAUNCH_FAILED);
}

/* ---- vCPUs ---- */

static int script_enter(unsigned long rdi, unsigned long rsi, unsigned long rdx, unsigned int fn,
	unsigned long r8, unsigned long r9, struct sgx_enclave_run *run);

static int nothing(void)
{
	return 0;
}

static void no_exit(void)
{
}

static int real_sigaction(int sig, void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};

	return sigaction(sig, &sa, NULL) ? -errno : 0;
}

static const struct sgx_dev script_dev = {
	.name = "script",
	.enter = script_enter,
	.thread_init = nothing,
	.thread_exit = no_exit,
	.sigaction = real_sigaction,
};

const struct sgx_dev *dev_probe(void)
{
	return &script_dev;
}

static int (*script)(struct sgx_enclave_run *run);

/* One EEXIT: what the loader says to do next. */
static int leave(struct sgx_enclave_run *run, long reason, long arg, long arg2)
{
	sgx_enclave_user_handler_t f = (sgx_enclave_user_handler_t)(uintptr_t)run->user_handler;

	run->function = SGX_EEXIT;
	return f(reason, arg, arg2, 0, 0, 0, run);
}

static int script_enter(unsigned long rdi, unsigned long rsi, unsigned long rdx, unsigned int fn,
	unsigned long r8, unsigned long r9, struct sgx_enclave_run *run)
{
	return script(run);
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int run_script(int (*f)(struct sgx_enclave_run *), unsigned vcpus)
{
	h.dev = &script_dev;
	h.nvcpu = vcpus;
	script = f;
	for (unsigned i = 0; i < vcpus; i++) {
		h.vcpu[i].host = &h;
		h.vcpu[i].index = i;
		h.vcpu[i].tcs = i;
		assert_int_equal(vcpu_init(&h.vcpu[i]), 0);
	}
	for (unsigned i = 0; i < vcpus; i++)
		assert_int_equal(vcpu_start(&h.vcpu[i]), 0);
	for (unsigned i = 0; i < vcpus; i++) {
		pthread_join(h.vcpu[i].thread, NULL);
		close(h.vcpu[i].event);
		close(h.vcpu[i].epoll);
	}
	assert_true(h.ended);
	return h.status;
}

#define MS 1000000ull

static int sleep_then_die(struct sgx_enclave_run *run)
{
	uint64_t start = now();

	if (leave(run, EXIT_IDLE, (long)(start + 30 * MS), 0) != SGX_EENTER ||
		now() - start < 30 * MS || now() - start > 2000 * MS)
		return leave(run, EXIT_DEAD, 1, 0);
	return leave(run, EXIT_DEAD, 42, 0);
}

static void test_idle_ends_at_its_deadline(void **state)
{
	assert_int_equal(run_script(sleep_then_die, 1), 42);
}

static atomic_int woken;

/* vCPU 0 kicks vCPU 1 out of an endless wait, 1000 times: one lost kick and the test hangs. */
static int kick_other(struct sgx_enclave_run *run)
{
	for (int i = 1; i <= 1000; i++) {
		if (run->tcs == 1) {
			leave(run, EXIT_IDLE, -1, 0);
			atomic_store(&woken, i);
			continue;
		}
		leave(run, EXIT_KICK, 1, 0);
		while (atomic_load(&woken) < i)
			sched_yield();
	}
	return leave(run, EXIT_DEAD, 3, 0);
}

static void test_a_kick_is_never_lost(void **state)
{
	atomic_store(&woken, 0);
	assert_int_equal(run_script(kick_other, 2), 3);
}

static int pipe_fd[2];

/* Two idle vCPUs; each readiness of the pipe must bring one of them back at once. */
static int wait_for_pipe(struct sgx_enclave_run *run)
{
	static atomic_int reader;
	struct hc_msg m;
	char c;

	if (atomic_fetch_add(&reader, 1) == 0) {
		SEND(7, HC_poll, (uint64_t)pipe_fd[0], POLLIN);
		leave(run, EXIT_DOORBELL, 0, 0);
	}
	leave(run, EXIT_IDLE, -1, 0);
	if (!receive(&m) || m.ret != POLLIN || read(pipe_fd[0], &c, 1) != 1)
		return leave(run, EXIT_DEAD, 1, 0);
	leave(run, EXIT_KICK, 1 - (long)run->tcs, 0);
	return leave(run, EXIT_DEAD, 5, 0);
}

static void *write_later(void *arg)
{
	usleep(20000);
	assert_int_equal(write(pipe_fd[1], "x", 1), 1);
	return NULL;
}

static void test_a_completion_wakes_an_idle_vcpu(void **state)
{
	pthread_t t;

	assert_int_equal(pipe(pipe_fd), 0);
	hc_fd_own(&h, pipe_fd[0], true);
	pthread_create(&t, NULL, write_later, NULL);
	assert_int_equal(run_script(wait_for_pipe, 2), 5);
	pthread_join(t, NULL);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
}

static int bad_reason(struct sgx_enclave_run *run)
{
	return leave(run, 77, 0, 0);
}

static int entry_fault(struct sgx_enclave_run *run)
{
	sgx_enclave_user_handler_t f = (sgx_enclave_user_handler_t)(uintptr_t)run->user_handler;

	run->function = SGX_EENTER;
	run->exception_vector = 13;
	return f(0, 0, 0, 0, 0, 0, run);
}

static int inner_exception(struct sgx_enclave_run *run)
{
	sgx_enclave_user_handler_t f = (sgx_enclave_user_handler_t)(uintptr_t)run->user_handler;

	run->function = SGX_ERESUME;
	run->exception_vector = 14;
	if (f(0, 0, 0, 0, 0, 0, run) != SGX_EENTER || leave(run, EXIT_RESUME, 0, 0) != SGX_ERESUME)
		return leave(run, EXIT_DEAD, 1, 0);
	return leave(run, EXIT_DEAD, 0, 0);
}

static void test_exits(void **state)
{
	assert_int_equal(run_script(inner_exception, 1), 0);
	h.ended = false;
	assert_int_equal(run_script(bad_reason, 1), LAUNCH_FAILED);
	h.ended = false;
	assert_int_equal(run_script(entry_fault, 1), LAUNCH_FAILED);
}

/* ---- clock ---- */

static void test_the_clock_page_extrapolates_to_the_host_clock(void **state)
{
	struct time_page *t = &h.shared->time;

	clock_publish(&h.clock);
	usleep(50000);
	uint64_t before = now();
	uint64_t said =
		t->mono_ns + (uint64_t)(((unsigned __int128)(__builtin_ia32_rdtsc() - t->tsc) *
						t->ns_per_tick) >>
					32);
	uint64_t after = now();

	assert_int_equal(t->seq % 2, 0);
	assert_true(said + 200000 > before && said < after + 200000); /* 0.2 ms of 50 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(test_file_calls_do_what_their_system_calls_do),
		T(test_arguments_outside_the_arena_or_the_table_are_refused),
		T(test_names_stay_inside_their_bind),
		T(test_poll_is_answered_when_the_fd_is_ready),
		T(test_close_answers_polls_even_of_the_same_batch),
		T(test_signals_of_the_loader_answer_in_turn),
		T(test_completions_that_find_the_ring_full_come_later_in_order),
		T(test_impossible_counters_end_the_run),
		T(test_idle_ends_at_its_deadline),
		T(test_a_kick_is_never_lost),
		T(test_a_completion_wakes_an_idle_vcpu),
		T(test_exits),
		T(test_the_clock_page_extrapolates_to_the_host_clock),
	};

	umask(0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
