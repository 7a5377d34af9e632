/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls of the program, passed to the host. A row says which arguments are pointers; calls
 * whose arguments point further, or that concern the address space, have a function. One lock
 * guards the page map. No libc in here: the program's fs and vector registers are live.
 */
#include "siprun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#define HOST_STACK (256ull << 10)
#define MAX_IOV    64
#define MAX_ARGS   8192
#define GATE_CALLS 512

static struct {
	int lock;
	uint64_t heap, brk;
	const char *self;
} state;

static long host(long nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
	register uint64_t r10 __asm__("r10") = d;
	register uint64_t r8 __asm__("r8") = e;
	register uint64_t r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

static void lock(void)
{
	while (__atomic_exchange_n(&state.lock, 1, __ATOMIC_ACQUIRE))
		host(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
}

static void unlock(void)
{
	__atomic_store_n(&state.lock, 0, __ATOMIC_RELEASE);
}

/* An offset of the program as a host address; NULL stays NULL. */
static uint64_t ptr(uint64_t offset)
{
	return offset ? DATA_BASE + (uint32_t)offset : 0;
}

/* Which arguments are pointers, as letters: p pointer, - not. */
static const char *const rows[GATE_CALLS] = {
	[SYS_read] = "-p",
	[SYS_write] = "-p",
	[SYS_open] = "p",
	[SYS_close] = "",
	[SYS_stat] = "pp",
	[SYS_fstat] = "-p",
	[SYS_lstat] = "pp",
	[SYS_poll] = "p",
	[SYS_lseek] = "",
	[SYS_rt_sigprocmask] = "-pp",
	[SYS_ioctl] = "--p",
	[SYS_pread64] = "-p",
	[SYS_pwrite64] = "-p",
	[SYS_access] = "p",
	[SYS_pipe] = "p",
	[SYS_select] = "-pppp",
	[SYS_sched_yield] = "",
	[SYS_dup] = "",
	[SYS_dup2] = "",
	[SYS_pause] = "",
	[SYS_nanosleep] = "pp",
	[SYS_getitimer] = "-p",
	[SYS_setitimer] = "-pp",
	[SYS_alarm] = "",
	[SYS_getpid] = "",
	[SYS_sendfile] = "--p",
	[SYS_socket] = "",
	[SYS_connect] = "-p",
	[SYS_accept] = "-pp",
	[SYS_sendto] = "-p--p",
	[SYS_recvfrom] = "-p--pp",
	[SYS_shutdown] = "",
	[SYS_bind] = "-p",
	[SYS_listen] = "",
	[SYS_getsockname] = "-pp",
	[SYS_getpeername] = "-pp",
	[SYS_socketpair] = "---p",
	[SYS_setsockopt] = "---p",
	[SYS_getsockopt] = "---pp",
	[SYS_exit] = "",
	[SYS_wait4] = "-p-p",
	[SYS_kill] = "",
	[SYS_uname] = "p",
	[SYS_fsync] = "",
	[SYS_fdatasync] = "",
	[SYS_truncate] = "p",
	[SYS_ftruncate] = "",
	[SYS_getcwd] = "p",
	[SYS_chdir] = "p",
	[SYS_fchdir] = "",
	[SYS_rename] = "pp",
	[SYS_mkdir] = "p",
	[SYS_rmdir] = "p",
	[SYS_creat] = "p",
	[SYS_link] = "pp",
	[SYS_unlink] = "p",
	[SYS_symlink] = "pp",
	[SYS_readlink] = "pp",
	[SYS_chmod] = "p",
	[SYS_fchmod] = "",
	[SYS_chown] = "p",
	[SYS_fchown] = "",
	[SYS_lchown] = "p",
	[SYS_umask] = "",
	[SYS_gettimeofday] = "pp",
	[SYS_getrlimit] = "-p",
	[SYS_getrusage] = "-p",
	[SYS_sysinfo] = "p",
	[SYS_times] = "p",
	[SYS_getuid] = "",
	[SYS_getgid] = "",
	[SYS_setuid] = "",
	[SYS_setgid] = "",
	[SYS_geteuid] = "",
	[SYS_getegid] = "",
	[SYS_setpgid] = "",
	[SYS_getppid] = "",
	[SYS_getpgrp] = "",
	[SYS_setsid] = "",
	[SYS_getgroups] = "-p",
	[SYS_getresuid] = "ppp",
	[SYS_getresgid] = "ppp",
	[SYS_getpgid] = "",
	[SYS_getsid] = "",
	[SYS_rt_sigpending] = "p",
	[SYS_rt_sigtimedwait] = "ppp",
	[SYS_utime] = "pp",
	[SYS_mknod] = "p",
	[SYS_statfs] = "pp",
	[SYS_fstatfs] = "-p",
	[SYS_getpriority] = "",
	[SYS_setpriority] = "",
	[SYS_sched_getparam] = "-p",
	[SYS_sched_getscheduler] = "",
	[SYS_prctl] = "-p",
	[SYS_setrlimit] = "-p",
	[SYS_sync] = "",
	[SYS_gettid] = "",
	[SYS_tkill] = "",
	[SYS_time] = "p",
	[SYS_futex] = "p--pp",
	[SYS_sched_setaffinity] = "--p",
	[SYS_sched_getaffinity] = "--p",
	[SYS_epoll_create] = "",
	[SYS_getdents64] = "-p",
	[SYS_set_tid_address] = "p",
	[SYS_fadvise64] = "",
	[SYS_clock_gettime] = "-p",
	[SYS_clock_settime] = "-p",
	[SYS_clock_getres] = "-p",
	[SYS_clock_nanosleep] = "--pp",
	[SYS_exit_group] = "",
	[SYS_epoll_wait] = "-p",
	[SYS_epoll_ctl] = "---p",
	[SYS_tgkill] = "",
	[SYS_utimes] = "pp",
	[SYS_waitid] = "--p-p",
	[SYS_openat] = "-p",
	[SYS_mkdirat] = "-p",
	[SYS_mknodat] = "-p",
	[SYS_fchownat] = "-p",
	[SYS_newfstatat] = "-pp",
	[SYS_unlinkat] = "-p",
	[SYS_renameat] = "-p-p",
	[SYS_linkat] = "-p-p",
	[SYS_symlinkat] = "p-p",
	[SYS_readlinkat] = "-pp",
	[SYS_fchmodat] = "-p",
	[SYS_faccessat] = "-p",
	[SYS_ppoll] = "ppp",
	[SYS_splice] = "-p-p",
	[SYS_utimensat] = "-pp",
	[SYS_epoll_pwait] = "-p--p",
	[SYS_eventfd2] = "",
	[SYS_epoll_create1] = "",
	[SYS_dup3] = "",
	[SYS_pipe2] = "p",
	[SYS_accept4] = "-pp",
	[SYS_fallocate] = "",
	[SYS_prlimit64] = "--pp",
	[SYS_syncfs] = "",
	[SYS_renameat2] = "-p-p",
	[SYS_getrandom] = "p",
	[SYS_memfd_create] = "p",
	[SYS_copy_file_range] = "-p-p",
	[SYS_statx] = "-p--p",
	[SYS_faccessat2] = "-p",
	[SYS_membarrier] = "",
	[SYS_mlock] = "p",
	[SYS_munlock] = "p",
	[SYS_msync] = "p",
	[SYS_mincore] = "p-p",
};

static long do_row(const struct regs *r, const char *row)
{
	uint64_t a[6] = {r->rdi, r->rsi, r->rdx, r->r10, r->r8, r->r9};

	for (int i = 0; row[i]; i++)
		if (row[i] == 'p')
			a[i] = ptr(a[i]);
	return host((long)r->rax, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static long do_iovec(const struct regs *r)
{
	struct iovec v[MAX_IOV];
	const struct iovec *from = (const struct iovec *)ptr(r->rsi);
	uint64_t n = r->rdx < MAX_IOV ? r->rdx : MAX_IOV;

	for (uint64_t i = 0; i < n; i++) {
		v[i].iov_base = (void *)ptr((uint64_t)from[i].iov_base);
		v[i].iov_len = from[i].iov_len;
	}
	return host((long)r->rax, r->rdi, (uint64_t)v, n, r->r10, r->r8, r->r9);
}

static long do_message(const struct regs *r)
{
	struct msghdr *from = (struct msghdr *)ptr(r->rsi), m = *from;
	const struct iovec *iov = (const struct iovec *)ptr((uint64_t)m.msg_iov);
	struct iovec v[MAX_IOV];

	if (m.msg_iovlen > MAX_IOV)
		return -EMSGSIZE;
	for (uint64_t i = 0; i < m.msg_iovlen; i++) {
		v[i].iov_base = (void *)ptr((uint64_t)iov[i].iov_base);
		v[i].iov_len = iov[i].iov_len;
	}
	m.msg_name = (void *)ptr((uint64_t)m.msg_name);
	m.msg_control = (void *)ptr((uint64_t)m.msg_control);
	m.msg_iov = v;
	long ret = host((long)r->rax, r->rdi, (uint64_t)&m, r->rdx, 0, 0, 0);
	from->msg_namelen = m.msg_namelen;
	from->msg_controllen = m.msg_controllen;
	from->msg_flags = m.msg_flags;
	return ret;
}

static long do_fcntl(const struct regs *r)
{
	int lock_op = r->rsi == F_GETLK || r->rsi == F_SETLK || r->rsi == F_SETLKW ||
		      (r->rsi >= 36 && r->rsi <= 38);

	return host(SYS_fcntl, r->rdi, r->rsi, lock_op ? ptr(r->rdx) : r->rdx, 0, 0, 0);
}

static long host_map(
	uint64_t at, uint64_t len, uint64_t prot, uint64_t flags, uint64_t fd, uint64_t off)
{
	return host(SYS_mmap, DATA_BASE + at, len, prot & (PROT_READ | PROT_WRITE),
		flags | MAP_FIXED, fd, off);
}

/* Gives a range back: reserved, nothing mapped. */
static void release(uint64_t at, uint64_t len)
{
	host_map(at, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, (uint64_t)-1, 0);
	window_mark(at, len, 0);
}

static long do_mmap(const struct regs *r)
{
	uint64_t len = (r->rsi + PAGE - 1) & ~(PAGE - 1), at = (uint32_t)r->rdi;
	uint64_t fixed = r->r10 & (MAP_FIXED | MAP_FIXED_NOREPLACE);

	if (!len)
		return -EINVAL;
	if (!fixed && !(at && window_is_free(at, len)))
		at = window_find(WINDOW - EDGE - (16ull << 20), len);
	if (!at || at + len > WINDOW - EDGE)
		return -ENOMEM;
	long ret = host_map(at, len, r->rdx, r->r10 & ~(uint64_t)MAP_FIXED_NOREPLACE, r->r8, r->r9);
	if (ret < 0 && ret > -4096)
		return ret;
	window_mark(at, len, 1);
	return (long)at;
}

static long do_mremap(const struct regs *r)
{
	uint64_t old = (uint32_t)r->rdi, from = (r->rsi + PAGE - 1) & ~(PAGE - 1);
	uint64_t to = (r->rdx + PAGE - 1) & ~(PAGE - 1), at = old;

	if (to <= from) {
		if (to < from)
			release(old + to, from - to);
		return (long)old;
	}
	if (window_is_free(old + from, to - from)) {
		host(SYS_munmap, DATA_BASE + old + from, to - from, 0, 0, 0, 0);
	} else {
		at = r->r10 & MREMAP_MAYMOVE ? window_find(WINDOW - EDGE - (16ull << 20), to) : 0;
		if (!at)
			return -ENOMEM;
	}
	long ret = host(SYS_mremap, DATA_BASE + old, from, to,
		at == old ? 0 : MREMAP_MAYMOVE | MREMAP_FIXED, DATA_BASE + at, 0);
	if (ret < 0 && ret > -4096)
		return ret;
	if (at != old)
		release(old, from);
	window_mark(at, to, 1);
	return (long)at;
}

static long do_brk(uint64_t want)
{
	uint64_t now = (state.brk + PAGE - 1) & ~(PAGE - 1);
	uint64_t end = ((uint32_t)want + PAGE - 1) & ~(PAGE - 1);

	if (want < state.heap)
		return (long)state.brk;
	if (end > now) {
		if (!window_is_free(now, end - now) ||
			host_map(now, end - now, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, (uint64_t)-1, 0) < 0)
			return (long)state.brk;
		window_mark(now, end - now, 1);
	} else if (end < now) {
		release(end, now - end);
	}
	state.brk = (uint32_t)want;
	return (long)state.brk;
}

static long do_memory(const struct regs *r)
{
	long ret;

	lock();
	switch (r->rax) {
	case SYS_mmap:
		ret = do_mmap(r);
		break;
	case SYS_munmap:
		release((uint32_t)r->rdi, (r->rsi + PAGE - 1) & ~(PAGE - 1));
		ret = 0;
		break;
	case SYS_mremap:
		ret = do_mremap(r);
		break;
	case SYS_mprotect:
		ret = host(SYS_mprotect, ptr(r->rdi), r->rsi, r->rdx & (PROT_READ | PROT_WRITE), 0,
			0, 0);
		break;
	case SYS_madvise:
		ret = host(SYS_madvise, ptr(r->rdi), r->rsi, r->rdx, 0, 0, 0);
		break;
	default:
		ret = do_brk(r->rdi);
		break;
	}
	unlock();
	return ret;
}

/* The null-terminated vector at `offset` as host pointers, after `lead` entries of its own. */
static const char **vector(uint64_t offset, const char **out, unsigned lead)
{
	const uint64_t *from = (const uint64_t *)ptr(offset);
	unsigned n = lead;

	for (; from && *from && n < MAX_ARGS - 1; from++)
		out[n++] = (const char *)ptr(*from);
	out[n] = NULL;
	return out;
}

static int is_sip(const char *path)
{
	uint8_t head[64];
	struct {
		uint32_t type, flags;
		uint64_t offset, rest[5];
	} ph;
	long fd = host(SYS_open, (uint64_t)path, O_RDONLY | O_CLOEXEC, 0, 0, 0, 0);
	int found = 0;

	if (fd < 0)
		return 0;
	if (host(SYS_read, (uint64_t)fd, (uint64_t)head, sizeof(head), 0, 0, 0) == sizeof(head) &&
		head[0] == 0x7f && head[1] == 'E') {
		uint64_t at = *(uint64_t *)(head + 32);

		for (unsigned i = 0; i < 16 && !found; i++)
			found = host(SYS_pread64, (uint64_t)fd, (uint64_t)&ph, sizeof(ph),
					at + i * sizeof(ph), 0, 0) == sizeof(ph) &&
				ph.type == 0x60534649;
	}
	host(SYS_close, (uint64_t)fd, 0, 0, 0, 0, 0);
	return found;
}

static long do_execve(const struct regs *r)
{
	uint64_t room = 2 * MAX_ARGS * sizeof(char *);
	const char **v = (const char **)host(SYS_mmap, 0, room, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, (uint64_t)-1, 0);
	const char *path = (const char *)ptr(r->rdi);

	if ((long)v < 0 && (long)v > -4096)
		return -ENOMEM;
	const char **env = vector(r->rdx, v + MAX_ARGS, 0);
	/* argv[0] of the program is its path here: siprun has no other way to say it. */
	const char **argv = vector(r->rsi, v, 1);
	long ret;
	if (is_sip(path) && argv[1]) {
		static const char keep[] = "--argv0";
		const char *name = argv[1];

		for (unsigned n = MAX_ARGS - 3; n >= 1; n--)
			argv[n + 2] = argv[n];
		argv[0] = state.self;
		argv[1] = keep;
		argv[2] = name;
		argv[3] = path;
		ret = host(
			SYS_execve, (uint64_t)state.self, (uint64_t)argv, (uint64_t)env, 0, 0, 0);
	} else {
		ret = host(
			SYS_execve, (uint64_t)path, (uint64_t)(argv + 1), (uint64_t)env, 0, 0, 0);
	}
	host(SYS_munmap, (uint64_t)v, room, 0, 0, 0, 0);
	return ret;
}

static struct block *this_block(void)
{
	struct block *b;

	__asm__("movq %%fs:8, %0" : "=r"(b));
	return b;
}

static long do_clone(struct regs *r)
{
	uint64_t flags = r->rdi, stack = (uint32_t)r->rsi;

	if (!(flags & CLONE_VM) || flags & CLONE_VFORK) {
		/* The child gets a copy of everything, also where it asked to borrow. */
		long pid =
			host(SYS_clone, flags & (0xff | CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID),
				0, 0, ptr(r->r10), 0, 0);

		if (!pid && stack)
			r->rsp = DATA_BASE + stack;
		if (pid > 0 && flags & CLONE_PARENT_SETTID)
			*(int *)ptr(r->rdx) = (int)pid;
		return pid;
	}
	char *m = (char *)host(SYS_mmap, 0, HOST_STACK, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, (uint64_t)-1, 0);
	if ((long)m < 0 && (long)m > -4096)
		return -ENOMEM;
	struct block *b = (struct block *)m, *mine = this_block();
	*b = *mine;
	b->self = (uint64_t)b;
	b->stack = (uint64_t)m + HOST_STACK;
	if (flags & CLONE_SETTLS)
		b->thread_pointer = (uint32_t)r->r8;
	struct regs *child = (struct regs *)(b->stack - 256);
	*child = *r;
	child->rax = 0;
	child->rsp = DATA_BASE + stack;
	return sip_clone(
		flags & ~(uint64_t)CLONE_SETTLS, child, (int *)ptr(r->rdx), (int *)ptr(r->r10), b);
}

/* Handlers are not called; ignoring and the default are passed on. */
static long do_sigaction(const struct regs *r)
{
	struct {
		uint64_t handler, flags, restorer, mask;
	} act = {0}, *in = (void *)ptr(r->rsi), *out = (void *)ptr(r->rdx);

	if (out)
		*out = act;
	if (!in || in->handler > 1)
		return 0;
	act.handler = in->handler;
	return host(SYS_rt_sigaction, r->rdi, (uint64_t)&act, 0, 8, 0, 0);
}

static long dispatch(struct regs *r)
{
	switch (r->rax) {
	case SYS_readv:
	case SYS_writev:
	case SYS_preadv:
	case SYS_pwritev:
		return do_iovec(r);
	case SYS_sendmsg:
	case SYS_recvmsg:
		return do_message(r);
	case SYS_fcntl:
		return do_fcntl(r);
	case SYS_mmap:
	case SYS_munmap:
	case SYS_mremap:
	case SYS_mprotect:
	case SYS_madvise:
	case SYS_brk:
		return do_memory(r);
	case SYS_clone:
		return do_clone(r);
	case SYS_fork:
	case SYS_vfork:
		return host(SYS_fork, 0, 0, 0, 0, 0, 0);
	case SYS_execve:
		return do_execve(r);
	case SYS_rt_sigaction:
		return do_sigaction(r);
	case SYS_sigaltstack:
	case SYS_set_robust_list:
		return 0;
	case SYS_arch_prctl:
		if (r->rdi != 0x1002) /* ARCH_SET_FS */
			return -EINVAL;
		this_block()->thread_pointer = (uint32_t)r->rsi;
		return 0;
	default:
		return r->rax < GATE_CALLS && rows[r->rax] ? do_row(r, rows[r->rax]) : -ENOSYS;
	}
}

void sip_syscall(struct regs *r)
{
	r->rax = (uint64_t)dispatch(r);
}

void syscalls_init(const char *self_path, uint64_t heap)
{
	state.self = self_path;
	state.heap = state.brk = heap;
}
