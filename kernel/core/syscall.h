/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System call handlers: one row in abi/syscall.def, one handler sys_NAME. Uniform type, no casts. A
 * handler decodes (may fail), then acts; it returns >= 0 or -errno (or -ERESTART*).
 */
#ifndef CLOISTER_SYSCALL_H
#define CLOISTER_SYSCALL_H

#include <stdint.h>
#include "addr.h"
#include "syscall.def"

struct uregs;

struct sysargs {
	uint64_t v[6];
	struct uregs *u; /* for clone, execve, sigreturn: the only calls that look at it */
};

typedef long sysfn(const struct sysargs *a);

#define X(nr, name, level, flags, args, note) sysfn sys_##name;
SYSCALLS(X)
#undef X

enum sys_level { FULL, PARTIAL, STUB };
enum sys_flags { LOCK = 0, NOLOCK = 1 };

struct sysent {
	sysfn *fn;
	const char *name;
	const char *args; /* how --strace prints: "fd,path,flags:open,..." */
	uint8_t level, flags;
};
extern const struct sysent systab[];
extern const unsigned systab_count;

static inline uaddr_t arg_addr(const struct sysargs *a, unsigned i)
{
	return uaddr(a->v[i]);
}

#endif
