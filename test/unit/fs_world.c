/* SPDX-License-Identifier: Apache-2.0 */
/* The world of the file tests; see fs_world.h. proc/ and mm/ are played here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fs_world.h"
#include "conf.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mm.h"
#include "task.h"
#include "thread.h"
#include "uaccess.h"
#include "vfs.h"

struct proc world_proc;
unsigned world_signals;
char world_dir[64];
struct list proc_list = {&proc_list, &proc_list};

static size_t in_use;

/* ---- what fs/ and ipc/ ask of proc/ and mm/ ---- */

void signal_send_thread(struct thread *t, int sig, int code)
{
	world_signals |= 1u << sig;
}

void signal_send_proc(struct proc *p, int sig, int code)
{
	world_signals |= 1u << sig;
}

void signal_send_pgrp(int pgid, int sig, int code)
{
	world_signals |= 1u << sig;
}

bool signal_is_ignored(const struct proc *p, int sig)
{
	return false;
}

bool task_group_orphaned(int pgid, const struct proc *but)
{
	return true;
}

struct proc *proc_find(int pid)
{
	return pid == world_proc.pid ? &world_proc : NULL;
}

unsigned proc_ran_total(void)
{
	return 1;
}

const char *thread_comm(const struct thread *t)
{
	return world_proc.comm;
}

const char *conf_next(size_t *off, uint32_t kind, size_t *len)
{
	return NULL;
}

void conf_hostname(char *buf, size_t cap)
{
}

struct mm *mm_get(struct mm *mm)
{
	return mm;
}

void mm_put(struct mm *mm)
{
}

uaddr_t mm_user(const struct mm *mm, uint64_t linear)
{
	return uaddr(linear);
}

size_t strlcpy(
	char *dst, const char *src, size_t cap); /* lib/mem.c has it; this C library has not */
size_t strlcpy(char *dst, const char *src, size_t cap)
{
	size_t n = strlen(src);

	snprintf(dst, cap, "%s", src);
	return n;
}

/* ---- the world ---- */

static void proc_make(void)
{
	memset(&world_proc, 0, sizeof(world_proc));
	world_proc.pid = world_proc.pgid = world_proc.sid = 42;
	snprintf(world_proc.comm, sizeof(world_proc.comm), "test");
	list_init(&world_proc.threads);
	list_init(&world_proc.all_link);
	list_push_back(&proc_list, &world_proc.all_link);
	for (unsigned k = 0; k < RLIM_COUNT; k++)
		world_proc.rlim[k] = (struct rlimit64){RLIM_INFINITY, RLIM_INFINITY};
	world_proc.rlim[7].cur = 1024;
	world_proc.nthreads = 1;
	fake_thread->proc = &world_proc;
	fake_thread->tid = 42;
	list_init(&fake_thread->proc_link);
	list_push_back(&world_proc.threads, &fake_thread->proc_link);
}

int world_setup(void **state)
{
	struct super *sb;
	int err;

	fake_reset();
	fake.host = host_real;
	proc_make();
	snprintf(world_dir, sizeof(world_dir), "/tmp/cloister-fs-XXXXXX");
	assert_true(host_make_dir(world_dir));
	sb = memfs_new("root", 0755);
	assert_non_null(sb);
	assert_int_equal(mount_root(sb), 0);
	world_proc.files = fdtable_new();
	world_proc.fs = fsctx_new();
	fsctx_set_umask(world_proc.fs, 022);
	sb = hostfs_new(world_dir, true, &err);
	assert_non_null(sb);
	assert_int_equal(mount_at(sb, "/host"), 0);
	sb = hostfs_new(world_dir, false, &err);
	assert_non_null(sb);
	assert_int_equal(mount_at(sb, "/ro"), 0);
	assert_int_equal(mount_at(procfs_new(), "/proc"), 0);
	assert_int_equal(mount_at(sysfs_new(), "/sys"), 0);
	assert_int_equal(mount_at(devfs_new(), "/dev"), 0);
	assert_int_equal(mount_at(memfs_new("tmp", 01777), "/tmp"), 0);
	return 0;
}

int world_teardown(void **state)
{
	return host_remove(world_dir) ? 0 : -1; /* empty: every test has cleaned up */
}

int world_begin(void **state)
{
	world_restart();
	world_signals = 0;
	world_proc.uid = world_proc.euid = world_proc.gid = world_proc.egid = 0;
	dcache_shrink(0);
	in_use = kmem_in_use();
	return 0;
}

int world_end(void **state)
{
	world_restart();
	dcache_shrink(0);
	return kmem_in_use() == in_use ? 0 : -1;
}

void world_restart(void)
{
	fake.fail_at = 0;
	fake.fail_on = false;
	fake.allocs = 0;
	fake.lie_at = 0;
	fake.calls = 0;
	fake.silent = false;
	fake.signal = false;
	fake.sleep = NULL;
}

/* ---- calls ---- */

long k_open(const char *path, unsigned flags, unsigned mode)
{
	struct file *f;
	int err = vfs_open(AT_FDCWD, path, flags, mode, 0, &f);

	if (err < 0)
		return err;
	err = fd_install(f, flags & O_CLOEXEC, 0);
	if (err < 0)
		file_put(f);
	return err;
}

long k_close(long fd)
{
	return fd_close((int)fd);
}

typedef long rw_fn(struct file *f, struct uio *u);

static long rw(long fd, void *buf, size_t n, rw_fn *fn)
{
	struct file *f = fd_get((int)fd);
	struct uio u;
	long r;

	if (f == NULL)
		return -EBADF;
	r = uio_user(&u, uaddr((uint64_t)(uintptr_t)buf), n);
	if (r == 0) {
		r = fn(f, &u);
		uio_done(&u);
	}
	file_put(f);
	return r;
}

long k_read(long fd, void *buf, size_t n)
{
	return rw(fd, buf, n, vfs_read);
}

long k_write(long fd, const void *buf, size_t n)
{
	return rw(fd, (void *)(uintptr_t)buf, n, vfs_write);
}

long k_pread(long fd, void *buf, size_t n, uint64_t off)
{
	struct file *f = fd_get((int)fd);
	long r;

	if (f == NULL)
		return -EBADF;
	r = file_pread(f, off, buf, n);
	file_put(f);
	return r;
}

long k_seek(long fd, int64_t off, int whence)
{
	struct file *f = fd_get((int)fd);
	long r = f == NULL ? -EBADF : vfs_seek(f, off, whence);

	file_put(f);
	return r;
}

long k_mkdir(const char *path, unsigned mode)
{
	struct mkargs a = {.mode = S_IFDIR | (mode & ~fs_current()->umask)};

	return vfs_create_at(AT_FDCWD, path, &a, true);
}

long k_symlink(const char *target, const char *path)
{
	struct mkargs a = {.mode = S_IFLNK | 0777, .target = target};

	return vfs_create_at(AT_FDCWD, path, &a, false);
}

long k_unlink(const char *path)
{
	return vfs_unlink_at(AT_FDCWD, path, false);
}

long k_rmdir(const char *path)
{
	return vfs_unlink_at(AT_FDCWD, path, true);
}

long k_rename(const char *from, const char *to, unsigned flags)
{
	return vfs_rename_at(AT_FDCWD, from, AT_FDCWD, to, flags);
}

long k_link(const char *from, const char *to)
{
	return vfs_link_at(AT_FDCWD, from, 0, AT_FDCWD, to);
}

long k_stat(const char *path, bool follow, struct stat_info *st)
{
	struct dentry *d;
	int err = path_lookup(AT_FDCWD, path, follow ? LOOKUP_FOLLOW : 0, &d);

	if (err < 0)
		return err;
	err = vfs_getattr(d, NULL, st);
	dput(d);
	return err;
}

struct lister {
	struct dirsink sink;
	char *out;
	size_t cap, len;
	unsigned room; /* entries that still fit */
};

static bool list_emit(struct dirsink *s, const char *name, size_t len, uint64_t ino, uint64_t next,
	unsigned dtype)
{
	struct lister *l = container_of(s, struct lister, sink);

	if (l->room == 0)
		return false;
	l->room--;
	if ((len == 1 && name[0] == '.') || (len == 2 && name[0] == '.' && name[1] == '.'))
		return true;
	assert_true(l->len + len + 2 < l->cap);
	if (l->len > 0)
		l->out[l->len++] = ' ';
	memcpy(l->out + l->len, name, len);
	l->len += len;
	l->out[l->len] = 0;
	return true;
}

long k_list(const char *path, char *out, size_t cap)
{
	struct lister l = {.sink = {list_emit}, .out = out, .cap = cap};
	long fd = k_open(path, O_RDONLY | O_DIRECTORY, 0), err = 0;
	uint64_t before;
	struct file *f;

	out[0] = 0;
	if (fd < 0)
		return fd;
	f = fd_get((int)fd);
	do { /* two at a time, so that positions are used */
		before = f->pos;
		l.room = 2;
		err = f->ops->readdir(f, &l.sink);
	} while (err == 0 && f->pos != before);
	file_put(f);
	(void)k_close(fd);
	return err;
}
