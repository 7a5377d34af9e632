/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostcall handlers: one row of abi/hostcall.def, one function hc_NAME, found in hc_*.c. Called
 * with host.lock held and a private copy of the message. A handler returns what the row promises
 * (>= 0 or -errno), or HC_LATER: then it has kept the token and ring_complete() will be called.
 */
#ifndef HOST_HC_H
#define HOST_HC_H

#include <stddef.h>
#include <stdint.h>

#include "hostcall.h"

struct host;

#define HC_LATER INT64_MIN

typedef int64_t hc_handler(struct host *h, const struct hc_msg *m);

#define X(name, args, ret, blocking, note) hc_handler hc_##name;
HOSTCALLS(X)
#undef X

/* The arena bytes [off, off + len), or NULL if they are not all in the arena. */
void *hc_span(struct host *h, uint64_t off, uint64_t len);
/* Is this a host fd that the enclave opened, or stdin, stdout, stderr? */
bool hc_fd_ok(const struct host *h, uint64_t fd);
void hc_fd_own(struct host *h, int fd, bool owned);

/* A path argument: copied out of the arena once, NUL-terminated, leading slashes dropped.
 * 0, -EFAULT, -ENAMETOOLONG, -ENOENT (empty) or -EINVAL (a NUL in it). */
int hc_path(struct host *h, uint64_t off, uint64_t len, char path[HC_PATH_MAX + 1]);

#endif
