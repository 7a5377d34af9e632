/* SPDX-License-Identifier: Apache-2.0 */
/* Pipes and FIFOs, as others need them. Kernel lock held. */
#ifndef CLOISTER_PIPE_H
#define CLOISTER_PIPE_H

#include <stdbool.h>
#include <stdint.h>

struct file;

/* tee(2): copies up to len bytes of one pipe to another and leaves them there too. */
long pipe_tee(struct file *in, struct file *out, uint64_t len, bool nonblock);

#define PIPE_SIZE     0x10000u
#define PIPE_SIZE_MAX 0x100000u

int pipe_create(unsigned flags, struct file **rd, struct file **wr);
bool file_is_pipe(const struct file *f);
long pipe_get_size(struct file *f);             /* F_GETPIPE_SZ; -EBADF if it is no pipe */
long pipe_set_size(struct file *f, unsigned n); /* F_SETPIPE_SZ: the size or -errno */

#endif
