/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc/PID and /proc/PID/task/TID: directories, and the links that lead to objects. Everything is
 * found by number at each call: no process or thread is kept, and none is believed to be there
 * still.
 */
#include "procfs.h"
#include "fmt.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "mm.h"
#include "proc.h"
#include "thread.h"

static struct proc *proc_of(const struct inode *i)
{
	return proc_find(syn_subject(i)->pid);
}

/* proc(5): what shows the inside of a process is for its own user and for uid 0. */
static bool may_see(const struct proc *p)
{
	const struct proc *me = proc_self();

	return me == NULL || me->euid == 0 || me->euid == p->euid;
}

static bool has_thread(const struct proc *p, int tid)
{
	list_for_each(l,
		&p->threads) if (container_of(l, struct thread, proc_link)->tid == tid) return true;
	return false;
}

static long put_path(struct dentry *d, char *buf, size_t cap)
{
	char *s = kmalloc(PATH_MAX);
	long n;

	if (s == NULL)
		return -ENOMEM;
	n = d_path(d, fs_current()->root, s, PATH_MAX);
	if (n == -ENAMETOOLONG) {
		kfree(s);
		return n;
	}
	n = (long)strnlen(s, cap);
	memcpy(buf, s, (size_t)n);
	kfree(s);
	return n;
}

/* ---- links to directories and the program: cwd, root, exe ---- */

static int fs_entry(const struct inode *i, bool root, struct dentry **out)
{
	struct proc *p = proc_of(i);
	struct dentry *d;

	if (p == NULL || p->fs == NULL)
		return -ENOENT;
	if (!may_see(p))
		return -EACCES;
	d = root ? p->fs->root : p->fs->cwd;
	if (d == NULL)
		return -ENOENT;
	*out = dget(d);
	return 0;
}

static int cwd_jump(struct dentry *d, struct dentry **out)
{
	return fs_entry(d->inode, false, out);
}

static int root_jump(struct dentry *d, struct dentry **out)
{
	return fs_entry(d->inode, true, out);
}

static int exe_jump(struct dentry *d, struct dentry **out)
{
	struct proc *p = proc_of(d->inode);

	if (p == NULL || p->mm == NULL || p->mm->exe == NULL || p->mm->exe->dentry == NULL)
		return -ENOENT;
	if (!may_see(p))
		return -EACCES;
	*out = dget(p->mm->exe->dentry);
	return 0;
}

static long jump_readlink(struct dentry *d, char *buf, size_t cap)
{
	struct dentry *to;
	long n = d->inode->ops->jump(d, &to);

	if (n < 0)
		return n;
	n = put_path(to, buf, cap);
	dput(to);
	return n;
}

static const struct inode_ops cwd_ops = {.readlink = jump_readlink, .jump = cwd_jump};
static const struct inode_ops root_link_ops = {.readlink = jump_readlink, .jump = root_jump};
static const struct inode_ops exe_ops = {.readlink = jump_readlink, .jump = exe_jump};

/* ---- fd ---- */

static int fd_file(const struct inode *i, struct file **out)
{
	struct proc *p = proc_of(i);
	struct file *f;

	if (p == NULL || p->files == NULL)
		return -ENOENT;
	if (!may_see(p))
		return -EACCES;
	f = fdtable_lookup(p->files, syn_subject(i)->fd);
	if (f == NULL)
		return -ENOENT;
	*out = file_get(f);
	return 0;
}

static int fd_jump(struct dentry *d, struct dentry **out)
{
	struct file *f;
	int err = fd_file(d->inode, &f);

	if (err < 0)
		return err;
	if (f->dentry == NULL)
		err = -ENXIO; /* an object without a place cannot be opened again */
	else
		*out = dget(f->dentry);
	file_put(f);
	return err;
}

static long fd_readlink(struct dentry *d, char *buf, size_t cap)
{
	struct file *f;
	long n = fd_file(d->inode, &f);

	if (n < 0)
		return n;
	if (f->dentry != NULL) {
		n = put_path(f->dentry, buf, cap);
	} else {
		n = f->path == NULL ? 0 : (long)strnlen(f->path, cap);
		memcpy(buf, f->path == NULL ? "" : f->path, (size_t)n);
	}
	file_put(f);
	return n;
}

static const struct inode_ops fd_link_ops = {.readlink = fd_readlink, .jump = fd_jump};

static int fd_lookup(struct dentry *dir, struct dentry *d, bool info)
{
	struct proc *p = proc_of(dir->inode);
	struct subject s = *syn_subject(dir->inode);
	uint32_t mode = S_IFLNK | 0700;

	s.fd = procfs_number(d->name, d->len);
	if (p == NULL || p->files == NULL || s.fd < 0 || fdtable_lookup(p->files, s.fd) == NULL)
		return 0;
	if (!may_see(p))
		return -EACCES;
	d->inode = info ? syn_file(dir->sb, 0400, pid_fdinfo, &s)
			: syn_node(dir->sb, &fd_link_ops, mode, &s);
	return d->inode == NULL ? -ENOMEM : 0;
}

static int fd_dir_lookup(struct dentry *dir, struct dentry *d)
{
	return fd_lookup(dir, d, false);
}

static int fdinfo_dir_lookup(struct dentry *dir, struct dentry *d)
{
	return fd_lookup(dir, d, true);
}

/* Positions are 2 + the descriptor. */
static int fd_list(struct file *f, struct dirsink *s, unsigned dtype)
{
	struct proc *p = proc_of(f->inode);

	if (p == NULL || p->files == NULL)
		return -ENOENT;
	if (!may_see(p))
		return -EACCES;
	if (!dir_emit_dots(f, s))
		return 0;
	for (; f->pos - 2 < fdtable_size(p->files); f->pos++) {
		char name[16];
		int fd = (int)(f->pos - 2), n;

		if (fdtable_lookup(p->files, fd) == NULL)
			continue;
		n = snprintf(name, sizeof(name), "%d", fd);
		if (!s->emit(s, name, (size_t)n, f->pos, f->pos + 1, dtype))
			break;
	}
	return 0;
}

static int fd_dir_readdir(struct file *f, struct dirsink *s)
{
	return fd_list(f, s, DT_LNK);
}

static int fdinfo_dir_readdir(struct file *f, struct dirsink *s)
{
	return fd_list(f, s, DT_REG);
}

static const struct file_ops fd_dir_file_ops = {.readdir = fd_dir_readdir};
static const struct file_ops fdinfo_dir_file_ops = {.readdir = fdinfo_dir_readdir};

static int fd_dir_open(struct dentry *d, struct file *f)
{
	f->ops = &fd_dir_file_ops;
	return 0;
}

static int fdinfo_dir_open(struct dentry *d, struct file *f)
{
	f->ops = &fdinfo_dir_file_ops;
	return 0;
}

static const struct inode_ops fd_dir_ops = {.lookup = fd_dir_lookup, .open = fd_dir_open};
static const struct inode_ops fdinfo_dir_ops = {
	.lookup = fdinfo_dir_lookup, .open = fdinfo_dir_open};

/* ---- task ---- */

static int task_lookup(struct dentry *dir, struct dentry *d)
{
	struct proc *p = proc_of(dir->inode);
	int tid = procfs_number(d->name, d->len);

	if (p == NULL || tid <= 0 || !has_thread(p, tid))
		return 0;
	d->inode = procpid_dir(dir->sb, p->pid, tid);
	return d->inode == NULL ? -ENOMEM : 0;
}

/* Positions are 2 + the number of the thread in its process's list. */
static int task_readdir(struct file *f, struct dirsink *s)
{
	struct proc *p = proc_of(f->inode);
	uint64_t pos = 2;

	if (p == NULL)
		return -ENOENT;
	if (!dir_emit_dots(f, s))
		return 0;
	list_for_each(l, &p->threads)
	{
		struct thread *t = container_of(l, struct thread, proc_link);
		char name[16];
		int n = snprintf(name, sizeof(name), "%d", t->tid);

		if (pos++ < f->pos)
			continue;
		if (!s->emit(s, name, (size_t)n, (uint64_t)t->tid, pos, DT_DIR))
			break;
		f->pos = pos;
	}
	return 0;
}

static const struct file_ops task_file_ops = {.readdir = task_readdir};

static int task_open(struct dentry *d, struct file *f)
{
	f->ops = &task_file_ops;
	return 0;
}

static const struct inode_ops task_ops = {.lookup = task_lookup, .open = task_open};

/* ---- the directory of a process or thread ---- */

static const struct {
	const char *name;
	uint32_t mode;
	const struct inode_ops *ops; /* NULL: a text */
	text_fn *text;
	bool process_only;
} rows[] = {
	{"cgroup", S_IFREG | 0444, NULL, pid_cgroup, false},
	{"cmdline", S_IFREG | 0444, NULL, pid_cmdline, false},
	{"comm", S_IFREG | 0444, NULL, pid_comm, false},
	{"cwd", S_IFLNK | 0777, &cwd_ops, NULL, false},
	{"environ", S_IFREG | 0400, NULL, pid_environ, false},
	{"exe", S_IFLNK | 0777, &exe_ops, NULL, false},
	{"fd", S_IFDIR | 0500, &fd_dir_ops, NULL, false},
	{"fdinfo", S_IFDIR | 0500, &fdinfo_dir_ops, NULL, false},
	{"limits", S_IFREG | 0444, NULL, pid_limits, false},
	{"loginuid", S_IFREG | 0444, NULL, pid_loginuid, false},
	{"maps", S_IFREG | 0444, NULL, pid_maps, false},
	{"mountinfo", S_IFREG | 0444, NULL, pid_mountinfo, false},
	{"mounts", S_IFREG | 0444, NULL, pid_mounts, false},
	{"oom_score", S_IFREG | 0444, NULL, pid_oom, false},
	{"oom_score_adj", S_IFREG | 0444, NULL, pid_oom, false},
	{"root", S_IFLNK | 0777, &root_link_ops, NULL, false},
	{"stat", S_IFREG | 0444, NULL, pid_stat, false},
	{"statm", S_IFREG | 0444, NULL, pid_statm, false},
	{"status", S_IFREG | 0444, NULL, pid_status, false},
	{"task", S_IFDIR | 0555, &task_ops, NULL, true},
};
#define NROWS (sizeof(rows) / sizeof(rows[0]))

static void own(struct inode *i, const struct proc *p)
{
	i->st.uid = p->euid;
	i->st.gid = p->egid;
}

static int pid_lookup(struct dentry *dir, struct dentry *d)
{
	const struct subject *s = syn_subject(dir->inode);
	struct proc *p = proc_of(dir->inode);

	if (p == NULL)
		return -ENOENT;
	for (unsigned k = 0; k < NROWS; k++) {
		if (strcmp(rows[k].name, d->name) != 0 || (rows[k].process_only && s->tid != 0))
			continue;
		d->inode = rows[k].ops == NULL
				   ? syn_file(dir->sb, rows[k].mode & 07777, rows[k].text, s)
				   : syn_node(dir->sb, rows[k].ops, rows[k].mode, s);
		if (d->inode == NULL)
			return -ENOMEM;
		own(d->inode, p);
		return 0;
	}
	return 0;
}

static int pid_readdir(struct file *f, struct dirsink *s)
{
	bool thread = syn_subject(f->inode)->tid != 0;

	if (!dir_emit_dots(f, s))
		return 0;
	for (; f->pos - 2 < NROWS; f->pos++) {
		unsigned k = (unsigned)f->pos - 2;

		if (thread && rows[k].process_only)
			continue;
		if (!s->emit(s, rows[k].name, strlen(rows[k].name), f->pos, f->pos + 1,
			    MODE_TO_DT(rows[k].mode)))
			break;
	}
	return 0;
}

static const struct file_ops pid_file_ops = {.readdir = pid_readdir};

static int pid_open(struct dentry *d, struct file *f)
{
	f->ops = &pid_file_ops;
	return 0;
}

static const struct inode_ops pid_dir_ops = {.lookup = pid_lookup, .open = pid_open};

struct inode *procpid_dir(struct super *sb, int pid, int tid)
{
	struct subject s = {.pid = pid, .tid = tid};
	struct inode *i = syn_node(sb, &pid_dir_ops, S_IFDIR | 0555, &s);
	struct proc *p = proc_find(pid);

	if (i != NULL && p != NULL)
		own(i, p);
	return i;
}
