/* SPDX-License-Identifier: Apache-2.0 */
/* The file system layer over memfs: walks, opens, changes of the tree, descriptors, locks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fs_world.h"
#include "kmem.h"
#include "linux_errno.h"
#include "vfs.h"

#define OK(e) assert_int_equal((e), 0)

static long make_file(const char *path, const char *text)
{
	long fd = k_open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644), n;

	if (fd < 0)
		return fd;
	n = k_write(fd, text, strlen(text));
	(void)k_close(fd);
	return n < 0 ? n : 0;
}

static const char *content(const char *path)
{
	static char buf[256];
	long fd = k_open(path, O_RDONLY, 0), n;

	if (fd < 0)
		return "(cannot be opened)";
	n = k_read(fd, buf, sizeof(buf) - 1);
	(void)k_close(fd);
	if (n < 0)
		return "(cannot be read)";
	buf[n] = 0;
	return buf;
}

static void test_read_back_what_was_written(void **state)
{
	static char big[3 * 4096 + 100], got[sizeof(big)];
	struct stat_info st;
	long fd;

	for (size_t k = 0; k < sizeof(big); k++)
		big[k] = (char)(k * 31 + k / 4096);
	fd = k_open("/tmp/f", O_CREAT | O_RDWR, 0666);
	assert_int_equal(fd, 0);
	assert_int_equal(k_write(fd, big, sizeof(big)), sizeof(big));
	assert_int_equal(k_read(fd, got, 1), 0);
	assert_int_equal(k_seek(fd, 0, SEEK_SET), 0);
	assert_int_equal(k_read(fd, got, sizeof(got)), sizeof(got));
	assert_memory_equal(big, got, sizeof(got));
	OK(k_stat("/tmp/f", true, &st));
	assert_int_equal(st.size, sizeof(big));
	assert_int_equal(st.mode, S_IFREG | 0644); /* umask */
	assert_int_equal(k_seek(fd, 0x10000, SEEK_SET), 0x10000);
	assert_int_equal(k_write(fd, "x", 1), 1);
	assert_int_equal(k_pread(fd, got, 16, 0x8000), 16); /* a hole reads as zeros */
	for (unsigned k = 0; k < 16; k++)
		assert_int_equal(got[k], 0);
	OK(k_close(fd));
	OK(k_unlink("/tmp/f"));
	assert_int_equal(k_stat("/tmp/f", true, &st), -ENOENT);
}

static void test_cut_and_grow_shows_zeros(void **state)
{
	char got[8];
	struct file *f;
	long fd;

	OK(make_file("/tmp/t", "abcdefgh"));
	fd = k_open("/tmp/t", O_RDWR, 0);
	f = fd_get((int)fd);
	OK(vfs_truncate(f->dentry, f, 3));
	OK(vfs_truncate(f->dentry, f, 8));
	file_put(f);
	assert_int_equal(k_read(fd, got, 8), 8);
	assert_memory_equal(got, "abc\0\0\0\0\0", 8);
	OK(k_close(fd));
	OK(k_unlink("/tmp/t"));
}

static void test_open_flags(void **state)
{
	long fd;

	OK(make_file("/tmp/f", "one"));
	assert_int_equal(k_open("/tmp/f", O_CREAT | O_EXCL, 0644), -EEXIST);
	assert_int_equal(k_open("/tmp/none", O_RDONLY, 0), -ENOENT);
	assert_int_equal(k_open("/tmp", O_RDWR, 0), -EISDIR);
	assert_int_equal(k_open("/tmp/f", O_RDONLY | O_DIRECTORY, 0), -ENOTDIR);
	assert_int_equal(k_open("/tmp/f/", O_RDONLY, 0), -ENOTDIR);
	assert_int_equal(k_open("/tmp/new/", O_CREAT | O_RDWR, 0644), -EISDIR);
	assert_int_equal(k_open("", O_RDONLY, 0), -ENOENT);
	fd = k_open("/tmp/f", O_WRONLY | O_APPEND, 0);
	assert_int_equal(k_write(fd, "two", 3), 3);
	OK(k_seek(fd, 0, SEEK_SET));
	assert_int_equal(k_write(fd, "three", 5), 5);
	OK(k_close(fd));
	assert_string_equal(content("/tmp/f"), "onetwothree");
	fd = k_open("/tmp/f", O_WRONLY | O_TRUNC, 0);
	OK(k_close(fd));
	assert_string_equal(content("/tmp/f"), "");
	fd = k_open("/tmp/f", O_PATH, 0);
	assert_int_equal(k_read(fd, NULL, 0), -EBADF);
	OK(k_close(fd));
	fd = k_open("/tmp", O_TMPFILE | O_RDWR, 0600);
	assert_true(fd >= 0);
	assert_int_equal(k_write(fd, "x", 1), 1);
	OK(k_close(fd));
	OK(k_unlink("/tmp/f"));
}

static void test_symlinks(void **state)
{
	struct stat_info st;
	char name[300];

	OK(k_mkdir("/tmp/d", 0755));
	OK(make_file("/tmp/d/f", "deep"));
	OK(k_symlink("d", "/tmp/l"));
	OK(k_symlink("../../tmp/./d/../l/f", "/tmp/d/m"));
	OK(k_symlink("loop", "/tmp/loop"));
	OK(k_symlink("made", "/tmp/dangling"));
	assert_string_equal(content("/tmp/l/m"), "deep");
	OK(k_stat("/tmp/l", false, &st));
	assert_int_equal(st.mode & S_IFMT, S_IFLNK);
	assert_int_equal(st.size, 1);
	OK(k_stat("/tmp/l/", false, &st)); /* a trailing slash follows */
	assert_int_equal(st.mode & S_IFMT, S_IFDIR);
	assert_int_equal(k_stat("/tmp/loop", true, &st), -ELOOP);
	assert_int_equal(k_open("/tmp/l", O_RDONLY | O_NOFOLLOW, 0), -ELOOP);
	assert_int_equal(k_open("/tmp/dangling", O_RDONLY, 0), -ENOENT);
	assert_int_equal(k_open("/tmp/dangling", O_CREAT | O_EXCL, 0644), -EEXIST);
	OK(make_file("/tmp/dangling", "through"));
	assert_string_equal(content("/tmp/made"), "through");
	assert_int_equal(k_open("/tmp/d/f/x", O_RDONLY, 0), -ENOTDIR);
	memset(name, 'n', 299);
	name[299] = 0;
	memcpy(name, "/tmp/", 5);
	assert_int_equal(k_stat(name, true, &st), -ENAMETOOLONG);
	for (int k = 0; k < 41; k++) { /* a chain of 41: one too many */
		char from[32], to[32];

		snprintf(from, sizeof(from), k == 0 ? "d" : "c%d", k - 1);
		snprintf(to, sizeof(to), "/tmp/c%d", k);
		OK(k_symlink(from, to));
	}
	OK(k_stat("/tmp/c39", true, &st));
	assert_int_equal(k_stat("/tmp/c40", true, &st), -ELOOP);
	for (int k = 0; k < 41; k++) {
		char to[32];

		snprintf(to, sizeof(to), "/tmp/c%d", k);
		OK(k_unlink(to));
	}
	OK(k_unlink("/tmp/d/f"));
	OK(k_unlink("/tmp/d/m"));
	OK(k_unlink("/tmp/l"));
	OK(k_unlink("/tmp/loop"));
	OK(k_unlink("/tmp/dangling"));
	OK(k_unlink("/tmp/made"));
	OK(k_rmdir("/tmp/d"));
}

static void test_unlink_of_open_file_keeps_contents(void **state)
{
	struct stat_info st;
	struct file *f;
	char buf[8];
	long fd;

	OK(make_file("/tmp/f", "still"));
	fd = k_open("/tmp/f", O_RDONLY, 0);
	OK(k_unlink("/tmp/f"));
	assert_int_equal(k_stat("/tmp/f", true, &st), -ENOENT);
	assert_int_equal(k_read(fd, buf, 8), 5);
	f = fd_get((int)fd);
	OK(vfs_file_stat(f, &st));
	assert_int_equal(st.nlink, 0);
	file_put(f);
	OK(make_file("/tmp/f", "new"));
	OK(k_close(fd));
	assert_string_equal(content("/tmp/f"), "new");
	OK(k_unlink("/tmp/f"));
}

static void test_directories(void **state)
{
	struct stat_info st;
	char names[256];

	OK(k_mkdir("/tmp/d", 0777));
	assert_int_equal(k_mkdir("/tmp/d", 0777), -EEXIST);
	OK(k_mkdir("/tmp/d/sub/", 0777));
	OK(make_file("/tmp/d/b", ""));
	OK(make_file("/tmp/d/a", ""));
	OK(k_stat("/tmp/d", true, &st));
	assert_int_equal(st.nlink, 3);
	OK(k_list("/tmp/d", names, sizeof(names)));
	assert_string_equal(names, "sub b a");
	assert_int_equal(k_rmdir("/tmp/d"), -ENOTEMPTY);
	assert_int_equal(k_rmdir("/tmp/d/a"), -ENOTDIR);
	assert_int_equal(k_unlink("/tmp/d/sub"), -EISDIR);
	assert_int_equal(k_rmdir("/tmp/d/sub/."), -EINVAL);
	assert_int_equal(k_rmdir("/tmp/d/sub/.."), -ENOTEMPTY);
	OK(k_rmdir("/tmp/d/sub/"));
	OK(k_unlink("/tmp/d/a"));
	OK(k_unlink("/tmp/d/b"));
	OK(k_rmdir("/tmp/d"));
	assert_int_equal(k_rmdir("/tmp"), -EBUSY);
	assert_int_equal(k_rmdir("/"), -EBUSY);
}

static void test_rename(void **state)
{
	struct stat_info st;
	char long_name[300] = "/tmp/d/";

	OK(k_mkdir("/tmp/d", 0755));
	OK(k_mkdir("/tmp/e", 0755));
	OK(make_file("/tmp/a", "a"));
	OK(make_file("/tmp/b", "b"));
	OK(k_rename("/tmp/a", "/tmp/b", 0));
	assert_string_equal(content("/tmp/b"), "a");
	assert_int_equal(k_stat("/tmp/a", true, &st), -ENOENT);
	assert_int_equal(k_rename("/tmp/b", "/tmp/d", 0), -EISDIR);
	assert_int_equal(k_rename("/tmp/d", "/tmp/b", 0), -ENOTDIR);
	assert_int_equal(k_rename("/tmp/d", "/tmp/d/x", 0), -EINVAL);
	assert_int_equal(k_rename("/tmp/b", "/x", 0), -EXDEV);
	assert_int_equal(k_rename("/tmp/nix", "/tmp/y", 0), -ENOENT);
	assert_int_equal(k_rename("/tmp/b", "/tmp/d", RENAME_NOREPLACE), -EEXIST);
	memset(long_name + 7, 'z', 200);
	OK(k_rename("/tmp/b", long_name, 0));
	assert_string_equal(content(long_name), "a");
	assert_int_equal(k_rename("/tmp/e", "/tmp/d", 0), -ENOTEMPTY);
	OK(k_rename("/tmp/e", long_name, RENAME_EXCHANGE));
	OK(k_stat(long_name, true, &st));
	assert_int_equal(st.mode & S_IFMT, S_IFDIR);
	assert_string_equal(content("/tmp/e"), "a");
	OK(k_stat("/tmp/d", true, &st));
	assert_int_equal(st.nlink, 3);
	OK(k_unlink("/tmp/e"));
	OK(k_rmdir(long_name));
	OK(k_mkdir("/tmp/e", 0755));
	OK(k_rename("/tmp/e", "/tmp/d", 0)); /* over an empty directory */
	OK(k_rmdir("/tmp/d"));
}

static void test_links(void **state)
{
	struct stat_info a, b;

	OK(make_file("/tmp/a", "1"));
	OK(k_link("/tmp/a", "/tmp/b"));
	assert_int_equal(k_link("/tmp/a", "/tmp/b"), -EEXIST);
	assert_int_equal(k_link("/tmp", "/tmp/c"), -EPERM);
	OK(k_stat("/tmp/a", true, &a));
	OK(k_stat("/tmp/b", true, &b));
	assert_int_equal(a.ino, b.ino);
	assert_int_equal(a.nlink, 2);
	OK(k_rename("/tmp/a", "/tmp/b", 0)); /* the same file: nothing happens */
	OK(k_stat("/tmp/a", true, &a));
	OK(k_unlink("/tmp/a"));
	assert_string_equal(content("/tmp/b"), "1");
	OK(k_unlink("/tmp/b"));
}

static void test_permissions(void **state)
{
	OK(k_mkdir("/tmp/p", 0700));
	OK(make_file("/tmp/p/f", "x"));
	world_proc.uid = world_proc.euid = 1000;
	world_proc.gid = world_proc.egid = 1000;
	assert_int_equal(k_open("/tmp/p/f", O_RDONLY, 0), -EACCES);
	assert_int_equal(k_unlink("/tmp/p/f"), -EACCES);
	OK(make_file("/tmp/mine", "y"));
	assert_int_equal(k_rmdir("/tmp/p"), -EPERM); /* sticky /tmp, not ours */
	assert_int_equal(k_open("/sys/x", O_CREAT | O_WRONLY, 0644), -EACCES);
	world_proc.uid = world_proc.euid = 1001;
	assert_int_equal(k_open("/tmp/mine", O_WRONLY, 0), -EACCES);
	assert_int_equal(k_unlink("/tmp/mine"), -EPERM);
	world_proc.uid = world_proc.euid = 0;
	OK(k_unlink("/tmp/mine"));
	OK(k_unlink("/tmp/p/f"));
	OK(k_rmdir("/tmp/p"));
}

static void path_is(const char *path, const char *want)
{
	char buf[PATH_MAX];
	struct dentry *d;

	OK(path_lookup(AT_FDCWD, path, LOOKUP_FOLLOW, &d));
	assert_int_equal(d_path(d, NULL, buf, sizeof(buf)), strlen(want));
	assert_string_equal(buf, want);
	dput(d);
}

static void test_dotdot_and_mounts(void **state)
{
	OK(k_mkdir("/tmp/d", 0755));
	path_is("/tmp/d/../d/..", "/tmp");
	path_is("/tmp/..", "/");
	path_is("/../..", "/");
	path_is("/dev/../tmp/d", "/tmp/d");
	path_is("/", "/");
	OK(k_rmdir("/tmp/d"));
}

static void test_descriptors(void **state)
{
	struct fdtable *old = world_proc.files;

	world_proc.files = fdtable_new();
	assert_int_equal(k_open("/tmp", O_RDONLY | O_CLOEXEC, 0), 0);
	assert_int_equal(fd_cloexec(0, -1), 1);
	assert_int_equal(fd_dup2(0, 200, 0), 200); /* the table grows */
	assert_int_equal(fd_cloexec(200, -1), 0);
	assert_int_equal(fd_dup2(0, 5000, 0), -EBADF);
	assert_int_equal(k_open("/tmp", O_RDONLY, 0), 1);
	OK(k_close(0));
	assert_int_equal(k_open("/tmp", O_RDONLY, 0), 0);
	assert_int_equal(fd_close_range(0, 1, 0), 0);
	assert_int_equal(k_close(1), -EBADF);
	world_proc.rlim[7].cur = 3;
	for (int k = 0; k < 3; k++)
		assert_int_equal(k_open("/tmp", O_RDONLY, 0), k);
	assert_int_equal(k_open("/tmp", O_RDONLY, 0), -EMFILE);
	world_proc.rlim[7].cur = 1024;
	assert_int_equal(fd_close_range(0, UINT32_MAX, 0), 0);
	assert_int_equal(k_close(200), -EBADF);
	fdtable_put(world_proc.files);
	world_proc.files = old;
}

static long lock(long fd, unsigned cmd, int type, int64_t start, int64_t len, struct linux_flock *l)
{
	struct file *f = fd_get((int)fd);
	long r;

	*l = (struct linux_flock){.type = (int16_t)type, .start = start, .len = len};
	r = flk_fcntl(f, cmd, uaddr((uint64_t)(uintptr_t)l));
	file_put(f);
	return r;
}

static void test_record_locks(void **state)
{
	struct fdtable *mine = world_proc.files, *other = fdtable_new();
	struct linux_flock l;
	long a, b;

	OK(make_file("/tmp/l", "0123456789"));
	a = k_open("/tmp/l", O_RDWR, 0);
	OK(lock(a, F_SETLK, F_WRLCK, 0, 0, &l));
	OK(lock(a, F_SETLK, F_UNLCK, 3, 2, &l)); /* splits */
	world_proc.files = other;
	b = k_open("/tmp/l", O_RDWR, 0);
	OK(lock(b, F_SETLK, F_WRLCK, 3, 2, &l));
	assert_int_equal(lock(b, F_SETLK, F_RDLCK, 5, 1, &l), -EAGAIN);
	OK(lock(b, F_GETLK, F_RDLCK, 5, 1, &l));
	assert_int_equal(l.type, F_WRLCK);
	assert_int_equal(l.start, 5);
	assert_int_equal(l.len, 0);
	assert_int_equal(l.pid, 42);
	fake.signal = true;
	assert_int_equal(lock(b, F_SETLKW, F_RDLCK, 5, 1, &l), -ERESTARTSYS);
	fake.signal = false;
	assert_int_equal(lock(b, F_OFD_SETLK, F_WRLCK, 4, 1, &l), -EAGAIN); /* another owner */
	world_proc.files = mine;
	OK(k_close(a)); /* takes the owner's locks with it */
	world_proc.files = other;
	OK(lock(b, F_SETLK, F_RDLCK, 5, 1, &l));
	fdtable_put(other);
	world_proc.files = mine;
	OK(k_unlink("/tmp/l"));
}

static void test_proc_texts(void **state)
{
	char link[64];
	const char *s;
	struct dentry *d;
	char *target;
	long fd;

	s = content("/proc/self/comm");
	assert_string_equal(s, "test\n");
	assert_non_null(strstr(content("/proc/self/status"), "Tgid:\t42\n"));
	assert_non_null(strstr(content("/proc/self/stat"), "42 (test) R 0 42 42 "));
	assert_non_null(strstr(content("/proc/self/mounts"), "root / tmpfs rw"));
	assert_non_null(strstr(content("/proc/meminfo"), "MemTotal:  "));
	assert_string_equal(content("/proc/sys/kernel/ostype"), "Linux\n");
	assert_string_equal(content("/sys/devices/system/cpu/online"), "0\n");
	assert_string_equal(content("/proc/41/comm"), "(cannot be opened)");
	OK(make_file("/tmp/f", "via proc"));
	fd = k_open("/tmp/f", O_RDONLY, 0);
	snprintf(link, sizeof(link), "/proc/self/fd/%ld", fd);
	OK(path_lookup(AT_FDCWD, link, 0, &d));
	OK(read_link(d, &target));
	assert_string_equal(target, "/tmp/f");
	kfree(target);
	dput(d);
	assert_string_equal(content(link), "via proc");
	OK(k_unlink("/tmp/f"));
	assert_string_equal(content(link), "via proc");
	OK(k_close(fd));
	assert_string_equal(content(link), "(cannot be opened)");
}

static void test_devices(void **state)
{
	char buf[64];
	long fd = k_open("/dev/null", O_RDWR, 0);

	assert_int_equal(k_read(fd, buf, 8), 0);
	assert_int_equal(k_write(fd, buf, 8), 8);
	OK(k_close(fd));
	fd = k_open("/dev/zero", O_RDONLY, 0);
	memset(buf, 1, sizeof(buf));
	assert_int_equal(k_read(fd, buf, sizeof(buf)), sizeof(buf));
	for (unsigned k = 0; k < sizeof(buf); k++)
		assert_int_equal(buf[k], 0);
	OK(k_close(fd));
	fd = k_open("/dev/full", O_WRONLY, 0);
	assert_int_equal(k_write(fd, buf, 1), -ENOSPC);
	OK(k_close(fd));
	assert_int_equal(k_open("/dev/tty", O_RDWR, 0), -ENXIO);
}

/* Every allocation fails in turn: the error is ENOMEM (or what a full table or file gives), the
 * tree is as before, nothing leaks. */
static long busy_scenario(void)
{
	long err = k_mkdir("/tmp/s", 0755), fd;

	if (err < 0)
		return err;
	err = make_file("/tmp/s/file-with-a-name-too-long-to-be-kept-in-the-entry", "hello");
	if (err == 0)
		err = k_symlink("file-with-a-name-too-long-to-be-kept-in-the-entry", "/tmp/s/l");
	if (err == 0) {
		fd = k_open("/tmp/s/l", O_RDWR, 0);
		err = fd < 0 ? fd : 0;
		if (fd >= 0)
			(void)k_close(fd);
	}
	if (err == 0)
		err = k_rename("/tmp/s/l", "/tmp/s/m", 0);
	return err;
}

static void clean_scenario(void)
{
	world_restart();
	(void)k_unlink("/tmp/s/l");
	(void)k_unlink("/tmp/s/m");
	(void)k_unlink("/tmp/s/file-with-a-name-too-long-to-be-kept-in-the-entry");
	(void)k_rmdir("/tmp/s");
	dcache_shrink(0);
}

static void test_every_allocation_may_fail(void **state)
{
	size_t before = kmem_in_use();
	long err = -1;

	for (unsigned n = 1; err != 0; n++) {
		assert_true(n < 1000);
		fake.allocs = 0;
		fake.fail_at = n;
		err = busy_scenario();
		assert_true(err == 0 || err == -ENOMEM || err == -ENOSPC || err == -EMFILE);
		clean_scenario();
		assert_int_equal(kmem_in_use(), before);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_read_back_what_was_written),
		T(test_cut_and_grow_shows_zeros),
		T(test_open_flags),
		T(test_symlinks),
		T(test_unlink_of_open_file_keeps_contents),
		T(test_directories),
		T(test_rename),
		T(test_links),
		T(test_permissions),
		T(test_dotdot_and_mounts),
		T(test_descriptors),
		T(test_record_locks),
		T(test_proc_texts),
		T(test_devices),
		T(test_every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
