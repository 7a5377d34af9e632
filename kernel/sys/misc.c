/* SPDX-License-Identifier: Apache-2.0 */
/* What the system is: uname(2), sysinfo(2); random numbers; memory barriers. */
#include "conf.h"
#include "kmem.h"
#include "layout.h"
#include "linux_errno.h"
#include "mem.h"
#include "plat.h"
#include "syscall.h"
#include "task.h"
#include "uaccess.h"

#define RANDOM_CHUNK 256
#define LOAD_SHIFT   16

long sys_uname(const struct sysargs *a)
{
	/* release: the Linux whose semantics are followed; programs parse it */
	static const struct linux_utsname base = {
		.sysname = "Linux",
		.nodename = "cloister",
		.release = "6.1.0-cloister",
		.version = "#1 SMP Cloister",
		.machine = "x86_64",
		.domainname = "(none)",
	};
	struct linux_utsname u = base;

	conf_hostname(u.nodename, sizeof u.nodename);
	return put_user(arg_addr(a, 0), &u);
}

long sys_sysinfo(const struct sysargs *a)
{
	const struct linux_sysinfo s = {
		.uptime = (int64_t)((time_mono() - proc_init()->start_ns) / 1000000000u),
		.loads = {(uint64_t)sched_running_count() << LOAD_SHIFT},
		.totalram = mem_pages_limit() * PAGE_SIZE,
		.freeram = (mem_pages_limit() - mem_pages_used()) * PAGE_SIZE,
		.procs = (uint16_t)thread_count(),
		.mem_unit = 1,
	};

	return put_user(arg_addr(a, 0), &s);
}

long sys_getrandom(const struct sysargs *a)
{
	uint8_t chunk[RANDOM_CHUNK];
	uint64_t len = a->v[1], done = 0;
	int r = 0;

	if (a->v[2] & ~(uint64_t)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	if ((a->v[2] & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	if (len > INT32_MAX)
		len = INT32_MAX;
	while (done < len && r == 0) {
		size_t n = len - done < sizeof chunk ? len - done : sizeof chunk;
		plat_random(chunk, n);
		r = copy_to_user(uaddr_add(arg_addr(a, 0), done), chunk, n);
		if (r == 0)
			done += n;
		if (done < len && signal_pending(thread_self()))
			break;
	}
	memset(chunk, 0, sizeof chunk);
	return done > 0 || r == 0 ? (long)done : r;
}

long sys_membarrier(const struct sysargs *a)
{
	/* no command is offered: C libraries then use their own way */
	return a->v[0] == MEMBARRIER_CMD_QUERY && a->v[1] == 0 ? 0 : -EINVAL;
}
