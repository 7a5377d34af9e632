/* SPDX-License-Identifier: Apache-2.0 */
/* Memory system calls: decode, then kernel/mm. */
#include "mm.h"
#include "file.h"
#include "layout.h"
#include "linux_errno.h"
#include "linux_fs.h"
#include "linux_mm.h"
#include "proc.h"
#include "syscall.h"
#include "uaccess.h"
#include "vfs.h"

#define PROT_MASK (PROT_READ | PROT_WRITE | PROT_EXEC)

static uint64_t page_up(uint64_t v)
{
	return (v + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
}

#define DEV_ZERO 0x105u /* 1:5, the one device that can be mapped */

/* May f be mapped so? mmap(2), EACCES and ENODEV. */
static int may_map(const struct file *f, unsigned prot, unsigned flags)
{
	bool shared = (flags & MAP_TYPE) != MAP_PRIVATE;

	if (!(f->mode & FM_READ))
		return -EACCES;
	if (shared && (prot & PROT_WRITE) && !(f->mode & FM_WRITE))
		return -EACCES;
	if (f->inode == NULL)
		return -ENODEV;
	const struct stat_info *st = &f->inode->st;
	return S_ISREG(st->mode) || (S_ISCHR(st->mode) && st->rdev == DEV_ZERO) ? 0 : -ENODEV;
}

static int check_flags(unsigned flags)
{
	unsigned type = flags & MAP_TYPE;

	if (type != MAP_SHARED && type != MAP_PRIVATE && type != MAP_SHARED_VALIDATE)
		return -EINVAL;
	if (flags & MAP_HUGETLB)
		return -ENOMEM; /* no huge pages in the pool, as on a system that has none */
	return type == MAP_SHARED_VALIDATE && (flags & MAP_SYNC) ? -EOPNOTSUPP : 0;
}

long sys_mmap(const struct sysargs *a)
{
	unsigned prot = (unsigned)a->v[2] & PROT_MASK, flags = (unsigned)a->v[3];
	uint64_t len = a->v[1], off = a->v[5];
	struct mm *mm = mm_current();
	int r = check_flags(flags);

	if (r < 0)
		return r;
	if (len == 0 || off % PAGE_SIZE != 0)
		return -EINVAL;
	if (proc_self()->rlim[RLIMIT_AS].cur / PAGE_SIZE < mm->mapped + page_up(len) / PAGE_SIZE)
		return -ENOMEM;
	if ((flags & MAP_TYPE) == MAP_SHARED_VALIDATE)
		flags = (flags & ~MAP_TYPE) | MAP_SHARED;
	if (flags & MAP_ANONYMOUS)
		return mm_mmap(mm, a->v[0], len, prot, flags, NULL, 0);
	if (off + len < off)
		return -EOVERFLOW;
	struct file *f = fd_get((int)a->v[4]);
	if (f == NULL)
		return -EBADF;
	long addr = may_map(f, prot, flags);
	if (addr == 0)
		addr = mm_mmap(mm, a->v[0], len, prot, flags, f, off);
	file_put(f);
	return addr;
}

long sys_munmap(const struct sysargs *a)
{
	return mm_munmap(mm_current(), a->v[0], a->v[1]);
}

long sys_mprotect(const struct sysargs *a)
{
	return mm_mprotect(mm_current(), a->v[0], a->v[1], (unsigned)a->v[2]);
}

long sys_brk(const struct sysargs *a)
{
	return (long)mm_brk(mm_current(), a->v[0]);
}

long sys_mremap(const struct sysargs *a)
{
	unsigned flags = (unsigned)a->v[3];

	if (flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP))
		return -EINVAL;
	if ((flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && !(flags & MREMAP_MAYMOVE))
		return -EINVAL;
	return mm_mremap(mm_current(), a->v[0], a->v[1], a->v[2], flags, a->v[4]);
}

long sys_madvise(const struct sysargs *a)
{
	return mm_madvise(mm_current(), a->v[0], a->v[1], (int)a->v[2]);
}

long sys_msync(const struct sysargs *a)
{
	unsigned flags = (unsigned)a->v[2];

	if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) ||
		(flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
		return -EINVAL;
	return mm_msync(mm_current(), a->v[0], a->v[1]);
}

/* Is all of [addr, addr + len) mapped? For the calls that only check. */
static int all_mapped(uint64_t addr, uint64_t len)
{
	struct mm *mm = mm_current();
	uint64_t at = addr & ~(uint64_t)(PAGE_SIZE - 1), end = page_up(addr + len);

	if (end < at)
		return -EINVAL;
	if (mm->kind == MM_SIP && end - at > mm->limit - mm_linear(mm, uaddr(at)))
		return -ENOMEM;
	end -= at;
	at = mm_linear(mm, uaddr(at));
	end += at;
	while (at < end) {
		const struct vma *v = mm_find(mm, at);
		if (v == NULL)
			return -ENOMEM;
		at = v->end;
	}
	return 0;
}

long sys_mincore(const struct sysargs *a)
{
	const uint8_t resident = 1; /* what is mapped is never paged out by this kernel */

	if (a->v[0] % PAGE_SIZE != 0)
		return -EINVAL;
	int r = all_mapped(a->v[0], a->v[1]);
	for (uint64_t i = 0; r == 0 && i < page_up(a->v[1]) / PAGE_SIZE; i++)
		r = put_user(uaddr_add(arg_addr(a, 2), i), &resident);
	return r;
}

long sys_mlock(const struct sysargs *a)
{
	return all_mapped(a->v[0], a->v[1]);
}

long sys_munlock(const struct sysargs *a)
{
	return all_mapped(a->v[0], a->v[1]);
}

long sys_mlock2(const struct sysargs *a)
{
	return a->v[2] & ~(uint64_t)MLOCK_ONFAULT ? -EINVAL : all_mapped(a->v[0], a->v[1]);
}

long sys_mlockall(const struct sysargs *a)
{
	return a->v[0] == 0 || (a->v[0] & ~(uint64_t)(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT))
		       ? -EINVAL
		       : 0;
}

long sys_munlockall(const struct sysargs *a)
{
	return 0;
}
