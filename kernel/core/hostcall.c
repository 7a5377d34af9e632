/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every call to the host: one marshaller, one sane rule per row (the "ret" column of
 * abi/hostcall.def), one table of pending calls.
 *
 * A row that the host answers at once is shown to it by a doorbell exit; the answer is normally
 * there on return. LATER rows stay pending and complete through hostcall_poll. A message, a reply
 * and a span of the arena are each copied once; what is checked is the copy.
 *
 * The host may answer late, twice, out of order, with a token of its own invention or with any
 * value: unknown tokens are dropped, values that no truthful host can give become -EPROTO.
 */
#include "host.h"
#include "arena.h"
#include "klock.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "plat.h"
#include "sched.h"
#include "waitq.h"

#define IO_MAX      0x100000u /* bytes that one message moves */
#define DIRENT_MIN  24u       /* d_ino, d_off, d_reclen, d_type, one byte, NUL, rounded to 8 */
#define DIRENT_NAME 19u
#define COUNT_MAX   0xffffu /* poll masks and signal numbers */

enum ret_rule { ZERO, LEN, FD, COUNT };
enum answer { NOW, LATER };

static const struct {
	enum ret_rule ret;
	enum answer answer;
} rows[HC_COUNT] = {
#define X(name, args, ret_, blocking, note) [HC_##name] = {ret_, blocking},
	HOSTCALLS(X)
#undef X
};

struct pending {
	uint64_t token; /* 0: free */
	unsigned op;
	uint64_t len;            /* limit of a LEN row */
	struct thread *thread;   /* of a NOW row */
	struct hostasync *async; /* of a LATER row */
	bool waiting; /* the thread sleeps for it */
	bool done;
	long ret;
};

static struct pending table[HC_SLOTS];
static uint64_t generation;
static bool unsent;
static struct waitq slot_free;

void hostcall_init(void)
{
	memset(table, 0, sizeof(table));
	unsent = false;
	waitq_init(&slot_free);
	arena_init();
}

bool hostcall_unsent(void)
{
	return unsent;
}

void hostcall_sent(void)
{
	unsent = false;
}

void hostcall_show(void)
{
	hostcall_sent();
	kunlock();
	plat_doorbell();
	klock();
	hostcall_poll();
}

/* What a truthful host may return for this row. */
static bool sane(const struct pending *p, int64_t ret)
{
	if (ret < 0)
		return ret >= -HC_ERRNO_MAX;
	switch (rows[p->op].ret) {
	case ZERO:
		return ret == 0;
	case LEN:
		return (uint64_t)ret <= p->len;
	case FD:
		return ret < HC_FD_MAX;
	case COUNT:
		return ret <= COUNT_MAX;
	default:
		return false;
	}
}

static struct pending *slot_try(void)
{
	for (unsigned i = 0; i < HC_SLOTS; i++)
		if (table[i].token == 0) {
			table[i] = (struct pending){.token = ++generation * HC_SLOTS + i};
			return &table[i];
		}
	return NULL;
}

static struct pending *slot_take(void)
{
	struct pending *p;

	while ((p = slot_try()) == NULL)
		waitq_sleep(&slot_free, NO_DEADLINE, false);
	return p;
}

static void slot_release(struct pending *p)
{
	p->token = 0;
	waitq_wake(&slot_free, 0, WAKE_ALL);
}

static void post(struct pending *p, struct hc_msg *m)
{
	m->token = p->token;
	m->op = p->op;
	/* The ring holds as many messages as the table: full means that the host has stopped taking
	 * any. */
	while (plat_ring_send(m) < 0) {
		kunlock();
		plat_doorbell();
		klock();
	}
	unsent = true;
}

static void complete(const struct hc_msg *m)
{
	struct pending *p = &table[m->token % HC_SLOTS];

	if (m->token == 0 || p->token != m->token || p->done)
		return;
	long ret = sane(p, m->ret) ? (long)m->ret : -EPROTO;

	if (p->async != NULL) {
		struct hostasync *a = p->async;

		slot_release(p);
		a->done(a, ret);
		return;
	}
	p->ret = ret;
	p->done = true;
	if (p->waiting)
		thread_wake(p->thread);
}

unsigned hostcall_poll(void)
{
	struct hc_msg m;
	unsigned n = 0;

	while (n < HC_SLOTS && plat_ring_recv(&m) > 0) {
		complete(&m);
		n++;
	}
	return n;
}

/* A NOW row: returns its checked result. len limits a LEN row. */
static long call(unsigned op, struct hc_msg *m, uint64_t len)
{
	struct pending *p = slot_take();

	p->op = op;
	p->len = len;
	p->thread = thread_self();
	post(p, m);
	hostcall_show();
	p->waiting = true;
	while (!p->done)
		thread_sleep(NO_DEADLINE, false);
	long ret = p->ret;

	slot_release(p);
	return ret;
}

static int call_async(unsigned op, struct hc_msg *m, struct hostasync *a)
{
	struct pending *p = slot_take();

	p->op = op;
	p->async = a;
	post(p, m); /* shown by the next exit: the scheduler sees to it that one comes */
	return 0;
}

/* ---- spans of the arena ---- */

/* Copies n bytes out into a fresh span; *off on success. */
static int span_out(uint64_t *off, const void *src, size_t n)
{
	int r = arena_take(n, off);

	if (r == 0)
		plat_arena_write(*off, src, n);
	return r;
}

static int path_out(struct hc_msg *m, unsigned i, const char *path)
{
	size_t n = strlen(path);

	if (n >= HC_PATH_MAX)
		return -ENAMETOOLONG;
	m->a[i + 1] = n;
	return span_out(&m->a[i], path, n);
}

/* The common shape: one path, then numbers already in m. */
static long path_call(unsigned op, const char *path, struct hc_msg *m)
{
	int r = path_out(m, 0, path);

	if (r < 0)
		return r;
	long ret = call(op, m, 0);

	arena_give(m->a[0], m->a[1]);
	return ret;
}

static long two_path_call(unsigned op, const char *from, const char *to, struct hc_msg *m)
{
	int r = path_out(m, 0, from);

	if (r < 0)
		return r;
	r = path_out(m, 2, to);
	long ret = r < 0 ? r : call(op, m, 0);

	if (r == 0)
		arena_give(m->a[2], m->a[3]);
	arena_give(m->a[0], m->a[1]);
	return ret;
}

/* A call whose reply is bytes: span i of m, at most len, copied to buf as far as the result says.
 */
static long read_call(unsigned op, struct hc_msg *m, unsigned i, void *buf, size_t len)
{
	size_t n = len < IO_MAX ? len : IO_MAX;
	int r = arena_take(n, &m->a[i]);

	if (r < 0)
		return r;
	m->a[i + 1] = n;
	long ret = call(op, m, n);

	if (ret > 0)
		plat_arena_read(buf, m->a[i], (size_t)ret);
	arena_give(m->a[i], n);
	return ret;
}

/* A call whose reply is one struct in span i; its result is 0 or an error. */
static int struct_call(unsigned op, struct hc_msg *m, unsigned i, void *out, size_t size)
{
	int r = arena_take(size, &m->a[i]);

	if (r < 0)
		return r;
	r = (int)call(op, m, 0);
	if (r == 0)
		plat_arena_read(out, m->a[i], size);
	arena_give(m->a[i], size);
	return r;
}

static long write_call(unsigned op, struct hc_msg *m, unsigned i, const void *buf, size_t len)
{
	size_t n = len < IO_MAX ? len : IO_MAX;
	int r = span_out(&m->a[i], buf, n);

	if (r < 0)
		return r;
	m->a[i + 1] = n;
	long ret = call(op, m, n);

	arena_give(m->a[i], n);
	return ret;
}

/* ---- the rows ---- */

long host_open(const char *path, int flags, unsigned mode)
{
	struct hc_msg m = {.a = {[2] = (unsigned)flags, [3] = mode}};

	return path_call(HC_open, path, &m);
}

void host_close(int fd)
{
	struct hc_msg m = {.a = {(unsigned)fd}};

	(void)call(HC_close, &m, 0); /* nothing can be done about an error */
}

long host_pread(int fd, uint64_t off, void *buf, size_t len)
{
	struct hc_msg m = {.a = {(unsigned)fd, off}};

	return read_call(HC_pread, &m, 2, buf, len);
}

long host_pwrite(int fd, uint64_t off, const void *buf, size_t len)
{
	struct hc_msg m = {.a = {(unsigned)fd, off}};

	return write_call(HC_pwrite, &m, 2, buf, len);
}

long host_read(int fd, void *buf, size_t len)
{
	struct hc_msg m = {.a = {(unsigned)fd}};

	return read_call(HC_read, &m, 1, buf, len);
}

long host_write(int fd, const void *buf, size_t len)
{
	struct hc_msg m = {.a = {(unsigned)fd}};

	return write_call(HC_write, &m, 1, buf, len);
}

/* Fields that the kernel computes with: sizes that fit off_t, nanoseconds as they come. */
static bool stat_sane(const struct hc_stat *st)
{
	return st->size <= INT64_MAX && st->blocks <= INT64_MAX / 512 && st->mode <= 0177777 &&
	       st->blksize != 0 && st->blksize <= 1u << 30;
}

int host_stat(const char *path, bool follow, struct hc_stat *st)
{
	struct hc_msg m = {.a = {[2] = follow}};
	int r = path_out(&m, 0, path);

	if (r < 0)
		return r;
	r = struct_call(HC_stat, &m, 3, st, sizeof(*st));
	arena_give(m.a[0], m.a[1]);
	return r == 0 && !stat_sane(st) ? -EPROTO : r;
}

int host_fstat(int fd, struct hc_stat *st)
{
	struct hc_msg m = {.a = {(unsigned)fd}};
	int r = struct_call(HC_fstat, &m, 1, st, sizeof(*st));

	return r == 0 && !stat_sane(st) ? -EPROTO : r;
}

int host_statfs(const char *path, struct hc_statfs *st)
{
	struct hc_msg m = {0};
	int r = path_out(&m, 0, path);

	if (r < 0)
		return r;
	r = struct_call(HC_statfs, &m, 2, st, sizeof(*st));
	arena_give(m.a[0], m.a[1]);
	return r;
}

long host_readlink(const char *path, char *buf, size_t len)
{
	struct hc_msg m = {0};
	int r = path_out(&m, 0, path);

	if (r < 0)
		return r;
	long n = read_call(HC_readlink, &m, 2, buf, len);

	arena_give(m.a[0], m.a[1]);
	return n > 0 && memchr(buf, 0, (size_t)n) != NULL ? -EPROTO : n;
}

/* Records must tile the buffer, each with a NUL-terminated name that is no path. */
static bool dirents_sane(const uint8_t *buf, size_t len)
{
	for (size_t at = 0; at < len;) {
		uint16_t reclen;

		if (len - at < DIRENT_MIN)
			return false;
		memcpy(&reclen, buf + at + 16, sizeof(reclen));
		if (reclen < DIRENT_MIN || reclen % 8 != 0 || reclen > len - at)
			return false;
		const char *name = (const char *)buf + at + DIRENT_NAME;
		size_t n = strnlen(name, reclen - DIRENT_NAME);

		if (n == 0 || n > 255 || n == reclen - DIRENT_NAME || memchr(name, '/', n) != NULL)
			return false;
		at += reclen;
	}
	return true;
}

long host_getdents(int fd, void *buf, size_t len)
{
	struct hc_msg m = {.a = {(unsigned)fd}};
	long n = read_call(HC_getdents, &m, 1, buf, len);

	return n > 0 && !dirents_sane(buf, (size_t)n) ? -EPROTO : n;
}

int host_seekdir(int fd, uint64_t off)
{
	struct hc_msg m = {.a = {(unsigned)fd, off}};

	return (int)call(HC_seekdir, &m, 0);
}

int host_ftruncate(int fd, uint64_t size)
{
	struct hc_msg m = {.a = {(unsigned)fd, size}};

	return (int)call(HC_ftruncate, &m, 0);
}

int host_fsync(int fd, bool datasync)
{
	struct hc_msg m = {.a = {(unsigned)fd, datasync}};

	return (int)call(HC_fsync, &m, 0);
}

int host_mkdir(const char *path, unsigned mode)
{
	struct hc_msg m = {.a = {[2] = mode}};

	return (int)path_call(HC_mkdir, path, &m);
}

int host_unlink(const char *path, bool dir)
{
	struct hc_msg m = {.a = {[2] = dir}};

	return (int)path_call(HC_unlink, path, &m);
}

int host_rename(const char *from, const char *to, unsigned flags)
{
	struct hc_msg m = {.a = {[4] = flags}};

	return (int)two_path_call(HC_rename, from, to, &m);
}

int host_link(const char *from, const char *to)
{
	struct hc_msg m = {0};

	return (int)two_path_call(HC_link, from, to, &m);
}

int host_symlink(const char *target, const char *path)
{
	struct hc_msg m = {0};

	return (int)two_path_call(HC_symlink, target, path, &m);
}

int host_chmod(const char *path, unsigned mode)
{
	struct hc_msg m = {.a = {[2] = mode}};

	return (int)path_call(HC_chmod, path, &m);
}

int host_chown(const char *path, unsigned uid, unsigned gid, bool follow)
{
	struct hc_msg m = {.a = {[2] = uid, [3] = gid, [4] = follow}};

	return (int)path_call(HC_chown, path, &m);
}

int host_utimens(const char *path, uint64_t atime_ns, uint64_t mtime_ns, bool follow)
{
	struct hc_msg m = {.a = {[2] = atime_ns, [3] = mtime_ns, [4] = follow}};

	return (int)path_call(HC_utimens, path, &m);
}

int host_tty_get(int fd, struct hc_tty *t)
{
	struct hc_msg m = {.a = {(unsigned)fd}};

	return struct_call(HC_tty_get, &m, 1, t, sizeof(*t));
}

int host_tty_set(int fd, int how, const struct hc_tty *t)
{
	struct hc_msg m = {.a = {(unsigned)fd, (unsigned)how}};
	int r = span_out(&m.a[2], t, sizeof(*t));

	if (r < 0)
		return r;
	r = (int)call(HC_tty_set, &m, 0);
	arena_give(m.a[2], sizeof(*t));
	return r;
}

int host_sgx_restrict(uint64_t addr, uint64_t len, unsigned prot)
{
	struct hc_msg m = {.a = {addr, len, prot}};

	return (int)call(HC_sgx_restrict, &m, 0);
}

int host_sgx_modify(uint64_t addr, uint64_t len, unsigned type)
{
	struct hc_msg m = {.a = {addr, len, type}};

	return (int)call(HC_sgx_modify, &m, 0);
}

int host_sgx_remove(uint64_t addr, uint64_t len)
{
	struct hc_msg m = {.a = {addr, len}};

	return (int)call(HC_sgx_remove, &m, 0);
}

_Noreturn void host_exit(unsigned status)
{
	plat_die(status, DEAD_EXIT);
}

int host_poll_async(int fd, unsigned events, struct hostasync *a)
{
	struct hc_msg m = {.a = {(unsigned)fd, events}};

	return call_async(HC_poll, &m, a);
}

int host_signal_async(struct hostasync *a)
{
	struct hc_msg m = {0};

	return call_async(HC_signal, &m, a);
}

/* ---- log lines ---- */

struct logline {
	struct hostasync async;
	uint64_t off, len;
};

static void log_done(struct hostasync *a, long ret)
{
	struct logline *l = container_of(a, struct logline, async);

	(void)ret;
	arena_give(l->off, l->len);
	kfree(l);
}

int host_log_async(const char *text, size_t len)
{
	struct logline *l = kmalloc(sizeof(*l));
	struct pending *p = slot_try();

	if (l == NULL || p == NULL || arena_try(len, &l->off) < 0) {
		if (p != NULL)
			p->token = 0;
		kfree(l);
		return -EAGAIN;
	}
	*l = (struct logline){.async.done = log_done, .off = l->off, .len = len};
	plat_arena_write(l->off, text, len);
	struct hc_msg m = {.a = {l->off, len}};

	p->op = HC_log;
	p->async = &l->async;
	post(p, &m);
	return 0;
}

void host_log(const char *text, size_t len)
{
	struct hc_msg m = {0};

	(void)write_call(HC_log, &m, 0, text, len);
}
