/* SPDX-License-Identifier: Apache-2.0 */
/* /sys: what programs ask it for to count CPUs. */
#include "synfs.h"
#include "thread.h"

static int cpu_list(struct text *t, const struct subject *s)
{
	unsigned n = sched_vcpus();

	if (n == 1)
		text_printf(t, "0\n");
	else
		text_printf(t, "0-%u\n", n - 1);
	return 0;
}

static const struct synrow sys_rows[] = {
	{"devices/system/cpu/online", 0444, cpu_list, NULL},
	{"devices/system/cpu/possible", 0444, cpu_list, NULL},
	{"devices/system/cpu/present", 0444, cpu_list, NULL},
	{"devices/system/node/online", 0444, NULL, "0\n"},
	{"devices/system/node/possible", 0444, NULL, "0\n"},
	{"kernel/mm/transparent_hugepage/enabled", 0444, NULL, "always madvise [never]\n"},
	{NULL, 0, NULL, NULL},
};

static int sysfs_statfs(struct super *sb, struct linux_statfs *st)
{
	st->type = SYSFS_MAGIC;
	return 0;
}

static const struct super_ops sysfs_super_ops = {.statfs = sysfs_statfs, .evict = syn_evict};

struct super *sysfs_new(void)
{
	return syn_super("sysfs", sys_rows, &sysfs_super_ops);
}
