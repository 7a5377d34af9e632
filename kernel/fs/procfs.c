/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc: the root directory and the texts about the whole enclave (proc(5)). Nothing is cached: a
 * process ends at any time, so every walk looks again (SB_NOCACHE).
 */
#include "procfs.h"
#include "conf.h"
#include "fmt.h"
#include "kmem.h"
#include "layout.h"
#include "linux_errno.h"
#include "linux_time.h"
#include "mem.h"
#include "plat.h"
#include "proc.h"
#include "thread.h"

#define POS_PIDS 0x10000u /* listing positions of processes: POS_PIDS + pid */

/* ---- texts ---- */

static int t_meminfo(struct text *t, const struct subject *s)
{
	unsigned long total = mem_pages_limit() * (PAGE_SIZE / 1024);
	unsigned long used = mem_pages_used() * (PAGE_SIZE / 1024);

	text_printf(t,
		"MemTotal:       %8lu kB\nMemFree:        %8lu kB\nMemAvailable:   %8lu kB\n",
		total, total - used, total - used);
	text_printf(t, "Buffers:               0 kB\nCached:                0 kB\n"
		       "SwapCached:            0 kB\nSwapTotal:             0 kB\n"
		       "SwapFree:              0 kB\nShmem:                 0 kB\n"
		       "HugePages_Total:       0\nHugePages_Free:        0\n"
		       "Hugepagesize:       2048 kB\n");
	return 0;
}

static const struct cpuid_leaf *leaf(unsigned n)
{
	const struct boot_block *b = plat_boot();

	for (uint64_t k = 0; k < b->ncpuid && k < CPUID_LEAVES; k++)
		if (b->cpuid[k].leaf == n && b->cpuid[k].subleaf == 0)
			return &b->cpuid[k];
	return NULL;
}

static void reg(char *out, uint32_t v)
{
	memcpy(out, &v, sizeof(v));
}

static void cpu_vendor(char vendor[13])
{
	const struct cpuid_leaf *l = leaf(0);

	memset(vendor, 0, 13);
	if (l == NULL)
		return;
	reg(vendor, l->ebx);
	reg(vendor + 4, l->edx);
	reg(vendor + 8, l->ecx);
}

static void cpu_brand(char brand[49])
{
	memset(brand, 0, 49);
	for (unsigned k = 0; k < 3; k++) {
		const struct cpuid_leaf *l = leaf(0x80000002u + k);

		if (l == NULL)
			break;
		reg(brand + 16 * k, l->eax);
		reg(brand + 16 * k + 4, l->ebx);
		reg(brand + 16 * k + 8, l->ecx);
		reg(brand + 16 * k + 12, l->edx);
	}
	if (brand[0] == 0)
		strlcpy(brand, "unknown", 49);
}

static int t_cpuinfo(struct text *t, const struct subject *s)
{
	static const char flags1[] =
		"fpu vme de pse tsc msr pae mce cx8 apic 10 sep mtrr pge mca cmov pat "
		"pse36 pn clflush 20 dts acpi mmx fxsr sse sse2 ss ht tm 30 pbe ";
	const struct cpuid_leaf *l = leaf(1);
	uint32_t eax = l == NULL ? 0 : l->eax, edx = l == NULL ? 0 : l->edx;
	unsigned family = (eax >> 8 & 15) + (eax >> 20 & 255),
		 model = (eax >> 4 & 15) | (eax >> 12 & 0xf0);
	char vendor[13], brand[49];

	cpu_vendor(vendor);
	cpu_brand(brand);
	for (unsigned k = 0; k < sched_vcpus(); k++) {
		const char *p = flags1;

		text_printf(t,
			"processor\t: %u\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\n", k,
			vendor, family, model);
		text_printf(t,
			"model name\t: %s\nstepping\t: %u\nphysical id\t: 0\nsiblings\t: %u\n",
			brand, eax & 15, sched_vcpus());
		text_printf(t, "core id\t\t: %u\ncpu cores\t: %u\nfpu\t\t: yes\nflags\t\t: ", k,
			sched_vcpus());
		for (unsigned b = 0; b < 32;
			b++) { /* names in the order of CPUID.1:EDX; digits: reserved */
			const char *e = strchr(p, ' ');

			if ((edx >> b & 1) && *p >= 'a')
				text_add(t, p, (size_t)(e - p) + 1);
			p = e + 1;
		}
		text_printf(t,
			"\nclflush size\t: 64\ncache_alignment\t: 64\naddress sizes\t: 46 bits physical, "
			"48 bits virtual\n\n");
	}
	return 0;
}

static unsigned long cpu_ticks(void)
{
	uint64_t ns = 0;

	list_for_each(l, &proc_list)
	{
		struct proc *p = container_of(l, struct proc, all_link);

		ns += p->utime_ns + p->stime_ns;
		list_for_each(k, &p->threads) ns +=
			container_of(k, struct thread, proc_link)->cpu_ns;
	}
	return ns / 10000000; /* USER_HZ = 100 */
}

static int t_stat(struct text *t, const struct subject *s)
{
	unsigned long busy = cpu_ticks();
	unsigned long up = time_mono() / 10000000;
	unsigned n = sched_vcpus();
	unsigned long idle = up * n > busy ? up * n - busy : 0;

	text_printf(t, "cpu  %lu 0 0 %lu 0 0 0 0 0 0\n", busy, idle);
	for (unsigned k = 0; k < n; k++)
		text_printf(t, "cpu%u %lu 0 0 %lu 0 0 0 0 0 0\n", k, busy / n, idle / n);
	text_printf(t,
		"intr 0\nctxt 0\nbtime %lu\nprocesses %u\nprocs_running %u\nprocs_blocked 0\n",
		(unsigned long)((time_real() - time_mono()) / NSEC_PER_SEC), proc_ran_total(),
		sched_running_count());
	return 0;
}

static int t_uptime(struct text *t, const struct subject *s)
{
	unsigned long cs = time_mono() / 10000000;

	text_printf(t, "%lu.%02lu %lu.%02lu\n", cs / 100, cs % 100, cs / 100, cs % 100);
	return 0;
}

static int t_loadavg(struct text *t, const struct subject *s)
{
	unsigned n = sched_running_count();

	/* The present load stands for all three averages. */
	text_printf(
		t, "%u.00 %u.00 %u.00 %u/%u %u\n", n, n, n, n, thread_count(), proc_ran_total());
	return 0;
}

static int t_version(struct text *t, const struct subject *s)
{
	text_printf(t, "Linux version 6.1.0-cloister (cloister) #1 SMP Cloister\n");
	return 0;
}

static int t_filesystems(struct text *t, const struct subject *s)
{
	text_printf(t, "nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tdevtmpfs\nnodev\tpipefs\n"
		       "nodev\thostfs\n");
	return 0;
}

static int t_hostname(struct text *t, const struct subject *s)
{
	char name[65] = "cloister";

	conf_hostname(name, sizeof(name));
	text_printf(t, "%s\n", name);
	return 0;
}

static void put_uuid(struct text *t, const uint8_t u[16])
{
	for (unsigned k = 0; k < 16; k++)
		text_printf(t, "%02x%s", u[k], k == 3 || k == 5 || k == 7 || k == 9 ? "-" : "");
	text_printf(t, "\n");
}

static void random_uuid(uint8_t u[16]) /* RFC 4122, version 4 */
{
	plat_random(u, 16);
	u[6] = (uint8_t)((u[6] & 0x0f) | 0x40);
	u[8] = (uint8_t)((u[8] & 0x3f) | 0x80);
}

static int t_uuid(struct text *t, const struct subject *s)
{
	uint8_t u[16];

	random_uuid(u);
	put_uuid(t, u);
	return 0;
}

static int t_boot_id(struct text *t, const struct subject *s)
{
	static uint8_t id[16];
	static bool made;

	if (!made)
		random_uuid(id);
	made = true;
	put_uuid(t, id);
	return 0;
}

static const struct synrow root_rows[] = {
	{"cpuinfo", 0444, t_cpuinfo, NULL},
	{"filesystems", 0444, t_filesystems, NULL},
	{"loadavg", 0444, t_loadavg, NULL},
	{"meminfo", 0444, t_meminfo, NULL},
	{"stat", 0444, t_stat, NULL},
	{"uptime", 0444, t_uptime, NULL},
	{"version", 0444, t_version, NULL},
	{"sys/fs/file-max", 0444, NULL, "1048576\n"},
	{"sys/fs/nr_open", 0444, NULL, "1048576\n"},
	{"sys/fs/pipe-max-size", 0444, NULL, "1048576\n"},
	{"sys/kernel/cap_last_cap", 0444, NULL, "40\n"},
	{"sys/kernel/hostname", 0444, t_hostname, NULL},
	{"sys/kernel/ngroups_max", 0444, NULL, "65536\n"},
	{"sys/kernel/osrelease", 0444, NULL, "6.1.0-cloister\n"},
	{"sys/kernel/ostype", 0444, NULL, "Linux\n"},
	{"sys/kernel/pid_max", 0444, NULL, "4194304\n"},
	{"sys/kernel/random/boot_id", 0444, t_boot_id, NULL},
	{"sys/kernel/random/uuid", 0444, t_uuid, NULL},
	{"sys/kernel/threads-max", 0444, NULL, "65536\n"},
	{"sys/kernel/yama/ptrace_scope", 0444, NULL, "1\n"},
	{"sys/net/core/somaxconn", 0444, NULL, "4096\n"},
	{"sys/vm/max_map_count", 0444, NULL, "65530\n"},
	{"sys/vm/overcommit_memory", 0444, NULL, "0\n"},
	{NULL, 0, NULL, NULL},
};

/* ---- the root directory ---- */

int procfs_number(const char *s, size_t len)
{
	int n = 0;

	if (len == 0 || len > 7 || (s[0] == '0' && len > 1))
		return -1;
	for (size_t k = 0; k < len; k++) {
		if (s[k] < '0' || s[k] > '9')
			return -1;
		n = n * 10 + (s[k] - '0');
	}
	return n;
}

static const struct {
	const char *name;
	bool thread; /* text is made from the caller */
	const char *text;
} root_links[] = {
	{"self", false, NULL},
	{"thread-self", true, NULL},
	{"mounts", false, "self/mounts"},
};
#define NLINKS (sizeof(root_links) / sizeof(root_links[0]))

static int link_inode(struct super *sb, unsigned k, struct inode **out)
{
	struct proc *p = proc_self();
	char text[48];

	if (root_links[k].text != NULL)
		strlcpy(text, root_links[k].text, sizeof(text));
	else if (p == NULL)
		return -ENOENT;
	else if (root_links[k].thread)
		snprintf(text, sizeof(text), "%d/task/%d", p->pid, thread_self()->tid);
	else
		snprintf(text, sizeof(text), "%d", p->pid);
	*out = syn_link(sb, text);
	return *out == NULL ? -ENOMEM : 0;
}

static int root_lookup(struct dentry *dir, struct dentry *d)
{
	int pid = procfs_number(d->name, d->len);

	if (pid > 0 && proc_find(pid) != NULL) {
		d->inode = procpid_dir(dir->sb, pid, 0);
		return d->inode == NULL ? -ENOMEM : 0;
	}
	for (unsigned k = 0; k < NLINKS; k++)
		if (strcmp(root_links[k].name, d->name) == 0)
			return link_inode(dir->sb, k, &d->inode);
	return syn_lookup(dir->sb, root_rows, "", d);
}

/* The process with the lowest number >= pid. */
static struct proc *next_proc(int pid)
{
	struct proc *best = NULL;

	list_for_each(l, &proc_list)
	{
		struct proc *p = container_of(l, struct proc, all_link);

		if (p->pid >= pid && (best == NULL || p->pid < best->pid))
			best = p;
	}
	return best;
}

#define POS_LINKS 0x8000u

static int root_readdir(struct file *f, struct dirsink *s)
{
	struct proc *p;

	if (!dir_emit_dots(f, s))
		return 0;
	if (f->pos < POS_LINKS) {
		syn_readdir(root_rows, "", f, s);
		if (f->pos < 2 + sizeof(root_rows) / sizeof(root_rows[0]) - 1)
			return 0;
		f->pos = POS_LINKS;
	}
	for (; f->pos < POS_LINKS + NLINKS; f->pos++) {
		const char *name = root_links[f->pos - POS_LINKS].name;

		if (!s->emit(s, name, strlen(name), f->pos, f->pos + 1, DT_LNK))
			return 0;
	}
	if (f->pos < POS_PIDS)
		f->pos = POS_PIDS;
	while ((p = next_proc((int)(f->pos - POS_PIDS))) != NULL) {
		uint64_t pos = POS_PIDS + (unsigned)p->pid;
		char name[16];
		int n = snprintf(name, sizeof(name), "%d", p->pid);

		if (!s->emit(s, name, (size_t)n, pos, pos + 1, DT_DIR))
			return 0;
		f->pos = pos + 1;
	}
	return 0;
}

static const struct file_ops root_file_ops = {.readdir = root_readdir};

static int root_open(struct dentry *d, struct file *f)
{
	f->ops = &root_file_ops;
	return 0;
}

static const struct inode_ops root_ops = {.lookup = root_lookup, .open = root_open};

static int procfs_statfs(struct super *sb, struct linux_statfs *st)
{
	st->type = PROC_MAGIC;
	return 0;
}

static const struct super_ops procfs_super_ops = {.statfs = procfs_statfs, .evict = syn_evict};

struct super *procfs_new(void)
{
	struct super *sb =
		super_new("proc", "proc", &procfs_super_ops, SB_NOCACHE | SB_NOEXEC | SB_NODEV);

	if (sb == NULL)
		return NULL;
	sb->root = dentry_new(sb, NULL, "/", 1);
	if (sb->root != NULL)
		sb->root->inode = inode_new(sb, &root_ops, S_IFDIR | 0555);
	if (sb->root == NULL || sb->root->inode == NULL) {
		super_free(sb);
		return NULL;
	}
	return sb;
}
