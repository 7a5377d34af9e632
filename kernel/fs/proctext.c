/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts of /proc/PID: formats of proc(5), field by field. What the enclave does not count
 * (faults, switches, priorities) is zero.
 */
#include "procfs.h"
#include "fmt.h"
#include "kmem.h"
#include "layout.h"
#include "linux_errno.h"
#include "mem.h"
#include "mm.h"
#include "plat.h"
#include "proc.h"
#include "signal.h"
#include "task.h"
#include "thread.h"
#include "uaccess.h"

#define NS_PER_TICK 10000000u /* USER_HZ = 100 */
#define AREA_CHUNK  4096u
#define MAPS_COLUMN 73

static struct proc *subject_proc(const struct subject *s)
{
	return proc_find(s->pid);
}

/* The thread the text is about; NULL: a process without threads left. */
static struct thread *subject_thread(const struct subject *s, const struct proc *p)
{
	list_for_each(l, &p->threads)
	{
		struct thread *t = container_of(l, struct thread, proc_link);

		if (s->tid == 0 || t->tid == s->tid)
			return t;
	}
	return NULL;
}

static bool may_read(const struct proc *p)
{
	return proc_self() == NULL || proc_privileged() || proc_self()->euid == p->euid;
}

static char state_letter(const struct proc *p, const struct thread *t)
{
	if (p->state == P_ZOMBIE || t == NULL)
		return 'Z';
	if (p->state == P_STOPPED)
		return 'T';
	return t->state == T_SLEEPING ? (t->interruptible ? 'S' : 'D') : 'R';
}

static const char *state_name(char c)
{
	switch (c) {
	case 'Z':
		return "Z (zombie)";
	case 'T':
		return "T (stopped)";
	case 'S':
		return "S (sleeping)";
	case 'D':
		return "D (disk sleep)";
	default:
		return "R (running)";
	}
}

static const char *name_of(const struct subject *s, const struct proc *p)
{
	struct thread *t = s->tid != 0 ? subject_thread(s, p) : NULL;

	return t == NULL ? p->comm : thread_comm(t);
}

static uint64_t ticks_of(const struct subject *s, const struct proc *p)
{
	uint64_t ns = s->tid == 0 ? p->utime_ns + p->stime_ns : 0;

	list_for_each(l, &p->threads)
	{
		struct thread *t = container_of(l, struct thread, proc_link);

		if (s->tid == 0 || t->tid == s->tid)
			ns += t->cpu_ns;
	}
	return ns / NS_PER_TICK;
}

int pid_comm(struct text *t, const struct subject *s)
{
	struct proc *p = subject_proc(s);

	if (p == NULL)
		return -ESRCH;
	text_printf(t, "%s\n", name_of(s, p));
	return 0;
}

int pid_stat(struct text *t, const struct subject *s)
{
	struct proc *p = subject_proc(s);
	struct thread *th;
	const struct mm *mm;

	if (p == NULL)
		return -ESRCH;
	th = subject_thread(s, p);
	mm = p->mm;
	text_printf(t, "%d (%s) %c %d %d %d 0 -1 0 0 0 0 0 ", s->tid != 0 ? s->tid : p->pid,
		name_of(s, p), state_letter(p, th), p->ppid, p->pgid, p->sid);
	text_printf(t, "%lu 0 %lu 0 20 %d %u 0 %lu ", (unsigned long)ticks_of(s, p),
		(unsigned long)((p->cutime_ns + p->cstime_ns) / NS_PER_TICK),
		th == NULL ? 0 : th->nice, p->nthreads, (unsigned long)(p->start_ns / NS_PER_TICK));
	text_printf(t, "%lu %lu %lu ", mm == NULL ? 0 : (unsigned long)mm->mapped * PAGE_SIZE,
		mm == NULL ? 0 : (unsigned long)mm->committed, (unsigned long)RLIM_INFINITY);
	text_printf(t, "0 0 %lu 0 0 %lu %lu 0 0 0 0 0 %d %d 0 0 0 0 0 0 0 ",
		mm == NULL ? 0 : (unsigned long)mm->stack_top,
		(unsigned long)(p->pending.set & INT32_MAX),
		th == NULL || th->tp == NULL ? 0 : (unsigned long)(th->tp->blocked & INT32_MAX),
		p->exit_signal, th == NULL ? 0 : th->vcpu);
	if (mm == NULL)
		text_printf(t, "0 0 0 0 0 %d\n", p->exit_status);
	else
		text_printf(t, "%lu %lu %lu %lu %lu %d\n", (unsigned long)mm->brk_start,
			(unsigned long)mm->arg_start, (unsigned long)mm->arg_end,
			(unsigned long)mm->env_start, (unsigned long)mm->env_end, p->exit_status);
	return 0;
}

int pid_statm(struct text *t, const struct subject *s)
{
	struct proc *p = subject_proc(s);

	if (p == NULL)
		return -ESRCH;
	if (p->mm == NULL)
		text_printf(t, "0 0 0 0 0 0 0\n");
	else
		text_printf(t, "%lu %lu 0 0 0 %lu 0\n", (unsigned long)p->mm->mapped,
			(unsigned long)p->mm->committed, (unsigned long)p->mm->committed);
	return 0;
}

static void status_signals(struct text *t, const struct proc *p, const struct thread *th)
{
	uint64_t ignored = 0, caught = 0;

	for (int sig = 1; p->sig != NULL && sig <= 64; sig++) {
		uint64_t h = p->sig->act[sig - 1].handler;

		ignored |= h == 1 ? SIGMASK(sig) : 0;
		caught |= h > 1 ? SIGMASK(sig) : 0;
	}
	text_printf(t, "SigPnd:\t%016lx\nShdPnd:\t%016lx\nSigBlk:\t%016lx\n",
		th == NULL || th->tp == NULL ? 0 : (unsigned long)th->tp->pending.set,
		(unsigned long)p->pending.set,
		th == NULL || th->tp == NULL ? 0 : (unsigned long)th->tp->blocked);
	text_printf(t, "SigIgn:\t%016lx\nSigCgt:\t%016lx\n", (unsigned long)ignored,
		(unsigned long)caught);
}

int pid_status(struct text *t, const struct subject *s)
{
	struct proc *p = subject_proc(s);
	struct thread *th;
	unsigned long caps;

	if (p == NULL)
		return -ESRCH;
	th = subject_thread(s, p);
	text_printf(t, "Name:\t%s\nUmask:\t%04o\nState:\t%s\n", name_of(s, p),
		p->fs == NULL ? 0 : p->fs->umask, state_name(state_letter(p, th)));
	text_printf(t, "Tgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t0\n", p->pid,
		s->tid != 0 ? s->tid : p->pid, p->ppid);
	text_printf(t, "Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\n", p->uid, p->euid, p->suid,
		p->euid, p->gid, p->egid, p->sgid, p->egid);
	text_printf(t, "FDSize:\t%u\nGroups:\t", p->files == NULL ? 0 : fdtable_size(p->files));
	for (unsigned k = 0; k < p->ngroups; k++)
		text_printf(t, "%u ", p->groups[k]);
	text_printf(t, "\n");
	if (p->mm != NULL) {
		unsigned long size = p->mm->mapped * 4, rss = p->mm->committed * 4;

		text_printf(t,
			"VmPeak:\t%8lu kB\nVmSize:\t%8lu kB\nVmLck:\t       0 kB\nVmPin:\t       0 kB\n",
			size, size);
		text_printf(t,
			"VmHWM:\t%8lu kB\nVmRSS:\t%8lu kB\nRssAnon:\t%8lu kB\nRssFile:\t       0 kB\n"
			"RssShmem:\t       0 kB\nVmSwap:\t       0 kB\n",
			rss, rss, rss);
	}
	text_printf(t, "Threads:\t%u\nSigQ:\t0/%u\n", p->nthreads, SIGQ_MAX);
	status_signals(t, p, th);
	caps = p->euid == 0 ? 0x1ffffffffful : 0;
	text_printf(t,
		"CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\nCapBnd:\t%016lx\nCapAmb:\t%016lx\n",
		0ul, caps, caps, 0x1fffffffffful, 0ul);
	text_printf(t,
		"NoNewPrivs:\t%d\nSeccomp:\t0\nCpus_allowed:\t%lx\nCpus_allowed_list:\t0-%u\n",
		p->no_new_privs, (1ul << sched_vcpus()) - 1, sched_vcpus() - 1);
	text_printf(t, "voluntary_ctxt_switches:\t0\nnonvoluntary_ctxt_switches:\t0\n");
	return 0;
}

/* Memory [from, to) of a process. It may go away meanwhile: its address space is held. */
static int add_area(struct text *t, struct mm *mm, uint64_t from, uint64_t to)
{
	char *buf;
	int err = 0;

	if (to <= from || to - from > TEXT_MAX / 2)
		return 0;
	buf = kmalloc(AREA_CHUNK);
	if (buf == NULL)
		return -ENOMEM;
	mm_get(mm);
	for (uint64_t n; err == 0 && from < to; from += n) {
		n = to - from < AREA_CHUNK ? to - from : AREA_CHUNK;
		err = copy_from_mm(mm, buf, uaddr(from), n);
		if (err == 0)
			text_add(t, buf, n);
	}
	mm_put(mm);
	kfree(buf);
	return err == -EFAULT ? 0 : err; /* the program unmapped it: nothing to show */
}

int pid_cmdline(struct text *t, const struct subject *s)
{
	struct proc *p = subject_proc(s);

	if (p == NULL)
		return -ESRCH;
	return p->mm == NULL ? 0 : add_area(t, p->mm, p->mm->arg_start, p->mm->arg_end);
}

int pid_environ(struct text *t, const struct subject *s)
{
	struct proc *p = subject_proc(s);

	if (p == NULL)
		return -ESRCH;
	if (!may_read(p))
		return -EACCES;
	return p->mm == NULL ? 0 : add_area(t, p->mm, p->mm->env_start, p->mm->env_end);
}

static void add_name(struct text *t, size_t start, const struct vma *v)
{
	const char *name = NULL;
	char *path = NULL;

	if (v->file != NULL && v->file->dentry != NULL) {
		path = kmalloc(PATH_MAX);
		if (path != NULL && d_path(v->file->dentry, NULL, path, PATH_MAX) != -ENAMETOOLONG)
			name = path;
	} else if (v->flags & VMA_STACK) {
		name = "[stack]";
	} else if (v->flags & VMA_HEAP) {
		name = "[heap]";
	} else if (v->flags & VMA_KERNEL) {
		name = "[syscall]";
	}
	if (name != NULL) {
		size_t used = t->len - start;

		text_printf(t, "%*s", used < MAPS_COLUMN ? (int)(MAPS_COLUMN - used) : 1, "");
		text_add(t, name, strlen(name));
	}
	text_add(t, "\n", 1);
	kfree(path);
}

int pid_maps(struct text *t, const struct subject *s)
{
	struct proc *p = subject_proc(s);

	if (p == NULL)
		return -ESRCH;
	if (!may_read(p))
		return -EACCES;
	if (p->mm == NULL)
		return 0;
	list_for_each(l, &p->mm->vmas) /* nothing below sleeps */
	{
		const struct vma *v = container_of(l, struct vma, link);
		const struct inode *i = v->file == NULL ? NULL : v->file->inode;
		size_t start = t->len;

		text_printf(t, "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ",
			(unsigned long)mm_user(p->mm, v->start).v,
			(unsigned long)(mm_user(p->mm, v->start).v + (v->end - v->start)),
			v->flags & VMA_R ? 'r' : '-', v->flags & VMA_W ? 'w' : '-',
			v->flags & VMA_X ? 'x' : '-', v->flags & VMA_SHARED ? 's' : 'p',
			(unsigned long)v->off, i == NULL ? 0 : DEV_MAJOR(i->st.dev),
			i == NULL ? 0 : DEV_MINOR(i->st.dev),
			i == NULL ? 0 : (unsigned long)i->st.ino);
		add_name(t, start, v);
	}
	return 0;
}

int pid_limits(struct text *t, const struct subject *s)
{
	static const struct {
		const char *name, *unit;
		unsigned which;
	} lim[] = {{"Max cpu time", "seconds", 0}, {"Max file size", "bytes", 1},
		{"Max data size", "bytes", 2}, {"Max stack size", "bytes", 3},
		{"Max core file size", "bytes", 4}, {"Max resident set", "bytes", 5},
		{"Max processes", "processes", 6}, {"Max open files", "files", 7},
		{"Max locked memory", "bytes", 8}, {"Max address space", "bytes", 9},
		{"Max file locks", "locks", 10}, {"Max pending signals", "signals", 11},
		{"Max msgqueue size", "bytes", 12}, {"Max nice priority", "", 13},
		{"Max realtime priority", "", 14}, {"Max realtime timeout", "us", 15}};
	struct proc *p = subject_proc(s);

	if (p == NULL)
		return -ESRCH;
	text_printf(t, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
	for (unsigned k = 0; k < sizeof(lim) / sizeof(lim[0]); k++) {
		const struct rlimit64 *r = &p->rlim[lim[k].which];
		char soft[24] = "unlimited", hard[24] = "unlimited";

		if (r->cur != RLIM_INFINITY)
			snprintf(soft, sizeof(soft), "%lu", (unsigned long)r->cur);
		if (r->max != RLIM_INFINITY)
			snprintf(hard, sizeof(hard), "%lu", (unsigned long)r->max);
		text_printf(t, "%-25s %-20s %-20s %-10s\n", lim[k].name, soft, hard, lim[k].unit);
	}
	return 0;
}

/* The place a file system is mounted at, into path (PATH_MAX). */
static void mount_place(const struct super *sb, char *path)
{
	if (d_path(sb->root, fs_current()->root, path, PATH_MAX) == -ENAMETOOLONG)
		strlcpy(path, "?", PATH_MAX);
}

int pid_mounts(struct text *t, const struct subject *s)
{
	char *path = kmalloc(PATH_MAX);

	if (path == NULL)
		return -ENOMEM;
	list_for_each(l, &mount_list)
	{
		const struct super *sb = container_of(l, struct super, link);

		mount_place(sb, path);
		text_add(t, sb->source, strlen(sb->source));
		text_add(t, " ", 1);
		text_add(t, path, strlen(path));
		text_printf(
			t, " %s %s,relatime 0 0\n", sb->type, sb->flags & SB_RDONLY ? "ro" : "rw");
	}
	kfree(path);
	return 0;
}

int pid_mountinfo(struct text *t, const struct subject *s)
{
	char *path = kmalloc(PATH_MAX);
	unsigned id = 20;

	if (path == NULL)
		return -ENOMEM;
	list_for_each(l, &mount_list)
	{
		const struct super *sb = container_of(l, struct super, link);
		const char *rw = sb->flags & SB_RDONLY ? "ro" : "rw";

		mount_place(sb, path);
		text_printf(t, "%u %u %u:%u / ", id, id == 20 ? 1 : 20, DEV_MAJOR(sb->dev),
			DEV_MINOR(sb->dev));
		text_add(t, path, strlen(path));
		text_printf(t, " %s,relatime - %s ", rw, sb->type);
		text_add(t, sb->source, strlen(sb->source));
		text_printf(t, " %s\n", rw);
		id++;
	}
	kfree(path);
	return 0;
}

int pid_fdinfo(struct text *t, const struct subject *s)
{
	struct proc *p = subject_proc(s);
	struct file *f = p == NULL || p->files == NULL ? NULL : fdtable_lookup(p->files, s->fd);

	if (f == NULL)
		return -ENOENT;
	text_printf(t, "pos:\t%lu\nflags:\t0%o\nmnt_id:\t20\nino:\t%lu\n", (unsigned long)f->pos,
		f->flags, f->inode == NULL ? 1 : (unsigned long)f->inode->st.ino);
	return 0;
}

int pid_cgroup(struct text *t, const struct subject *s)
{
	text_printf(t, "0::/\n");
	return 0;
}

int pid_oom(struct text *t, const struct subject *s)
{
	text_printf(t, "0\n");
	return 0;
}

int pid_loginuid(struct text *t, const struct subject *s)
{
	text_printf(t, "4294967295\n");
	return 0;
}
