/* SPDX-License-Identifier: Apache-2.0 */
/* Pseudo terminals: /dev/ptmx and /dev/pts. Kernel lock held. */
#ifndef CLOISTER_PTY_H
#define CLOISTER_PTY_H

#include "vfs.h"

/* The file system of /dev/pts; made once. NULL: no memory. */
struct super *devpts_new(void);
/* A node of /dev/pts for a terminal that is not ours: the loader's. Its number is not given away.
 */
int devpts_foreign(unsigned number, uint64_t rdev, struct dentry **out);
/* open(2) of /dev/ptmx, and of /dev/pts/number. */
int pty_open_master(struct file *f);
int pty_open_slave(struct file *f, unsigned number);

/* ---- ptyioctl.c ---- */
struct pty;
long pty_ioctl(struct file *f, struct pty *p, bool master, unsigned cmd, uaddr_t arg);

#endif
