/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader, in order: look at ourselves and at the standard files, build what the enclave is told
 * (shared area, boot block, configuration), load the enclave, start the threads, wait for the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"
#include "hc.h"
#include "ring.h"

#define ENCLAVE_NAME "cloister.enclave"
#define LIBEXEC_DIR  "../libexec/cloister"

static void complain(const char *fmt, va_list ap)
{
	char line[1024];

	vsnprintf(line, sizeof line, fmt, ap);
	dprintf(STDERR_FILENO, "cloister: %s\n", line);
}

int host_complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(fmt, ap);
	va_end(ap);
	return LAUNCH_FAILED;
}

void host_end(struct host *h, int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	pthread_mutex_lock(&h->end_lock);
	if (!h->ended) {
		if (fmt != NULL)
			complain(fmt, ap);
		h->ended = true;
		h->status = status;
		pthread_cond_broadcast(&h->end_cond);
	}
	pthread_mutex_unlock(&h->end_lock);
	va_end(ap);
}

void host_await_end(struct host *h, unsigned ms)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += ms * 1000000l;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	pthread_mutex_lock(&h->end_lock);
	while (!h->ended && pthread_cond_timedwait(&h->end_cond, &h->end_lock, &t) == 0)
		;
	pthread_mutex_unlock(&h->end_lock);
}

static int wait_for_end(struct host *h)
{
	pthread_mutex_lock(&h->end_lock);
	while (!h->ended)
		pthread_cond_wait(&h->end_cond, &h->end_lock);
	pthread_mutex_unlock(&h->end_lock);
	return h->status;
}

/* ---- ourselves ---- */

/* The enclave's addresses must be free: nothing of ours may lie below ELRANGE_SIZE. */
static int check_addresses(void)
{
	unsigned long from, to;
	char line[512];
	int bad = 0;
	FILE *f = fopen("/proc/self/maps", "re");

	if (f == NULL)
		return host_complain("/proc/self/maps: %s", strerror(errno));
	while (!bad && fgets(line, sizeof line, f) != NULL)
		bad = sscanf(line, "%lx-%lx", &from, &to) == 2 && from < ELRANGE_SIZE;
	fclose(f);
	return bad ? host_complain(
			     "the loader itself lies in the enclave's address range (%#lx..%#lx)",
			     from, to)
		   : 0;
}

static int stdio_kind(int fd, bool *regular)
{
	struct stat st;

	*regular = false;
	if (fstat(fd, &st) < 0)
		return STDIO_CLOSED;
	if (isatty(fd))
		return STDIO_TTY;
	*regular = S_ISREG(st.st_mode) || S_ISBLK(st.st_mode) || S_ISDIR(st.st_mode);
	return *regular ? STDIO_FILE : STDIO_STREAM;
}

/* Classify fds 0-2; a closed one is filled, so that no file of ours ever takes its number. */
static int standard_files(struct host *h, uint32_t kind[3])
{
	h->fd_owned = calloc(HC_FD_MAX / 64, sizeof *h->fd_owned);
	if (h->fd_owned == NULL)
		return -ENOMEM;
	for (int fd = 0; fd < 3; fd++) {
		kind[fd] = (uint32_t)stdio_kind(fd, &h->std_regular[fd]);
		if (kind[fd] != STDIO_CLOSED)
			hc_fd_own(h, fd, true);
		else if (open("/dev/null", O_RDWR) != fd)
			return -EBADF;
	}
	return 0;
}

static void set_limits(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
		r.rlim_cur = r.rlim_max < HC_FD_MAX ? r.rlim_max : HC_FD_MAX;
		(void)setrlimit(RLIMIT_NOFILE, &r); /* then the old limit stands */
	}
	r = (struct rlimit){0};
	(void)setrlimit(RLIMIT_CORE, &r); /* a dump could not show enclave memory anyway */
}

static unsigned cpu_count(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

/* ---- what the enclave is told ---- */

static int open_binds(struct host *h, const struct launch_params *p)
{
	h->binds = calloc(p->nbinds ? p->nbinds : 1, sizeof *h->binds);
	if (h->binds == NULL)
		return host_complain("no memory");
	for (size_t i = 0; i < p->nbinds; i++) {
		struct bind *b = &h->binds[h->nbinds++];

		b->src = p->binds[i].src + 1;
		b->src_len = strlen(b->src);
		b->rw = p->binds[i].rw;
		b->dirfd = open(p->binds[i].src, O_PATH | O_CLOEXEC);
		if (b->dirfd < 0)
			return host_complain("%s: %s", p->binds[i].src, strerror(errno));
	}
	return 0;
}

static void *map_outside(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static int build_boot(struct host *h, const struct launch_params *p, const uint32_t stdio[3])
{
	mode_t mask = umask(0); /* from here on modes are what the enclave says */
	void *config;
	size_t len;
	int err = config_build(p, stdio, mask, &config, &len);

	if (err)
		return host_complain("arguments and environment do not fit: %s", strerror(-err));
	h->boot = map_outside(sizeof *h->boot);
	if (h->boot == NULL)
		return host_complain("no memory");
	*h->boot = (struct boot_block){
		.magic = BOOT_MAGIC,
		.shared = (uint64_t)(uintptr_t)h->shared,
		.config = (uint64_t)(uintptr_t)config,
		.config_len = len,
		.vcpus = h->nvcpu,
		.mem_limit = p->mem ? (p->mem < ELRANGE_SIZE ? p->mem : ELRANGE_SIZE)
				    : (uint64_t)sysconf(_SC_PHYS_PAGES) / 2 *
					      (uint64_t)sysconf(_SC_PAGESIZE),
	};
	h->boot->ncpuid = cpuid_collect(h->boot->cpuid);
	return 0;
}

/* ---- the enclave file ---- */

/* ENCLAVE_NAME beside the executable or in its libexec directory; a malloc'd path. */
static char *find_enclave(void)
{
	char exe[PATH_MAX], *path;
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);

	if (n < 0)
		return NULL;
	exe[n] = '\0';
	const char *dir = dirname(exe);

	if (asprintf(&path, "%s/" ENCLAVE_NAME, dir) < 0)
		return NULL;
	if (access(path, F_OK) == 0)
		return path;
	free(path);
	if (asprintf(&path, "%s/" LIBEXEC_DIR "/" ENCLAVE_NAME, dir) < 0)
		return NULL;
	if (access(path, F_OK) == 0)
		return path;
	free(path);
	errno = ENOENT;
	return NULL;
}

static int load_from(struct host *h, const struct launch_params *p)
{
	char *found = p->enclave ? NULL : find_enclave();
	int err;

	if (p->enclave == NULL && found == NULL)
		return host_complain(
			"%s: not found beside the executable (--enclave FILE names one)",
			ENCLAVE_NAME);
	err = load_enclave(h, p->enclave ? p->enclave : found, p->debug);
	free(found);
	return err;
}

/* ---- launch ---- */

static int prepare(struct host *h, const struct launch_params *p)
{
	uint32_t stdio[3];
	int err;

	set_limits();
	err = check_addresses();
	if (err)
		return err;
	err = standard_files(h, stdio);
	if (err)
		return host_complain("standard files: %s", strerror(-err));
	h->shared = map_outside(ARENA_OFF + ARENA_SIZE);
	if (h->shared == NULL)
		return host_complain("no memory for the shared area");
	h->arena = (uint8_t *)h->shared + ARENA_OFF;
	clock_init(&h->clock, &h->shared->time);
	err = open_binds(h, p);
	if (err)
		return err;
	h->nvcpu = p->vcpus ? p->vcpus : cpu_count();
	if (h->nvcpu > VCPU_MAX)
		h->nvcpu = VCPU_MAX;
	h->dev = dev_probe();
	err = load_from(h, p);
	return err ? err : build_boot(h, p, stdio);
}

static int start(struct host *h)
{
	int err = signals_init(h);

	if (err == 0)
		err = ring_init(h);
	if (err < 0)
		return host_complain("io_uring cannot be used: %s%s", strerror(-err),
			err == -EPERM || err == -ENOSYS
				? " (see /proc/sys/kernel/io_uring_disabled)"
				: "");
	terminal_save(h);
	clock_publish(&h->clock);
	for (unsigned i = 0; i < h->nvcpu; i++) {
		struct vcpu *v = &h->vcpu[i];

		v->host = h;
		v->index = i;
		err = vcpu_init(v);
		if (err < 0)
			return host_complain("vCPU %u cannot be set up: %s", i, strerror(-err));
	}
	for (unsigned i = 0; i < h->nvcpu; i++) {
		err = vcpu_start(&h->vcpu[i]);
		if (err < 0)
			return host_complain("vCPU %u cannot be started: %s", i, strerror(-err));
	}
	return 0;
}

int launch(const struct launch_params *p)
{
	/* Not freed: threads inside the enclave go on using it until the process ends. */
	static struct host host = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.end_lock = PTHREAD_MUTEX_INITIALIZER,
		.end_cond = PTHREAD_COND_INITIALIZER,
		.tty_fd = -1,
	};
	int status = prepare(&host, p);

	if (status == 0)
		status = start(&host);
	if (status == 0)
		status = wait_for_end(&host);
	terminal_restore(&host);
	return status;
}
