/* SPDX-License-Identifier: Apache-2.0 */
/* Host directories: reading and writing through, freshness, read-only, and a host that lies or
 * fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fs_world.h"
#include "hostfs.h"
#include "kmem.h"
#include "linux_errno.h"
#include "vfs.h"

#define OK(e) assert_int_equal((e), 0)

static const char *host(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", world_dir, name);
	return path;
}

static const char *content(const char *path)
{
	static char buf[64];
	long fd = k_open(path, O_RDONLY, 0), n;

	if (fd < 0)
		return "(cannot be opened)";
	n = k_read(fd, buf, sizeof(buf) - 1);
	(void)k_close(fd);
	buf[n < 0 ? 0 : n] = 0;
	return buf;
}

static void later(void)
{
	fake.now += HOSTFS_TTL_ROOT_NS + 1;
}

static void test_read_only(void **state)
{
	struct stat_info st;

	assert_true(host_write_file(host("f"), "hello"));
	assert_string_equal(content("/ro/f"), "hello");
	assert_int_equal(k_open("/ro/f", O_RDWR, 0), -EROFS);
	assert_int_equal(k_open("/ro/f", O_RDONLY | O_TRUNC, 0), -EROFS);
	assert_int_equal(k_open("/ro/new", O_CREAT | O_WRONLY, 0644), -EROFS);
	assert_int_equal(k_mkdir("/ro/d", 0755), -EROFS);
	assert_int_equal(k_mkdir("/ro/f", 0755), -EEXIST);
	assert_int_equal(k_unlink("/ro/f"), -EROFS);
	assert_int_equal(k_rename("/ro/f", "/ro/g", 0), -EROFS);
	assert_int_equal(k_symlink("x", "/ro/l"), -EROFS);
	OK(k_stat("/ro/f", true, &st));
	assert_int_equal(st.size, 5);
	assert_true(host_remove(host("f")));
	later();
	assert_int_equal(k_stat("/ro/f", true, &st), -ENOENT);
}

static void test_write_through(void **state)
{
	struct stat_info st;
	char buf[32];
	long fd = k_open("/host/w", O_CREAT | O_RDWR, 0640);

	assert_true(fd >= 0);
	assert_int_equal(k_write(fd, "one", 3), 3);
	assert_int_equal(k_write(fd, "two", 3), 3);
	OK(k_seek(fd, 0, SEEK_SET));
	assert_int_equal(k_read(fd, buf, sizeof(buf)), 6);
	assert_memory_equal(buf, "onetwo", 6);
	OK(k_close(fd));
	OK(k_stat("/host/w", true, &st));
	assert_int_equal(st.size, 6);
	fd = k_open("/host/w", O_WRONLY | O_APPEND, 0);
	assert_int_equal(k_write(fd, "three", 5), 5);
	assert_int_equal(k_seek(fd, 0, SEEK_CUR), 11);
	OK(k_close(fd));
	assert_string_equal(content("/host/w"), "onetwothree");
	OK(k_rename("/host/w", "/host/v", 0));
	assert_string_equal(content("/host/w"), "(cannot be opened)");
	assert_string_equal(content("/host/v"), "onetwothree");
	fd = k_open("/host/v", O_WRONLY | O_TRUNC, 0);
	OK(k_close(fd));
	assert_string_equal(content("/host/v"), "");
	assert_int_equal(k_rename("/host/v", "/tmp/v", 0), -EXDEV);
	OK(k_unlink("/host/v"));
	assert_string_equal(content("/host/v"), "(cannot be opened)");
}

static void test_tree(void **state)
{
	struct stat_info a, b;
	char names[128];

	OK(k_mkdir("/host/d", 0755));
	OK(k_mkdir("/host/d/e", 0755));
	assert_true(host_write_file(host("d/e/f"), "deep"));
	OK(k_symlink("e/f", "/host/d/l"));
	assert_string_equal(content("/host/d/l"), "deep");
	OK(k_rename("/host/d", "/host/D", 0)); /* what is below moves along */
	assert_string_equal(content("/host/D/e/f"), "deep");
	OK(k_link("/host/D/e/f", "/host/D/g"));
	OK(k_stat("/host/D/e/f", true, &a));
	OK(k_stat("/host/D/g", true, &b));
	assert_int_equal(a.ino, b.ino);
	assert_int_equal(b.nlink, 2);
	OK(k_list("/host/D", names, sizeof(names)));
	assert_non_null(strstr(names, "e"));
	assert_non_null(strstr(names, "l"));
	assert_non_null(strstr(names, "g"));
	assert_int_equal(strlen(names), 5);
	assert_int_equal(k_rmdir("/host/D"), -ENOTEMPTY);
	OK(k_unlink("/host/D/e/f"));
	OK(k_unlink("/host/D/l"));
	OK(k_unlink("/host/D/g"));
	OK(k_rmdir("/host/D/e"));
	OK(k_rmdir("/host/D"));
}

static void test_freshness(void **state)
{
	struct stat_info st;
	unsigned before;

	assert_true(host_write_file(host("a"), "1"));
	OK(k_stat("/host/a", true, &st));
	before = host_calls;
	for (unsigned k = 0; k < 100; k++)
		OK(k_stat("/host/a", true, &st));
	assert_int_equal(k_stat("/host/none", true, &st), -ENOENT);
	for (unsigned k = 0; k < 100; k++)
		assert_int_equal(k_stat("/host/none", true, &st), -ENOENT);
	assert_in_range(host_calls - before, 0, 1); /* what is known is not asked again */
	assert_true(host_write_file(host("a"), "12345"));
	assert_true(host_write_file(host("none"), "x"));
	later();
	OK(k_stat("/host/a", true, &st));
	assert_int_equal(st.size, 5);
	OK(k_stat("/host/none", true, &st));
	assert_true(host_remove(host("a")));
	assert_true(host_symlink_file("none", host("a"))); /* became something else */
	later();
	OK(k_stat("/host/a", false, &st));
	assert_int_equal(st.mode & S_IFMT, S_IFLNK);
	assert_string_equal(content("/host/a"), "x");
	assert_true(host_remove(host("a")));
	assert_true(host_remove(host("none")));
}

/* A symlink of the host never leads out of the tree as seen inside. */
static void test_symlinks_are_walked_inside(void **state)
{
	assert_true(host_symlink_file("/etc/passwd", host("abs")));
	assert_true(host_symlink_file("../../../../../../etc/passwd", host("up")));
	assert_true(host_symlink_file("/proc/self/comm", host("proc")));
	assert_string_equal(content("/host/abs"), "(cannot be opened)");
	assert_string_equal(content("/host/up"), "(cannot be opened)");
	assert_string_equal(content("/host/proc"), "test\n"); /* ours, not the host's */
	assert_true(host_remove(host("abs")));
	assert_true(host_remove(host("up")));
	assert_true(host_remove(host("proc")));
}

static void test_many_entries(void **state)
{
	static char names[40000];
	char name[32];
	unsigned n = 0;

	for (int k = 0; k < 700; k++) {
		snprintf(name, sizeof(name), "entry-%d", k);
		assert_true(host_write_file(host(name), ""));
	}
	OK(k_list("/host", names, sizeof(names)));
	for (char *p = names; *p != 0; p++)
		n += *p == ' ';
	assert_int_equal(n, 699);
	for (int k = 0; k < 700; k++) {
		snprintf(name, sizeof(name), "entry-%d", k);
		assert_true(host_remove(host(name)));
	}
}

static long scenario(void)
{
	char buf[8];
	char names[64];
	struct stat_info st;
	long fd, err;

	err = k_mkdir("/host/s", 0755);
	if (err < 0)
		return err;
	fd = k_open("/host/s/f", O_CREAT | O_RDWR, 0644);
	if (fd < 0)
		return fd;
	err = k_write(fd, "abc", 3);
	if (err >= 0)
		err = k_pread(fd, buf, sizeof(buf), 0);
	(void)k_close(fd);
	if (err >= 0)
		err = k_symlink("f", "/host/s/l");
	if (err >= 0)
		err = k_stat("/host/s/l", true, &st);
	if (err >= 0)
		err = k_list("/host/s", names, sizeof(names));
	if (err >= 0)
		err = k_rename("/host/s/f", "/host/s/g", 0);
	return err;
}

static void clean(void)
{
	world_restart();
	later();
	(void)k_unlink("/host/s/l");
	(void)k_unlink("/host/s/f");
	(void)k_unlink("/host/s/g");
	(void)k_rmdir("/host/s");
	dcache_shrink(0);
}

static void test_every_allocation_may_fail(void **state)
{
	size_t before = kmem_in_use();
	long err = -1;

	for (unsigned n = 1; err < 0; n++) {
		assert_true(n < 2000);
		fake.allocs = 0;
		fake.fail_at = n;
		err = scenario();
		clean();
		assert_int_equal(kmem_in_use(), before);
	}
}

/* The host gives a wrong answer to the Nth question, in each of several ways. */
static uint64_t lie_value;
static bool lie_scribble;

static void lie(struct hc_msg *m)
{
	if (lie_scribble)
		for (unsigned k = 0; k < HC_ARGS; k++)
			if (m->a[k] < ARENA_SIZE - 256)
				memset(fake.arena + m->a[k], 0xff, 256);
	if (lie_value != 0)
		m->ret = (int64_t)lie_value;
}

static void test_every_answer_may_be_a_lie(void **state)
{
	static const uint64_t lies[] = {0, (uint64_t)-1, (uint64_t)-9999, 1, 0x7fffffff, 1ull << 40,
		1ull << 63, (uint64_t)-EINTR, (uint64_t)-ENOENT};
	size_t before = kmem_in_use();

	for (unsigned way = 0; way < 2 * sizeof(lies) / sizeof(lies[0]); way++) {
		unsigned n = 1;

		lie_value = lies[way / 2];
		lie_scribble = way % 2;
		fake.lie = lie;
		do {
			assert_true(n < 1000);
			fake.calls = 0;
			fake.lie_at = n++;
			(void)scenario();
			fake.lie_at = fake.calls < fake.lie_at ? 0 : fake.lie_at;
			if (fake.lie_at == 0)
				n = 0;
			clean();
			assert_int_equal(kmem_in_use(), before);
		} while (n != 0);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_read_only),
		T(test_write_through),
		T(test_tree),
		T(test_freshness),
		T(test_symlinks_are_walked_inside),
		T(test_many_entries),
		T(test_every_allocation_may_fail),
		T(test_every_answer_may_be_a_lie),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
