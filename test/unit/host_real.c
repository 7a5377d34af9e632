/* SPDX-License-Identifier: Apache-2.0 */
/* See host_real.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "host_real.h"
#include "fake.h"

unsigned host_calls;

static const char *path_at(uint64_t off, uint64_t len)
{
	static char path[2][HC_PATH_MAX + 1];
	static unsigned turn;
	char *p = path[turn++ % 2];

	memcpy(p, fake.arena + off, len);
	p[len] = 0;
	return p;
}

static int64_t ns(const struct timespec *t)
{
	return t->tv_sec * 1000000000ll + t->tv_nsec;
}

static int64_t put_stat(int err, const struct stat *s, uint64_t out)
{
	struct hc_stat h;

	if (err < 0)
		return -errno;
	memset(&h, 0, sizeof(h));
	h.dev = s->st_dev;
	h.ino = s->st_ino;
	h.mode = s->st_mode;
	h.nlink = s->st_nlink;
	h.uid = s->st_uid;
	h.gid = s->st_gid;
	h.rdev = s->st_rdev;
	h.size = (uint64_t)s->st_size;
	h.blksize = (uint64_t)s->st_blksize;
	h.blocks = (uint64_t)s->st_blocks;
	h.atime_ns = ns(&s->st_atim);
	h.mtime_ns = ns(&s->st_mtim);
	h.ctime_ns = ns(&s->st_ctim);
	memcpy(fake.arena + out, &h, sizeof(h));
	return 0;
}

static int64_t res(int64_t r)
{
	return r < 0 ? -errno : r;
}

static int64_t times(const struct hc_msg *m, const char *path)
{
	struct timespec t[2];

	for (unsigned k = 0; k < 2; k++) {
		t[k].tv_sec = (time_t)(m->a[2 + k] / 1000000000);
		t[k].tv_nsec =
			m->a[2 + k] == UINT64_MAX ? UTIME_OMIT : (long)(m->a[2 + k] % 1000000000);
	}
	return res(utimensat(AT_FDCWD, path, t, m->a[4] ? 0 : AT_SYMLINK_NOFOLLOW));
}

/* Directories, and calls that change or name a file. */
static int64_t answer_name(const struct hc_msg *m)
{
	const uint64_t *a = m->a;
	uint8_t *mem = fake.arena;

	switch (m->op) {
	case HC_readlink:
		return res(readlink(path_at(a[0], a[1]), (char *)mem + a[2], a[3]));
	case HC_getdents:
		return res(syscall(SYS_getdents64, (int)a[0], mem + a[1], a[2]));
	case HC_seekdir:
		return lseek((int)a[0], (off_t)a[1], SEEK_SET) < 0 ? -errno : 0;
	case HC_ftruncate:
		return res(ftruncate((int)a[0], (off_t)a[1]));
	case HC_fsync:
		return res(fsync((int)a[0]));
	case HC_mkdir:
		return res(mkdir(path_at(a[0], a[1]), (mode_t)a[2]));
	case HC_unlink:
		return res(a[2] ? rmdir(path_at(a[0], a[1])) : unlink(path_at(a[0], a[1])));
	case HC_rename: {
		const char *from = path_at(a[0], a[1]);

		return res(
			renameat2(AT_FDCWD, from, AT_FDCWD, path_at(a[2], a[3]), (unsigned)a[4]));
	}
	case HC_link: {
		const char *from = path_at(a[0], a[1]);

		return res(link(from, path_at(a[2], a[3])));
	}
	case HC_symlink: {
		const char *target = path_at(a[0], a[1]);

		return res(symlink(target, path_at(a[2], a[3])));
	}
	case HC_chmod:
		return res(chmod(path_at(a[0], a[1]), (mode_t)a[2]));
	case HC_chown:
		return res(lchown(path_at(a[0], a[1]), (uid_t)a[2], (gid_t)a[3]));
	case HC_utimens:
		return times(m, path_at(a[0], a[1]));
	case HC_statfs: {
		struct statfs f;
		struct hc_statfs h;

		if (statfs(path_at(a[0], a[1]), &f) < 0)
			return -errno;
		memset(&h, 0, sizeof(h));
		h.type = (uint64_t)f.f_type;
		h.bsize = h.frsize = (uint64_t)f.f_bsize;
		h.blocks = f.f_blocks;
		memcpy(mem + a[2], &h, sizeof(h));
		return 0;
	}
	default:
		return -ENOSYS;
	}
}

static int64_t answer(const struct hc_msg *m)
{
	const uint64_t *a = m->a;
	uint8_t *mem = fake.arena;
	struct stat s;
	int r;

	switch (m->op) {
	case HC_open:
		return res(open(path_at(a[0], a[1]), (int)a[2] | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
			(mode_t)a[3]));
	case HC_close: /* a lie may have made the kernel think that the test's own were its */
		return a[0] < 3 ? -EBADF : res(close((int)a[0]));
	case HC_pread:
		return res(pread((int)a[0], mem + a[2], a[3], (off_t)a[1]));
	case HC_pwrite:
		return a[0] < 3 ? -EBADF : res(pwrite((int)a[0], mem + a[2], a[3], (off_t)a[1]));
	case HC_read:
		return res(read((int)a[0], mem + a[1], a[2]));
	case HC_write:
		return a[0] < 3 ? -EBADF : res(write((int)a[0], mem + a[1], a[2]));
	case HC_poll: {
		struct pollfd p = {.fd = (int)a[0], .events = (short)a[1]};

		r = poll(&p, 1, 0);
		return r > 0 ? p.revents : r < 0 ? -errno : POLLERR;
	}
	case HC_stat:
		r = a[2] ? stat(path_at(a[0], a[1]), &s) : lstat(path_at(a[0], a[1]), &s);
		return put_stat(r, &s, a[3]);
	case HC_fstat:
		return put_stat(fstat((int)a[0], &s), &s, a[1]);
	default:
		return answer_name(m);
	}
}
void host_real(struct hc_msg *m)
{
	host_calls++;
	m->ret = answer(m);
}

bool host_write_file(const char *path, const char *text)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

bool host_symlink_file(const char *target, const char *path)
{
	return symlink(target, path) == 0;
}

bool host_remove(const char *path)
{
	return remove(path) == 0;
}

bool host_make_fifo(const char *path)
{
	return mkfifo(path, 0666) == 0;
}

bool host_make_dir(char *pattern)
{
	return mkdtemp(pattern) != NULL;
}
