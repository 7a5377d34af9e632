/* SPDX-License-Identifier: Apache-2.0 */
/* AF_UNIX sockets: bytes, borders of messages, names, passed files, ends that go away. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "fs_world.h"
#include "kmem.h"
#include "linux_errno.h"
#include "poll.h"
#include "thread.h"
#include "uaccess.h"
#include "unix.h"
#include "vfs.h"

#define OK(e)   assert_int_equal((e), 0)
#define SIGPIPE 13

static struct file *a, *b;
static char buf[UNIX_QUEUE_MAX * 2];

static long tx(struct file *f, const char *s, size_t n, unsigned flags, struct unix_extra *x)
{
	struct uio u;

	OK(uio_user(&u, uaddr((uint64_t)(uintptr_t)s), n));
	return unix_send(f, &u, flags, NULL, x);
}

static long rx(struct file *f, size_t n, unsigned flags, struct unix_extra *x)
{
	struct uio u;

	OK(uio_user(&u, uaddr((uint64_t)(uintptr_t)buf), n));
	return unix_recv(f, &u, flags | MSG_DONTWAIT, x);
}

static struct unix_name name(const char *s, size_t n)
{
	struct unix_name r = {.len = 2 + n, .addr.family = AF_UNIX};

	memcpy(r.addr.path, s, n);
	return r;
}

static void test_stream(void **state)
{
	OK(unix_pair(SOCK_STREAM, 0, &a, &b));
	assert_int_equal(rx(b, 10, 0, NULL), -EAGAIN);
	assert_int_equal(tx(a, "abc", 3, 0, NULL), 3);
	assert_int_equal(tx(a, "def", 3, 0, NULL), 3);
	assert_int_equal(rx(b, 2, MSG_PEEK, NULL), 2);
	assert_int_equal(rx(b, 4, 0, NULL), 4); /* over the border of two sends */
	assert_memory_equal(buf, "abcd", 4);
	assert_int_equal(file_poll(b, NULL) & POLLIN, POLLIN);
	assert_int_equal(rx(b, 10, 0, NULL), 2);
	assert_int_equal(
		tx(a, buf, sizeof(buf), MSG_DONTWAIT, NULL) / 0x8000, UNIX_QUEUE_MAX / 0x8000);
	file_put(a);
	while (rx(b, sizeof(buf), 0, NULL) > 0)
		;
	assert_int_equal(rx(b, 1, 0, NULL), 0);
	assert_int_equal(file_poll(b, NULL) & POLLHUP, POLLHUP);
	assert_int_equal(tx(b, "x", 1, MSG_NOSIGNAL, NULL), -EPIPE);
	assert_int_equal(world_signals, 0);
	assert_int_equal(tx(b, "x", 1, 0, NULL), -EPIPE);
	assert_int_equal(world_signals, 1u << SIGPIPE);
	file_put(b);
}

static void test_messages_keep_their_borders(void **state)
{
	struct unix_extra x = {.nfd = 0};

	OK(unix_pair(SOCK_SEQPACKET, 0, &a, &b));
	assert_int_equal(tx(a, "one", 3, 0, NULL), 3);
	assert_int_equal(tx(a, "two!", 4, 0, NULL), 4);
	assert_int_equal(rx(b, 10, 0, NULL), 3);
	assert_int_equal(rx(b, 2, 0, &x), 2);
	assert_int_equal(x.flags, MSG_TRUNC);
	assert_int_equal(rx(b, 2, 0, NULL), -EAGAIN); /* the rest is gone */
	assert_int_equal(tx(a, buf, sizeof(buf), 0, NULL), -EMSGSIZE);
	OK(unix_shutdown(a, SHUT_WR));
	assert_int_equal(rx(b, 2, 0, NULL), 0);
	assert_int_equal(tx(b, "back", 4, 0, NULL), 4);
	file_put(a);
	file_put(b);
}

static void test_names(void **state)
{
	struct unix_name n = name("/tmp/s", 6), abs = name("\0x", 2), none = name("/tmp/none", 9);
	struct file *l, *c, *s;

	OK(unix_socket(SOCK_STREAM, O_NONBLOCK, &l));
	assert_int_equal(unix_listen(l, 1), -EINVAL);
	OK(unix_bind(l, &n));
	assert_int_equal(unix_bind(l, &abs), -EINVAL);
	OK(unix_listen(l, 1));
	assert_int_equal(unix_accept(l, 0, &s), -EAGAIN);
	OK(unix_socket(SOCK_STREAM, O_NONBLOCK, &c));
	assert_int_equal(unix_connect(c, &none), -ENOENT);
	assert_int_equal(unix_connect(c, &abs), -ECONNREFUSED);
	OK(unix_connect(c, &n));
	assert_int_equal(unix_connect(c, &n), -EISCONN);
	assert_int_equal(file_poll(l, NULL) & POLLIN, POLLIN);
	OK(unix_accept(l, 0, &s));
	assert_int_equal(tx(c, "hi", 2, 0, NULL), 2);
	assert_int_equal(rx(s, 10, 0, NULL), 2);
	file_put(s);
	file_put(c);
	OK(unix_socket(SOCK_STREAM, O_NONBLOCK, &c));
	OK(unix_connect(c, &n)); /* never accepted */
	file_put(l);
	assert_int_equal(rx(c, 1, 0, NULL), 0);
	file_put(c);
	OK(unix_socket(SOCK_DGRAM, 0, &c));
	assert_int_equal(unix_bind(c, &n), -EADDRINUSE); /* the file is still there */
	assert_int_equal(unix_connect(c, &n), -ECONNREFUSED);
	OK(k_unlink("/tmp/s"));
	OK(unix_bind(c, &abs));
	file_put(c);
}

static void test_files_are_passed(void **state)
{
	struct unix_extra x;
	long fd = k_open("/tmp", O_RDONLY, 0);
	struct file *f = fd_get((int)fd);

	OK(unix_pair(SOCK_STREAM, 0, &a, &b));
	memset(&x, 0, sizeof(x));
	x.fd[0] = file_get(f);
	x.nfd = 1;
	assert_int_equal(tx(a, "f", 1, 0, &x), 1);
	assert_int_equal(x.nfd, 0); /* taken */
	memset(&x, 0, sizeof(x));
	assert_int_equal(rx(b, 10, 0, &x), 1);
	assert_int_equal(x.nfd, 1);
	assert_ptr_equal(x.fd[0], f);
	file_put(x.fd[0]);
	x.fd[0] = file_get(f);
	x.nfd = 1;
	assert_int_equal(tx(a, "f", 1, 0, &x), 1); /* in flight when both ends close */
	file_put(a);
	file_put(b);
	assert_int_equal(f->refs, 2);
	file_put(f);
	OK(k_close(fd));
}

static void test_every_allocation_may_fail(void **state)
{
	struct unix_name n = name("\0y", 2);
	size_t before = kmem_in_use();
	int err = -1;

	for (unsigned k = 1; err < 0; k++) {
		struct file *l = NULL, *c = NULL, *s = NULL;

		assert_true(k < 100);
		fake.allocs = 0;
		fake.fail_at = k;
		err = unix_socket(SOCK_STREAM, O_NONBLOCK, &l);
		if (err == 0)
			err = unix_bind(l, &n);
		if (err == 0)
			err = unix_listen(l, 5);
		if (err == 0)
			err = unix_socket(SOCK_STREAM, 0, &c);
		if (err == 0)
			err = unix_connect(c, &n);
		if (err == 0)
			err = unix_accept(l, 0, &s);
		if (err == 0)
			err = tx(c, "abc", 3, MSG_NOSIGNAL, NULL) == 3 ? 0 : -ENOBUFS;
		world_restart();
		file_put(l);
		file_put(c);
		file_put(s);
		assert_int_equal(kmem_in_use(), before);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_stream),
		T(test_messages_keep_their_borders),
		T(test_names),
		T(test_files_are_passed),
		T(test_every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
