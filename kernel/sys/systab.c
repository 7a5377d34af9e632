/* SPDX-License-Identifier: Apache-2.0 */
/* The system call table: the rows of abi/syscall.def, indexed by number. */
#include "syscall.h"

const struct sysent systab[] = {
#define X(nr, name_, level_, flags_, args_, note)                                                  \
	[nr] = {sys_##name_, #name_, args_, level_, flags_},
	SYSCALLS(X)
#undef X
};
const unsigned systab_count = sizeof(systab) / sizeof(systab[0]);
