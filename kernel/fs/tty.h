/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Terminals as job control sees them: session, foreground group, controlling terminal. The loader's
 * terminal (ttydev.c) and pseudo terminals (pty.c) each have a struct tty. Kernel lock held.
 */
#ifndef CLOISTER_TTY_H
#define CLOISTER_TTY_H

#include <stdbool.h>
#include "addr.h"

struct file;
struct proc;

struct tty {
	int refs;    /* its owner's, and one of each process whose terminal it is */
	int session; /* whose controlling terminal it is; 0: none */
	int pgrp;    /* foreground process group; 0: none */
	int (*open)(struct tty *t, struct file *f); /* through /dev/tty */
	void (*free)(struct tty *t);                /* the last reference is gone */
};

struct tty *tty_get(struct tty *t);
void tty_put(struct tty *t); /* NULL is fine */

/* May the calling process read (SIGTTIN) or change (SIGTTOU) its terminal? 0; -ERESTARTSYS after a
 * signal to its group; -EIO: the signal is of no use (POSIX 11.1.4). */
int tty_check_job(struct tty *t, int sig);
/* open(2) of a terminal by f: a session leader without one gets it (not with O_NOCTTY). */
void tty_opened(struct tty *t, const struct file *f);
/* TIOCSCTTY and the other ioctls of job control. True: *ret is the result. master: f is the other
 * side, which may look at the session of a terminal that is not its own. */
bool tty_job_ioctl(
	struct tty *t, const struct file *f, bool master, unsigned cmd, uaddr_t arg, long *ret);
/* A signal to the foreground group. */
void tty_signal(const struct tty *t, int sig);
/* Nobody has the terminal open any more: no process has it as its own. */
void tty_forget(struct tty *t);
/* The line is gone: SIGHUP and SIGCONT to the session leader. */
void tty_hangup(struct tty *t);
/* The process gives up its terminal: TIOCNOTTY, setsid (quiet), its end (exiting). Of a leader,
 * its session loses it too. */
void tty_leave(struct proc *p, bool exiting);

/* The loader's terminal, or NULL (ttydev.c). */
struct tty *tty_loader(void);

#endif
