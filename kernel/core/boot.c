/* SPDX-License-Identifier: Apache-2.0 */
/* From the first instruction of C on the boot vCPU to the first process. */
#include "kernel.h"
#include "klock.h"
#include "kmem.h"
#include "klog.h"
#include "plat.h"
#include "sched.h"
#include "strace.h"
#include "thread.h"
#include "upcalls.h"
#include "mem.h"

static bool booted;

/* CONF_STRACE is the one record that core itself needs. */
static bool config_has(enum conf_kind kind)
{
	size_t len;
	const uint8_t *c = plat_config(&len);

	for (size_t at = 0; at + sizeof(struct conf_record) <= len;) {
		struct conf_record r;

		memcpy(&r, c + at, sizeof(r));
		if (r.kind == kind)
			return true;
		if (r.kind == CONF_END || r.len > len - at - sizeof(r))
			return false;
		at += sizeof(r) + ((r.len + 7ull) & ~7ull);
	}
	return false;
}

static void first_thread(void *arg)
{
	(void)arg;
	proc_boot();
}

_Noreturn void kernel_boot(void)
{
	unsigned vcpus = (unsigned)plat_boot()->vcpus;

	time_init();
	hostcall_init();
	sched_init(vcpus);
	strace_on = config_has(CONF_STRACE);
	klock();
	struct thread *t = thread_new(false);

	if (t == NULL)
		kpanic("no memory to start with: give the enclave more with --mem");
	thread_start_kernel(t, first_thread, NULL);
	kunlock();
	__atomic_store_n(&booted, true, __ATOMIC_RELEASE);
	sched_idle_loop(0);
}

_Noreturn void kernel_vcpu_main(unsigned vcpu)
{
	while (!__atomic_load_n(&booted, __ATOMIC_ACQUIRE))
		plat_pause();
	sched_idle_loop(vcpu);
}
