/* SPDX-License-Identifier: Apache-2.0 */
/* poll(2) and epoll(7) over pipes; a stream of the host under poll. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fs_world.h"
#include "epoll.h"
#include "kmem.h"
#include "linux_errno.h"
#include "pipe.h"
#include "poll.h"
#include "thread.h"
#include "uaccess.h"
#include "vfs.h"

#define OK(e) assert_int_equal((e), 0)

static long rfd, wfd;

static void open_pipe(void)
{
	struct file *rd, *wr;

	OK(pipe_create(0, &rd, &wr));
	rfd = fd_install(rd, 0, 0);
	wfd = fd_install(wr, 0, 0);
	assert_true(rfd >= 0 && wfd >= 0);
}

static void close_pipe(void)
{
	OK(k_close(rfd));
	OK(k_close(wfd));
}

static int write_in_sleep(uint64_t deadline, bool interruptible)
{
	fake.sleep = NULL;
	assert_int_equal(k_write(wfd, "x", 1), 1);
	return 0;
}

static void test_poll_now(void **state)
{
	struct linux_pollfd p[3];

	open_pipe();
	p[0] = (struct linux_pollfd){(int)rfd, POLLIN, 0};
	p[1] = (struct linux_pollfd){(int)wfd, POLLOUT, 0};
	p[2] = (struct linux_pollfd){99, POLLIN, 0};
	assert_int_equal(poll_files(p, 3, 0), 2);
	assert_int_equal(p[0].revents, 0);
	assert_int_equal(p[1].revents, POLLOUT);
	assert_int_equal(p[2].revents, POLLNVAL);
	p[2].fd = -1;
	assert_int_equal(poll_files(p, 3, 0), 1);
	assert_int_equal(p[2].revents, 0);
	close_pipe();
}

static void test_poll_waits(void **state)
{
	struct linux_pollfd p;

	open_pipe();
	p = (struct linux_pollfd){(int)rfd, POLLIN, 0};
	assert_int_equal(poll_files(&p, 1, fake.now + 1000), 0); /* the time passes */
	fake.sleep = write_in_sleep;
	assert_int_equal(poll_files(&p, 1, NO_DEADLINE), 1);
	assert_int_equal(p.revents, POLLIN);
	fake.signal = true;
	p.events = POLLPRI;
	assert_int_equal(poll_files(&p, 1, NO_DEADLINE), -EINTR);
	close_pipe();
}

static void test_poll_many(void **state)
{
	struct linux_pollfd p[40];

	open_pipe();
	for (unsigned k = 0; k < 40; k++)
		p[k] = (struct linux_pollfd){(int)rfd, POLLIN, 0};
	fake.sleep = write_in_sleep;
	assert_int_equal(poll_files(p, 40, NO_DEADLINE), 40);
	close_pipe();
}

static struct file *ep;

static long ctl(int op, long fd, uint32_t events)
{
	struct linux_epoll_event ev = {events, {(uint32_t)fd, 7}};

	return epoll_control(ep, op, (int)fd, &ev);
}

static struct linux_epoll_event out[4];

static long wait_now(void)
{
	memset(out, 0, sizeof(out));
	return epoll_wait_events(ep, uaddr((uint64_t)(uintptr_t)out), 4, 0);
}

static void test_epoll_levels_and_edges(void **state)
{
	char c;

	open_pipe();
	OK(epoll_create_file(0, &ep));
	OK(ctl(EPOLL_CTL_ADD, rfd, POLLIN));
	assert_int_equal(ctl(EPOLL_CTL_ADD, rfd, POLLIN), -EEXIST);
	assert_int_equal(ctl(EPOLL_CTL_MOD, wfd, POLLIN), -ENOENT);
	assert_int_equal(ctl(EPOLL_CTL_DEL, 99, 0), -EBADF);
	assert_int_equal(wait_now(), 0);
	assert_int_equal(k_write(wfd, "ab", 2), 2);
	for (int k = 0; k < 3; k++) { /* level: as long as it is so */
		assert_int_equal(wait_now(), 1);
		assert_int_equal(out[0].events, POLLIN);
		assert_int_equal(out[0].data[0], rfd);
		assert_int_equal(out[0].data[1], 7);
	}
	OK(ctl(EPOLL_CTL_MOD, rfd, POLLIN | EPOLLET));
	assert_int_equal(wait_now(), 1);
	assert_int_equal(wait_now(), 0); /* edge: once */
	assert_int_equal(k_read(rfd, &c, 1), 1);
	assert_int_equal(k_read(rfd, &c, 1), 1);
	assert_int_equal(k_write(wfd, "c", 1), 1);
	assert_int_equal(wait_now(), 1);
	OK(ctl(EPOLL_CTL_MOD, rfd, POLLIN | EPOLLONESHOT));
	assert_int_equal(wait_now(), 1);
	assert_int_equal(wait_now(), 0);
	OK(ctl(EPOLL_CTL_MOD, rfd, POLLIN | EPOLLONESHOT));
	assert_int_equal(wait_now(), 1);
	OK(k_close(rfd)); /* the last descriptor: the instance forgets it */
	assert_int_equal(wait_now(), 0);
	OK(k_close(wfd));
	file_put(ep);
}

static void test_epoll_waits(void **state)
{
	open_pipe();
	OK(epoll_create_file(0, &ep));
	OK(ctl(EPOLL_CTL_ADD, rfd, POLLIN));
	fake.sleep = write_in_sleep;
	assert_int_equal(epoll_wait_events(ep, uaddr((uint64_t)(uintptr_t)out), 4, NO_DEADLINE), 1);
	file_put(ep); /* before the files it watches */
	close_pipe();
}

static void test_epoll_nests_but_never_in_a_ring(void **state)
{
	struct file *outer;
	long in, o;

	OK(epoll_create_file(0, &ep));
	OK(epoll_create_file(0, &outer));
	in = fd_install(ep, 0, 0);
	o = fd_install(outer, 0, 0);
	open_pipe();
	OK(ctl(EPOLL_CTL_ADD, rfd, POLLIN));
	ep = outer;
	OK(ctl(EPOLL_CTL_ADD, in, POLLIN));
	assert_int_equal(wait_now(), 0);
	assert_int_equal(k_write(wfd, "x", 1), 1);
	assert_int_equal(wait_now(), 1); /* through both */
	assert_int_equal(ctl(EPOLL_CTL_ADD, o, POLLIN), -EINVAL);
	ep = fdtable_lookup(world_proc.files, (int)in);
	assert_int_equal(ctl(EPOLL_CTL_ADD, o, POLLIN), -ELOOP);
	OK(k_close(in));
	OK(k_close(o));
	close_pipe();
}

static void test_regular_files_are_refused(void **state)
{
	long fd = k_open("/tmp", O_RDONLY, 0);

	OK(epoll_create_file(0, &ep));
	assert_int_equal(ctl(EPOLL_CTL_ADD, fd, POLLIN), -EPERM);
	file_put(ep);
	OK(k_close(fd));
}

/* A FIFO of the host: read and poll never block on the host. */
static void test_host_stream(void **state)
{
	struct linux_pollfd p;
	char path[96], buf[8];
	long fd, w;

	snprintf(path, sizeof(path), "%s/fifo", world_dir);
	assert_true(host_make_fifo(path));
	fd = k_open("/host/fifo", O_RDWR | O_NONBLOCK, 0);
	w = k_open("/host/fifo", O_RDWR, 0);
	assert_true(fd >= 0 && w >= 0);
	assert_int_equal(k_read(fd, buf, 8), -EAGAIN);
	fake.silent = true; /* nothing there: the host does not answer the poll */
	p = (struct linux_pollfd){(int)fd, POLLIN, 0};
	assert_int_equal(poll_files(&p, 1, 0), 0);
	assert_int_equal(fake.npending, 1);
	assert_int_equal(poll_files(&p, 1, 0), 0);
	assert_int_equal(fake.npending, 1); /* one question at a time */
	assert_int_equal(k_write(w, "hello", 5), 5);
	fake_answer(0, POLLIN);
	assert_int_equal(poll_files(&p, 1, 0), 1);
	assert_int_equal(k_read(fd, buf, 8), 5);
	assert_memory_equal(buf, "hello", 5);
	fake.signal = true;
	assert_int_equal(k_read(w, buf, 8), -ERESTARTSYS);
	OK(k_close(w)); /* while its question is open */
	assert_int_equal(fake.npending, 1);
	fake_answer(0, POLLIN);
	OK(k_close(fd));
	OK(k_unlink("/host/fifo"));
}

static void test_every_allocation_may_fail(void **state)
{
	size_t before = kmem_in_use();
	long err = -1;

	for (unsigned n = 1; err < 0; n++) {
		struct linux_pollfd p[20];

		assert_true(n < 100);
		open_pipe();
		OK(epoll_create_file(0, &ep));
		for (unsigned k = 0; k < 20; k++)
			p[k] = (struct linux_pollfd){(int)rfd, POLLIN, 0};
		fake.allocs = 0;
		fake.fail_at = n;
		err = poll_files(p, 20, fake.now + 1000);
		assert_true(err == 0 || err == -ENOMEM);
		if (err == 0)
			err = ctl(EPOLL_CTL_ADD, rfd, POLLIN);
		world_restart();
		file_put(ep);
		close_pipe();
		assert_int_equal(kmem_in_use(), before);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_begin, world_end)

static int setup(void **state)
{
	int r = world_setup(state);

	open_pipe();
	close_pipe();
	return r;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_poll_now),
		T(test_poll_waits),
		T(test_poll_many),
		T(test_epoll_levels_and_edges),
		T(test_epoll_waits),
		T(test_epoll_nests_but_never_in_a_ring),
		T(test_regular_files_are_refused),
		T(test_host_stream),
		T(test_every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, setup, world_teardown);
}
