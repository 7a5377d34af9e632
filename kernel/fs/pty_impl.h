/* SPDX-License-Identifier: Apache-2.0 */
/* A pseudo terminal, for pty.c and ptyioctl.c. */
#ifndef CLOISTER_PTY_IMPL_H
#define CLOISTER_PTY_IMPL_H

#include "ldisc.h"
#include "pty.h"

struct pty {
	struct tty tty; /* one reference of each open file, and of processes */
	struct ldisc ld;
	struct linux_winsize size;
	unsigned number;
	struct dentry *node; /* /dev/pts/number; ref */
	unsigned slaves;     /* open files of the terminal side */
	bool locked;         /* TIOCSPTLCK: the terminal side cannot be opened */
	bool exclusive;      /* TIOCEXCL */
	bool packet;         /* TIOCPKT */
	bool idle;           /* the terminal side was open and is not: the master reads EIO */
	bool hung;           /* the master is closed */
	struct waitq master_wait, slave_wait;
};

/* Something moved: both sides look again. */
void pty_wake(struct pty *p);

#endif
