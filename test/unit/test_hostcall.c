/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lying host. Every row of abi/hostcall.def is called while the host lies in its Nth reply, for
 * all N, with each of the values below in each field of the reply, and in the bytes it writes.
 * Whatever it says, the kernel's caller sees a result that a truthful host could have given, or
 * -EPROTO; nothing is read or written out of bounds (the sanitizers watch), and nothing leaks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fake.h"
#include "host.h"
#include "kmem.h"
#include "linux_errno.h"

#define BUF 600

static const int64_t lies[] = {
	INT64_MIN,
	INT64_MIN + 1,
	-(1ll << 32),
	-4096,
	-4095,
	-516,
	-512,
	-134,
	-133,
	-EPROTO,
	-EINTR,
	-1,
	0,
	1,
	2,
	BUF - 1,
	BUF,
	BUF + 1,
	4095,
	4096,
	4097,
	0x7fff,
	0xffff,
	0x10000,
	0xfffff,
	0x100000,
	0x100001,
	INT32_MAX,
	1ll << 31,
	1ll << 32,
	(1ll << 32) + 1,
	INT64_MAX - 1,
	INT64_MAX,
};
#define NLIES (sizeof(lies) / sizeof(lies[0]))

static unsigned long injections;
static uint64_t seed = 1;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

/* ---- the truthful host ---- */

static void answer(struct hc_msg *m)
{
	static const struct hc_stat st = {
		.mode = 0100644, .size = BUF, .blksize = 4096, .blocks = 8};
	uint8_t dirent[24] = {[16] = 24, [19] = 'a'};

	m->ret = 0;
	switch (m->op) {
	case HC_open:
		m->ret = 5;
		break;
	case HC_pread:
		m->ret = (int64_t)m->a[3];
		break;
	case HC_pwrite:
		m->ret = (int64_t)m->a[3];
		break;
	case HC_read:
	case HC_write:
		m->ret = (int64_t)m->a[2];
		break;
	case HC_stat:
		memcpy(fake.arena + m->a[3], &st, sizeof(st));
		break;
	case HC_fstat:
		memcpy(fake.arena + m->a[1], &st, sizeof(st));
		break;
	case HC_readlink:
		memcpy(fake.arena + m->a[2], "target", 6);
		m->ret = 6;
		break;
	case HC_getdents:
		memcpy(fake.arena + m->a[1], dirent, sizeof(dirent));
		m->ret = sizeof(dirent);
		break;
	default:
		break;
	}
}

/* ---- one caller per row; each checks what it got ---- */

static void check_range(long r, long max)
{
	assert_true((r >= 0 && r <= max) || (r < 0 && r >= -HC_ERRNO_MAX));
}

static void call_open(void)
{
	check_range(host_open("/a/b", 0, 0), HC_FD_MAX - 1);
}

static void call_close(void)
{
	host_close(3);
}

static void call_pread(void)
{
	uint8_t b[BUF];

	check_range(host_pread(3, 0, b, sizeof(b)), BUF);
}

static void call_pwrite(void)
{
	uint8_t b[BUF] = {0};

	check_range(host_pwrite(3, 0, b, sizeof(b)), BUF);
}

static void call_read(void)
{
	uint8_t b[BUF];

	check_range(host_read(0, b, sizeof(b)), BUF);
}

static void call_write(void)
{
	uint8_t b[BUF] = {0};

	check_range(host_write(1, b, sizeof(b)), BUF);
}

static void check_stat(int r, const struct hc_stat *st)
{
	check_range(r, 0);
	if (r == 0)
		assert_true(st->size <= INT64_MAX && st->blksize > 0 && st->mode <= 0177777);
}

static void call_stat(void)
{
	struct hc_stat st;

	check_stat(host_stat("/etc/passwd", true, &st), &st);
}

static void call_fstat(void)
{
	struct hc_stat st;

	check_stat(host_fstat(3, &st), &st);
}

static void call_statfs(void)
{
	struct hc_statfs st;

	check_range(host_statfs("/", &st), 0);
}

static void call_readlink(void)
{
	char b[BUF];
	long n = host_readlink("/l", b, sizeof(b));

	check_range(n, BUF);
	if (n > 0)
		assert_null(memchr(b, 0, (size_t)n));
}

static void call_getdents(void)
{
	uint8_t b[BUF];
	long n = host_getdents(3, b, sizeof(b));

	check_range(n, BUF);
	for (long at = 0; at < n;) { /* the records tile what was returned */
		uint16_t reclen;

		memcpy(&reclen, b + at + 16, 2);
		assert_true(reclen >= 24 && at + reclen <= n);
		assert_non_null(memchr(b + at + 19, 0, reclen - 19u));
		at += reclen;
	}
}

static void call_seekdir(void)
{
	check_range(host_seekdir(3, 7), 0);
}

static void call_ftruncate(void)
{
	check_range(host_ftruncate(3, 7), 0);
}

static void call_fsync(void)
{
	check_range(host_fsync(3, true), 0);
}

static void call_mkdir(void)
{
	check_range(host_mkdir("/d", 0755), 0);
}

static void call_unlink(void)
{
	check_range(host_unlink("/d", true), 0);
}

static void call_rename(void)
{
	check_range(host_rename("/d", "/e", 0), 0);
}

static void call_link(void)
{
	check_range(host_link("/d", "/e"), 0);
}

static void call_symlink(void)
{
	check_range(host_symlink("d", "/e"), 0);
}

static void call_chmod(void)
{
	check_range(host_chmod("/d", 0755), 0);
}

static void call_chown(void)
{
	check_range(host_chown("/d", 1, 1, false), 0);
}

static void call_utimens(void)
{
	check_range(host_utimens("/d", 1, 1, false), 0);
}

static void call_tty_get(void)
{
	struct hc_tty t;

	check_range(host_tty_get(0, &t), 0);
}

static void call_tty_set(void)
{
	struct hc_tty t = {0};

	check_range(host_tty_set(0, 0, &t), 0);
}

static void call_sgx_restrict(void)
{
	check_range(host_sgx_restrict(0x1000, 0x1000, 1), 0);
}

static void call_sgx_modify(void)
{
	check_range(host_sgx_modify(0x1000, 0x1000, 4), 0);
}

static void call_sgx_remove(void)
{
	check_range(host_sgx_remove(0x1000, 0x1000), 0);
}

static void call_log(void)
{
	host_log("line\n", 5);
	(void)host_log_async("line\n", 5);
	host_log("line\n", 5); /* any exit shows it */
	hostcall_poll();
}

static long async_ret;

static void async_done(struct hostasync *a, long ret)
{
	(void)a;
	async_ret = ret;
}

static void call_poll(void)
{
	struct hostasync a = {.done = async_done};

	async_ret = INT64_MIN;
	assert_int_equal(host_poll_async(0, 1, &a), 0);
	call_close(); /* any exit shows it */
	hostcall_poll();
	check_range(async_ret, 0xffff);
}

static void call_signal(void)
{
	struct hostasync a = {.done = async_done};

	async_ret = INT64_MIN;
	assert_int_equal(host_signal_async(&a), 0);
	call_close();
	hostcall_poll();
	check_range(async_ret, 0xffff);
}

static void call_exit(void)
{
	/* host_exit does not come back: nothing the host answers is looked at */
}

static void (*const callers[HC_COUNT])(void) = {
#define X(name, args, ret, blocking, note) [HC_##name] = call_##name,
	HOSTCALLS(X)
#undef X
};

/* ---- the lies ---- */

static int64_t lie_value;
static unsigned lie_kind;

enum { LIE_RET, LIE_BYTES, LIE_ARGS, LIE_OP, LIE_TOKEN_LATE, LIE_TWICE, NKINDS };

static void scribble(const struct hc_msg *m)
{
	for (unsigned i = 0; i < HC_ARGS; i++)
		if (m->a[i] < ARENA_SIZE - 4096)
			for (unsigned k = 0; k < BUF; k++)
				fake.arena[m->a[i] + k] = (uint8_t)(rnd() >> 32);
}

static void lie(struct hc_msg *m)
{
	struct hc_msg extra;

	injections++;
	switch (lie_kind) {
	case LIE_RET:
		m->ret = lie_value;
		break;
	case LIE_BYTES:
		scribble(m);
		break;
	case LIE_ARGS: /* echoed arguments are nothing to trust */
		for (unsigned i = 0; i < HC_ARGS; i++)
			m->a[i] = (uint64_t)lie_value;
		break;
	case LIE_OP:
		m->op = (uint64_t)lie_value;
		break;
	case LIE_TOKEN_LATE: /* an invented reply first, then the real one */
		extra = *m;
		extra.token += (uint64_t)lie_value | 1;
		extra.ret = lie_value;
		fake_reply(&extra);
		break;
	default: /* a second reply with another value */
		extra = *m;
		extra.ret = lie_value;
		fake_reply(&extra);
		break;
	}
}

static void lie_in_every_reply(void (*caller)(void))
{
	for (unsigned n = 1;; n++) {
		fake.calls = 0;
		fake.lie_at = n;
		caller();
		if (fake.calls < n)
			return;
	}
}

static void test_no_lie_gets_through(void **state)
{
	(void)state;
	for (unsigned op = 1; op < HC_COUNT; op++) {
		assert_non_null(callers[op]);
		for (lie_kind = 0; lie_kind < NKINDS; lie_kind++) {
			fake_reset();
			fake.host = answer;
			fake.lie = lie;
			size_t before = kmem_in_use();

			for (unsigned i = 0; i < NLIES * 16; i++) {
				lie_value = i < NLIES ? lies[i] : (int64_t)(rnd() >> (rnd() % 64));
				lie_in_every_reply(callers[op]);
			}
			assert_int_equal(kmem_in_use(), before);
		}
	}
	print_message("%lu injections\n", injections);
	assert_true(injections > 100000);
}

/* The same values where a truthful host is expected: the exact rule of each row. */
static void test_rules(void **state)
{
	uint8_t b[BUF];

	(void)state;
	fake_reset();
	fake.host = answer;
	fake.lie = lie;
	lie_kind = LIE_RET;
	for (unsigned i = 0; i < NLIES; i++) {
		int64_t v = lies[i];
		bool errno_ok = v < 0 && v >= -HC_ERRNO_MAX;

		lie_value = v;
		fake.lie_at = fake.calls + 1;
		assert_int_equal(
			host_pread(3, 0, b, BUF), errno_ok || (v >= 0 && v <= BUF) ? v : -EPROTO);
		fake.lie_at = fake.calls + 1;
		assert_int_equal(
			host_open("/x", 0, 0), errno_ok || (v >= 0 && v < HC_FD_MAX) ? v : -EPROTO);
		fake.lie_at = fake.calls + 1;
		assert_int_equal(host_fsync(3, false), errno_ok || v == 0 ? v : -EPROTO);
	}
}

/* A reply that never comes for a LATER row must not hurt the others, and may come out of order. */
static void test_out_of_order(void **state)
{
	struct hostasync a = {.done = async_done}, b = {.done = async_done};
	uint8_t buf[BUF];

	(void)state;
	fake_reset();
	fake.host = answer;
	fake.silent = true;
	assert_int_equal(host_poll_async(0, 1, &a), 0);
	assert_int_equal(host_poll_async(1, 4, &b), 0);
	assert_int_equal(host_pread(3, 0, buf, BUF), BUF);
	assert_int_equal(fake.npending, 2);
	fake_answer(1, 4);
	assert_int_equal(async_ret, 4);
	fake_answer(0, 1);
	assert_int_equal(async_ret, 1);
}

/* Spans never overlap, however many are out at once, and all come back. */
static void test_arena_exhaustion(void **state)
{
	unsigned n = 0;

	(void)state;
	fake_reset();
	fake.host = answer;
	size_t before = kmem_in_use();

	while (n < HC_SLOTS * 2 && host_log_async("x", 1) == 0)
		n++;
	assert_int_equal(n, HC_SLOTS); /* the table is full: dropped, not waited for */
	call_fsync(); /* needs a slot: the host's answers free them */
	assert_int_equal(host_log_async("x", 1), 0);
	call_fsync();
	hostcall_poll();
	assert_int_equal(kmem_in_use(), before);
}

static void test_no_memory(void **state)
{
	(void)state;
	for (unsigned op = 1; op < HC_COUNT; op++)
		for (unsigned n = 1; n < 4; n++) {
			fake_reset();
			fake.host = answer;
			size_t before = kmem_in_use();

			fake.fail_at = n;
			callers[op]();
			assert_int_equal(kmem_in_use(), before);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_lie_gets_through),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_out_of_order),
		cmocka_unit_test(test_arena_exhaustion),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
