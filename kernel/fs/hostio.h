/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream of the host: its terminal, a pipe, a socket, a device; and the loader's descriptors
 * 0..2. Reading and writing never wait on the host; readiness comes by asynchronous polls, at most
 * one for reading and one for writing under way.
 */
#ifndef CLOISTER_HOSTIO_H
#define CLOISTER_HOSTIO_H

#include <stdbool.h>
#include "host.h"
#include "vfs.h"

struct hostio {
	int refs;  /* users, polls under way, the creator */
	int users; /* open files; the last one closes fd if own */
	int fd;
	bool own;
	bool tty;
	bool seekable; /* a regular file of the host */
	bool own_pos;  /* seekable: lseek was used, so the position is ours and no longer the host's
			*/
	bool out_full; /* the last write would have blocked */
	bool in_pending, out_pending; /* a poll is under way; it holds a reference */
	unsigned in_ready;            /* POLL* as the last poll for reading said; 0: not known */
	struct hostasync in, out;
	struct waitq wait;
};

struct hostio *hostio_new(int fd, bool own); /* 1 ref */
void hostio_put(struct hostio *io);
/* Makes f a stream on the host descriptor fd, which it then owns. A poll that the host never
 * answers keeps the struct (not the descriptor) for ever. */
int hostio_open_fd(struct file *f, int fd);
/* Makes f use io. */
void hostio_attach(struct file *f, struct hostio *io);
struct hostio *hostio_of(struct file *f); /* NULL if f is something else */

/* ---- ttydev.c: ioctls of a stream that is a terminal ---- */
long tty_ioctl(struct file *f, unsigned cmd, uaddr_t arg);
/* io, one of 0..2, is the loader's terminal: process 1, the caller, has it as its own. */
void tty_set_loader(struct hostio *io);

#endif
