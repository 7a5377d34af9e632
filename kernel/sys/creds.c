/* SPDX-License-Identifier: Apache-2.0 */
/* User and group identities: credentials(7). No file capabilities; user 0 has them all. */
#include "linux_errno.h"
#include "mem.h"
#include "syscall.h"
#include "task.h"
#include "uaccess.h"

#define KEEP         UINT32_MAX
#define LINUX_CAP_V1 0x19980330u
#define LINUX_CAP_V2 0x20071026u
#define LINUX_CAP_V3 0x20080522u
#define CAPS_ALL     0x1ffffffffffull /* CAP_CHECKPOINT_RESTORE is the last */

long sys_getuid(const struct sysargs *a)
{
	return proc_self()->uid;
}

long sys_geteuid(const struct sysargs *a)
{
	return proc_self()->euid;
}

long sys_getgid(const struct sysargs *a)
{
	return proc_self()->gid;
}

long sys_getegid(const struct sysargs *a)
{
	return proc_self()->egid;
}

/* The three ids of one kind. */
struct ids {
	uint32_t *real, *eff, *saved;
};

static struct ids user_ids(struct proc *p)
{
	return (struct ids){&p->uid, &p->euid, &p->suid};
}

static struct ids group_ids(struct proc *p)
{
	return (struct ids){&p->gid, &p->egid, &p->sgid};
}

static long set_one(struct ids i, uint32_t id)
{
	if (id == KEEP)
		return -EINVAL;
	if (proc_privileged())
		*i.real = *i.saved = id;
	else if (id != *i.real && id != *i.saved)
		return -EPERM;
	*i.eff = id;
	return 0;
}

static bool is_one_of(uint32_t id, struct ids i, bool saved)
{
	return id == KEEP || id == *i.real || id == *i.eff || (saved && id == *i.saved);
}

static long set_re(struct ids i, uint32_t real, uint32_t eff)
{
	if (!proc_privileged() && (!is_one_of(real, i, false) || !is_one_of(eff, i, true)))
		return -EPERM;
	uint32_t old_real = *i.real;
	if (real != KEEP)
		*i.real = real;
	if (eff != KEEP)
		*i.eff = eff;
	if (real != KEEP || (eff != KEEP && eff != old_real))
		*i.saved = *i.eff;
	return 0;
}

static long set_res(struct ids i, uint32_t real, uint32_t eff, uint32_t saved)
{
	if (!proc_privileged() && (!is_one_of(real, i, true) || !is_one_of(eff, i, true) ||
					  !is_one_of(saved, i, true)))
		return -EPERM;
	if (real != KEEP)
		*i.real = real;
	if (eff != KEEP)
		*i.eff = eff;
	if (saved != KEEP)
		*i.saved = saved;
	return 0;
}

static long get_res(struct ids i, const struct sysargs *a)
{
	const uint32_t v[3] = {*i.real, *i.eff, *i.saved};

	for (unsigned n = 0; n < 3; n++) {
		int r = put_user(arg_addr(a, n), &v[n]);
		if (r < 0)
			return r;
	}
	return 0;
}

long sys_setuid(const struct sysargs *a)
{
	return set_one(user_ids(proc_self()), (uint32_t)a->v[0]);
}

long sys_setgid(const struct sysargs *a)
{
	return set_one(group_ids(proc_self()), (uint32_t)a->v[0]);
}

long sys_setreuid(const struct sysargs *a)
{
	return set_re(user_ids(proc_self()), (uint32_t)a->v[0], (uint32_t)a->v[1]);
}

long sys_setregid(const struct sysargs *a)
{
	return set_re(group_ids(proc_self()), (uint32_t)a->v[0], (uint32_t)a->v[1]);
}

long sys_setresuid(const struct sysargs *a)
{
	return set_res(
		user_ids(proc_self()), (uint32_t)a->v[0], (uint32_t)a->v[1], (uint32_t)a->v[2]);
}

long sys_setresgid(const struct sysargs *a)
{
	return set_res(
		group_ids(proc_self()), (uint32_t)a->v[0], (uint32_t)a->v[1], (uint32_t)a->v[2]);
}

long sys_getresuid(const struct sysargs *a)
{
	return get_res(user_ids(proc_self()), a);
}

long sys_getresgid(const struct sysargs *a)
{
	return get_res(group_ids(proc_self()), a);
}

long sys_setfsuid(const struct sysargs *a)
{
	return proc_self()->euid;
}

long sys_setfsgid(const struct sysargs *a)
{
	return proc_self()->egid;
}

long sys_getgroups(const struct sysargs *a)
{
	const struct proc *p = proc_self();
	int size = (int)a->v[0];

	if (size < 0)
		return -EINVAL;
	if (size == 0)
		return p->ngroups;
	if ((unsigned)size < p->ngroups)
		return -EINVAL;
	int r = copy_to_user(arg_addr(a, 1), p->groups, p->ngroups * sizeof p->groups[0]);
	return r < 0 ? r : (long)p->ngroups;
}

long sys_setgroups(const struct sysargs *a)
{
	struct proc *p = proc_self();
	uint32_t groups[sizeof p->groups / sizeof p->groups[0]];

	if (!proc_privileged())
		return -EPERM;
	if (a->v[0] > sizeof groups / sizeof groups[0])
		return -EINVAL;
	int r = copy_from_user(groups, arg_addr(a, 1), a->v[0] * sizeof groups[0]);
	if (r < 0)
		return r;
	memcpy(p->groups, groups, a->v[0] * sizeof groups[0]);
	p->ngroups = (unsigned)a->v[0];
	return 0;
}

/* ---- capget(2), capset(2) ---- */

struct cap_header {
	uint32_t version;
	int32_t pid;
};
struct cap_data {
	uint32_t effective, permitted, inheritable;
};

/* How many cap_data the header's version means, or -errno; an unknown version is answered by ours.
 */
static int cap_words(uaddr_t header, struct cap_header *h)
{
	static const uint32_t ours = LINUX_CAP_V3;
	int r = get_user(h, header);

	if (r < 0)
		return r;
	if (h->version == LINUX_CAP_V1)
		return 1;
	if (h->version == LINUX_CAP_V2 || h->version == LINUX_CAP_V3)
		return 2;
	r = put_user(header, &ours);
	return r < 0 ? r : -EINVAL;
}

long sys_capget(const struct sysargs *a)
{
	struct cap_header h;
	struct cap_data d[2] = {{0}};
	int n = cap_words(arg_addr(a, 0), &h);

	if (a->v[1] == 0)
		return n == -EINVAL ? 0 : n < 0 ? n : 0;
	if (n < 0)
		return n;
	const struct proc *p = h.pid == 0 ? proc_self() : proc_find(h.pid);
	if (h.pid < 0)
		return -EINVAL;
	if (p == NULL)
		return -ESRCH;
	if (p->euid == 0) {
		d[0].effective = d[0].permitted = (uint32_t)CAPS_ALL;
		d[1].effective = d[1].permitted = (uint32_t)(CAPS_ALL >> 32);
	}
	return copy_to_user(arg_addr(a, 1), d, (size_t)n * sizeof d[0]);
}

long sys_capset(const struct sysargs *a)
{
	struct cap_header h;
	struct cap_data d[2] = {{0}};
	int n = cap_words(arg_addr(a, 0), &h);

	if (n < 0)
		return n;
	int r = copy_from_user(d, arg_addr(a, 1), (size_t)n * sizeof d[0]);
	if (r < 0)
		return r;
	if (h.pid != 0 && h.pid != proc_self()->pid)
		return -EPERM;
	bool wants = (d[0].effective | d[0].permitted | d[1].effective | d[1].permitted) != 0;
	return wants && !proc_privileged() ? -EPERM : 0;
}
