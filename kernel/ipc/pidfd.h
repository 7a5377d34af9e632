/* SPDX-License-Identifier: Apache-2.0 */
/* pidfd_open(2): a process as a file. Kernel lock held. */
#ifndef CLOISTER_PIDFD_H
#define CLOISTER_PIDFD_H

struct file;
struct proc;
struct pidref;

/* A descriptor of p; flags: O_NONBLOCK. 0 or -ENOMEM. */
int pidfd_create(struct proc *p, unsigned flags, struct file **out);
/* The process of f in *p: 0; -EBADF: not a pidfd; -ESRCH: it was waited for. */
int pidfd_proc(const struct file *f, struct proc **p);
/* p became a zombie: polls of its descriptors are ready. */
void pidfd_exited(struct proc *p);
/* p goes: its descriptors refer to nothing any more. */
void pidfd_gone(struct proc *p);

#endif
