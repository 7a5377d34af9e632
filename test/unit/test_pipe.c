/* SPDX-License-Identifier: Apache-2.0 */
/* Pipes, FIFOs and eventfd: pipe(7), fifo(7), eventfd(2). Other threads act inside fake.sleep. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "fs_world.h"
#include "eventfd.h"
#include "kmem.h"
#include "linux_errno.h"
#include "pipe.h"
#include "poll.h"
#include "thread.h"
#include "uaccess.h"
#include "vfs.h"

#define OK(e)   assert_int_equal((e), 0)
#define SIGPIPE 13

static struct file *rd, *wr;
static char big[PIPE_SIZE * 2], got[sizeof(big)];

static void open_pipe(unsigned flags)
{
	OK(pipe_create(flags, &rd, &wr));
}

static void close_pipe(void)
{
	file_put(rd);
	file_put(wr);
	rd = wr = NULL;
}

static long rw(struct file *f, void *buf, size_t n, bool write)
{
	struct uio u;
	long r;

	OK(uio_user(&u, uaddr((uint64_t)(uintptr_t)buf), n));
	r = write ? vfs_write(f, &u) : vfs_read(f, &u);
	uio_done(&u);
	return r;
}

#define READ(buf, n)  rw(rd, (buf), (n), false)
#define WRITE(buf, n) rw(wr, (void *)(uintptr_t)(buf), (n), true)

static void fill_pattern(void)
{
	for (size_t k = 0; k < sizeof(big); k++)
		big[k] = (char)(k * 7 + k / 251);
}

static void test_bytes_in_order(void **state)
{
	open_pipe(O_NONBLOCK);
	fill_pattern();
	/* odd sizes, so that the ring wraps at every place */
	for (size_t w = 0, r = 0; r < sizeof(big) - 4000;) {
		long n = WRITE(big + w, 3001), m;

		assert_int_equal(n, 3001);
		w += (size_t)n;
		m = READ(got + r, 2999);
		assert_int_equal(m, 2999);
		r += (size_t)m;
		assert_memory_equal(got, big, r);
	}
	close_pipe();
}

static void test_empty_and_full(void **state)
{
	open_pipe(O_NONBLOCK);
	assert_int_equal(READ(got, 1), -EAGAIN);
	assert_int_equal(WRITE(big, sizeof(big)), PIPE_SIZE);
	assert_int_equal(WRITE(big, 1), -EAGAIN);
	assert_int_equal(READ(got, PIPE_BUF - 1), PIPE_BUF - 1);
	assert_int_equal(WRITE(big, PIPE_BUF), -EAGAIN); /* all or nothing */
	assert_int_equal(WRITE(big, PIPE_BUF + 1), PIPE_BUF - 1);
	assert_int_equal(READ(got, sizeof(got)), PIPE_SIZE);
	assert_int_equal(WRITE(NULL, 0), 0);
	close_pipe();
}

static void test_ends_gone(void **state)
{
	open_pipe(0);
	assert_int_equal(WRITE("abc", 3), 3);
	file_put(wr);
	assert_int_equal(file_poll(rd, NULL), POLLIN | POLLRDNORM | POLLHUP);
	assert_int_equal(READ(got, 10), 3);
	assert_int_equal(READ(got, 10), 0);
	assert_int_equal(file_poll(rd, NULL), POLLHUP);
	file_put(rd);
	open_pipe(0);
	file_put(rd);
	assert_int_equal(file_poll(wr, NULL) & POLLERR, POLLERR);
	assert_int_equal(WRITE("x", 1), -EPIPE);
	assert_int_equal(world_signals, 1u << SIGPIPE);
	file_put(wr);
}

static int sleeps;
static size_t drained;

static int drain_while_writer_sleeps(uint64_t deadline, bool interruptible)
{
	long n;

	sleeps++;
	fake.sleep = NULL;
	n = READ(got + drained, 10000);
	fake.sleep = drain_while_writer_sleeps;
	assert_true(n > 0);
	drained += (size_t)n;
	return 0;
}

static void test_writer_waits_for_room(void **state)
{
	open_pipe(0);
	fill_pattern();
	drained = 0;
	sleeps = 0;
	fake.sleep = drain_while_writer_sleeps;
	assert_int_equal(WRITE(big, sizeof(big)), sizeof(big));
	fake.sleep = NULL;
	assert_in_range(sleeps, 1, 10);
	while (drained < sizeof(big))
		drained += (size_t)READ(got + drained, sizeof(got) - drained);
	assert_memory_equal(got, big, sizeof(big));
	close_pipe();
}

static int write_while_reader_sleeps(uint64_t deadline, bool interruptible)
{
	fake.sleep = NULL;
	assert_int_equal(WRITE("late", 4), 4);
	return 0;
}

static void test_reader_waits_for_bytes(void **state)
{
	open_pipe(0);
	fake.sleep = write_while_reader_sleeps;
	assert_int_equal(READ(got, 10), 4);
	assert_memory_equal(got, "late", 4);
	fake.signal = true;
	assert_int_equal(READ(got, 10), -ERESTARTSYS);
	close_pipe();
}

static void test_sizes(void **state)
{
	open_pipe(O_NONBLOCK);
	assert_int_equal(pipe_get_size(rd), PIPE_SIZE);
	assert_int_equal(pipe_set_size(rd, 1), 4096);
	assert_int_equal(WRITE(big, sizeof(big)), 4096);
	assert_int_equal(pipe_set_size(wr, 200000), 262144);
	assert_int_equal(WRITE(big + 4096, sizeof(big) - 4096), sizeof(big) - 4096);
	assert_int_equal(pipe_set_size(wr, 4096), -EBUSY);
	assert_int_equal(READ(got, sizeof(got)), sizeof(big));
	assert_memory_equal(got, big, sizeof(big));
	assert_int_equal(pipe_set_size(wr, 4096), 4096);
	assert_int_equal(pipe_set_size(wr, PIPE_SIZE_MAX + 1), -ENOMEM);
	close_pipe();
}

static void test_tee_leaves_the_bytes(void **state)
{
	struct file *rd2, *wr2;

	open_pipe(0);
	OK(pipe_create(0, &rd2, &wr2));
	assert_int_equal(WRITE("copy me", 7), 7);
	assert_int_equal(pipe_tee(rd, wr2, 100, true), 7);
	assert_int_equal(READ(got, 100), 7);
	assert_int_equal(rw(rd2, got, 100, false), 7);
	assert_memory_equal(got, "copy me", 7);
	assert_int_equal(pipe_tee(rd, wr2, 100, true), -EAGAIN);
	file_put(rd2);
	file_put(wr2);
	close_pipe();
}

static long fifo_writer;

static int open_other_end(uint64_t deadline, bool interruptible)
{
	fake.sleep = NULL;
	fifo_writer = k_open("/tmp/fifo", O_WRONLY, 0);
	return 0;
}

static void test_fifo(void **state)
{
	struct mkargs a = {.mode = S_IFIFO | 0666};
	long fd;

	OK(vfs_create_at(AT_FDCWD, "/tmp/fifo", &a, false));
	assert_int_equal(k_open("/tmp/fifo", O_WRONLY | O_NONBLOCK, 0), -ENXIO);
	fd = k_open("/tmp/fifo", O_RDONLY | O_NONBLOCK, 0);
	assert_int_equal(k_read(fd, got, 4), 0); /* no writer yet */
	OK(k_close(fd));
	fake.sleep = open_other_end;
	fd = k_open("/tmp/fifo", O_RDONLY, 0);
	assert_true(fd >= 0);
	assert_int_equal(k_write(fifo_writer, "hi", 2), 2);
	OK(k_close(fifo_writer));
	assert_int_equal(k_read(fd, got, 4), 2);
	assert_int_equal(k_read(fd, got, 4), 0);
	assert_int_equal(k_seek(fd, 0, SEEK_CUR), -ESPIPE);
	OK(k_close(fd));
	fake.signal = true;
	assert_int_equal(k_open("/tmp/fifo", O_RDONLY, 0), -ERESTARTSYS);
	fake.signal = false;
	OK(k_unlink("/tmp/fifo"));
}

static void test_eventfd(void **state)
{
	uint64_t v = 5;
	struct file *f;

	OK(eventfd_create(2, false, O_NONBLOCK, &f));
	assert_int_equal(rw(f, &v, 8, true), 8);
	assert_int_equal(file_poll(f, NULL), POLLIN | POLLOUT);
	assert_int_equal(rw(f, &v, 4, false), -EINVAL);
	assert_int_equal(rw(f, &v, 8, false), 8);
	assert_int_equal(v, 7);
	assert_int_equal(rw(f, &v, 8, false), -EAGAIN);
	v = UINT64_MAX;
	assert_int_equal(rw(f, &v, 8, true), -EINVAL);
	v = UINT64_MAX - 1;
	assert_int_equal(rw(f, &v, 8, true), 8);
	v = 1;
	assert_int_equal(rw(f, &v, 8, true), -EAGAIN);
	file_put(f);
	OK(eventfd_create(2, true, O_NONBLOCK, &f));
	assert_int_equal(rw(f, &v, 8, false), 8);
	assert_int_equal(v, 1);
	assert_int_equal(rw(f, &v, 8, false), 8);
	assert_int_equal(rw(f, &v, 8, false), -EAGAIN);
	file_put(f);
}

static void test_every_allocation_may_fail(void **state)
{
	size_t before;
	int err = -1;

	open_pipe(0); /* the hidden file system exists from now on */
	close_pipe();
	before = kmem_in_use();
	for (unsigned n = 1; err < 0; n++) {
		assert_true(n < 100);
		fake.allocs = 0;
		fake.fail_at = n;
		err = pipe_create(O_NONBLOCK, &rd, &wr);
		if (err == 0) {
			long w = WRITE(big, 10);

			if (w != 10) {
				assert_int_equal(w, -ENOMEM);
				err = -ENOMEM;
			}
			close_pipe();
		}
		world_restart();
		assert_int_equal(kmem_in_use(), before);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_begin, world_end)

static int setup(void **state)
{
	int r = world_setup(state);

	open_pipe(0);
	close_pipe();
	return r;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_bytes_in_order),
		T(test_empty_and_full),
		T(test_ends_gone),
		T(test_writer_waits_for_room),
		T(test_reader_waits_for_bytes),
		T(test_sizes),
		T(test_tee_leaves_the_bytes),
		T(test_fifo),
		T(test_eventfd),
		T(test_every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, setup, world_teardown);
}
