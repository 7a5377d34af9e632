/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes and their threads, as the other parts of the kernel see them. Kernel lock held.
 */
#ifndef CLOISTER_PROC_H
#define CLOISTER_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "list.h"
#include "thread.h"
#include "waitq.h"

struct mm;
struct fdtable;
struct fsctx;
struct sigstate;
struct file;

#define RLIM_COUNT    16
#define RLIM_INFINITY UINT64_MAX

struct rlimit64 {
	uint64_t cur, max;
};

enum pstate { P_RUN, P_STOPPED, P_ZOMBIE };

struct proc {
	int pid;                /* constant */
	int pgid, sid;
	struct proc *parent;    /* NULL for init only */
	struct list children, sibling;
	struct list all_link;   /* every process, by pid */
	struct list threads;    /* thread.proc_link */
	unsigned nthreads;
	enum pstate state;
	int exit_status;        /* as wait4(2) encodes it; valid in P_ZOMBIE */
	struct mm *mm;          /* ref */
	struct fdtable *files;  /* ref */
	struct fsctx *fs;       /* ref */
	struct sigstate *sig;   /* dispositions and process-wide pending signals; ref */
	struct waitq child_wait; /* wait4 sleeps here */
	uint32_t uid, euid, suid, gid, egid, sgid;
	uint32_t groups[32];
	unsigned ngroups;
	struct rlimit64 rlim[RLIM_COUNT];
	char comm[16];
	uint64_t start_ns;      /* monotonic */
	uint64_t utime_ns, stime_ns, cutime_ns, cstime_ns; /* of dead threads; of waited-for children */
	struct file *ctty;      /* ref; controlling terminal or NULL */
	bool sip;
	struct waitq *vfork_done; /* parent sleeping in vfork, or NULL */
	void *p;                /* private to proc/ */
};

static inline struct proc *proc_self(void)
{
	return thread_self()->proc;
}

struct proc *proc_find(int pid); /* NULL if none; zombies included */
struct thread *proc_find_thread(int tid);
extern struct list proc_list;    /* proc.all_link */
unsigned proc_count(void);
unsigned proc_ran_total(void);   /* processes created since boot */

/* Boot: process 1 from the configuration (argv, env, cwd): PATH search as execvp for a name without
 * slash. Called on a kernel thread. A failure prints one line and exits 126/127. */
void proc_boot(void);

/* ---- signals, for the others ---- */
bool signal_pending(struct thread *t);       /* a deliverable signal waits */
void signal_send_proc(struct proc *p, int sig, int code);   /* kernel-made, process-directed */
void signal_send_pgrp(int pgid, int sig, int code);
void signal_send_thread(struct thread *t, int sig, int code);
/* Synchronous fault of the calling thread: cannot be blocked or ignored. */
void signal_fault(int sig, int code, uint64_t addr);
/* On the way out of the kernel, under the lock: delivers signals (builds frames), stops, exits. */
void signal_deliver(struct uregs *u);
/* How an interrupted system call ends: these never reach the user. */
#define ERESTARTSYS    512 /* restart if SA_RESTART, else EINTR */
#define ERESTARTNOINTR 513 /* always restart */
#define ERESTARTNOHAND 514 /* restart only if no handler ran */

/* May the calling process act as uid 0? */
static inline bool proc_privileged(void)
{
	return proc_self()->euid == 0;
}

/* #UD at `syscall`: patch the site if that is provably safe, and say what to run. True: it was a
 * syscall instruction; u->rip is already past it. */
bool syspatch_trap(struct uregs *u);

#endif
