/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a file's poll operation tells what it waits on. An operation calls poll_wait for each wait
 * queue it may become ready by, then returns the mask of what is ready now.
 */
#ifndef CLOISTER_POLL_H
#define CLOISTER_POLL_H

#include <stddef.h>
#include "linux_fs.h"
#include "waitq.h"

struct polltable {
	/* NULL: only the present state is asked for. */
	void (*add)(struct polltable *pt, struct waitq *q);
};

static inline void poll_wait(struct polltable *pt, struct waitq *q)
{
	if (pt != NULL && pt->add != NULL)
		pt->add(pt, q);
}

struct file;
/* Mask of a file without registering; files without the operation are always ready. */
unsigned file_poll(struct file *f, struct polltable *pt);

/* poll(2) over n entries in kernel memory. deadline: ns monotonic. Number ready, or -EINTR,
 * -ENOMEM. */
long poll_files(struct linux_pollfd *p, unsigned n, uint64_t deadline);

#endif
