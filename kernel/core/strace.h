/* SPDX-License-Identifier: Apache-2.0 */
/* --strace: a line per system call on the loader's stderr, as strace(1) prints it. Kernel lock
 * held; the caller has looked at strace_on. */
#ifndef CLOISTER_STRACE_H
#define CLOISTER_STRACE_H

#include <stdbool.h>

struct uregs;
struct sysent;

extern bool strace_on;
void strace_enter(const struct uregs *u, const struct sysent *e); /* e NULL: no such call */
void strace_exit(const struct uregs *u, const struct sysent *e, long ret);

#endif
