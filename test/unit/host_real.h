/* SPDX-License-Identifier: Apache-2.0 */
/* An honest host for unit tests: does what the messages ask, with real system calls. */
#ifndef CLOISTER_HOST_REAL_H
#define CLOISTER_HOST_REAL_H

#include <stdbool.h>

struct hc_msg;
extern unsigned host_calls; /* messages answered */
void host_real(struct hc_msg *m);

/* Behind the kernel's back. */
bool host_write_file(const char *path, const char *text);
bool host_symlink_file(const char *target, const char *path);
bool host_remove(const char *path);
bool host_make_dir(char *pattern); /* mkdtemp(3) */
bool host_make_fifo(const char *path);

#endif
