/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of proc/ and the process system calls share: the per-thread state, life and death
 * of processes and threads, exec. Kernel lock held.
 */
#ifndef CLOISTER_TASK_H
#define CLOISTER_TASK_H

#include "proc.h"
#include "signal.h"

struct file;
struct sipframes;

/* How a call interrupted without a handler goes on (restart_syscall). */
struct restart {
	long (*fn)(struct thread *t);
	uint64_t arg[5];
};

struct tproc { /* thread.tp */
	struct thread *thread;
	struct list tid_link; /* tid table */
	uint64_t blocked;
	uint64_t saved_blocked; /* to come back on the way out when restore_mask */
	bool restore_mask;
	uint64_t sigwait;       /* rt_sigtimedwait: wakes for these although they are blocked */
	struct sigpend pending; /* thread-directed */
	struct linux_stack altstack;
	uint64_t clear_child_tid; /* user address, 0: none */
	uint64_t robust_list;
	bool kill;                             /* ends at its next way out of the kernel */
	bool killable;                         /* in task_sleep_killable */
	uint64_t trap_no, trap_err, trap_addr; /* last exception, for the signal frame */
	struct restart restart;
	struct sipframes *sipframes; /* a SIP's: what its signal frames stand for; owned */
	uint64_t affinity; /* vCPUs, as sched_setaffinity left it */
	char comm[16];
};

/* ---- proc.c ---- */
#define PID_MAX 0x400000
int pid_alloc(void); /* a free number, or -EAGAIN */
/* A process without threads, a child of parent (NULL: process 1), everything else empty or
 * inherited: ids, limits, group, session, name, terminal. NULL: no memory. Not on any list before
 * proc_publish. */
struct proc *proc_new(struct proc *parent, int pid);
void proc_publish(struct proc *p);
void proc_release(struct proc *p);        /* a zombie or never published: off the lists, freed */
void proc_drop_resources(struct proc *p); /* mm, files, fs, sig: may block */
struct tproc *tproc_new(struct thread *t, const struct tproc *from);
void tproc_free(struct tproc *tp);
void thread_attach(struct thread *t, struct proc *p, int tid); /* t->tp is set */
void thread_detach(struct thread *t);
void thread_rename(struct thread *t, const char *comm); /* the leader's name is the process's */
void proc_set_mm(struct proc *p, struct mm *mm); /* consumes the reference; of every thread */
unsigned proc_foreach(
	bool (*fn)(struct proc *p, void *arg), void *arg); /* how often fn said true */
struct proc *proc_init(void);                              /* process 1 */

/* ---- exit.c ---- */
_Noreturn void task_exit(int status);             /* the calling thread; status as wait4 shows it */
_Noreturn void task_exit_group(int status);       /* the whole process */
void proc_begin_exit(struct proc *p, int status); /* every thread of p ends at its next way out */
int task_kill_others(void); /* exec: waits until the caller is alone; -EINTR: it is dying too */
void task_vfork_done(struct proc *p);   /* the child no longer uses its parent's memory */
void task_release_mm(struct thread *t); /* robust futexes, clear_child_tid: before the mm goes */
/* Sleeps like thread_sleep(NO_DEADLINE, false), but a fatal signal ends it: -EINTR. */
int task_sleep_killable(struct waitq *q);
/* A group is orphaned if no member but this one has a parent in another group of its session. */
bool task_group_orphaned(int pgid, const struct proc *but);
void proc_notify_parent(struct proc *p, int code); /* CLD_STOPPED, CLD_CONTINUED */

/* ---- wait.c ---- */
struct wait_req {
	int which; /* P_ALL, P_PID, P_PGID */
	int id;
	unsigned options;
};
struct wait_res { /* pid 0: nothing (WNOHANG) */
	int pid, status, code, uid;
	struct linux_rusage ru;
};
int task_wait(const struct wait_req *q, struct wait_res *r);

/* ---- clone.c ---- */
struct clone_req {
	uint64_t flags; /* without the exit signal */
	int exit_signal;
	uint64_t stack, parent_tid, child_tid, tls;
	uint64_t pidfd; /* user address, with CLONE_PIDFD */
};
long task_clone(const struct clone_req *q, const struct uregs *u);

/* ---- exec.c ---- */
struct strvec { /* NUL-terminated strings, one after the other */
	char *buf;
	size_t len, cap;
	unsigned n;
};
int strvec_add(struct strvec *v, const char *s);
void strvec_free(struct strvec *v);

struct exec {
	char *path;        /* as given: AT_EXECFN; owned */
	struct file *file; /* ref */
	struct strvec args, envs;
	struct mm *mm; /* the new address space; ref */
	uint64_t entry, stack;
	bool fixed_taken; /* -ENOMEM because of another process at the same fixed address */
	const char *why;  /* a sentence for process 1's failure */
	char *culprit;    /* the interpreter it speaks of, or NULL; owned */
};
int exec_open(struct exec *x, int dirfd, int flags); /* x->path -> x->file */
int exec_prepare(struct exec *x);                    /* follows #!, loads, builds the stack */
int exec_ready(struct exec *x, struct thread *t);    /* the last that can fail */
void exec_enter(struct exec *x, struct proc *p, struct thread *t); /* no failure after this */
void exec_free(struct exec *x);
/* execve(2), execveat(2) of the calling thread. path is taken. */
long task_exec(int dirfd, char *path, uint64_t argv, uint64_t envp, int flags, struct uregs *u);

/* ---- elfload.c ---- */
struct elf_loaded {
	uint64_t phdr, phnum, entry, base; /* AT_PHDR, AT_PHNUM, AT_ENTRY, AT_BASE */
	uint64_t start; /* where to begin: the interpreter's or the program's entry */
	bool exec_stack;
	char interp[128];                  /* the interpreter that could not be opened, perhaps cut */
};
/* Maps file (and its interpreter) into the empty mm. -ENOEXEC and a reason in *why if it is not a
 * program; fixed_taken as above. */
int elf_load(
	struct mm *mm, struct file *f, struct elf_loaded *out, const char **why, bool *fixed_taken);

/* ---- futex.c ---- */
void futex_exit_robust(struct thread *t);
unsigned futex_wake_addr(uint64_t uaddr, unsigned max);

/* ---- timer.c ---- */
void timers_init(struct proc *p);
void timers_drop(struct proc *p, bool exec);

/* ---- rusage ---- */
void rusage_self(const struct proc *p, struct linux_rusage *ru);
uint64_t proc_cpu_ns(const struct proc *p); /* of all its threads */

static inline struct tproc *tproc_self(void)
{
	return thread_self()->tp;
}

#endif
