/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes and their threads, as the other parts of the kernel see them. Kernel lock held.
 */
#ifndef CLOISTER_PROC_H
#define CLOISTER_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "linux_proc.h"
#include "list.h"
#include "thread.h"
#include "upcalls.h"
#include "waitq.h"

struct mm;
struct fdtable;
struct fsctx;
struct sigstate;
struct file;
struct pidref;
struct tty;

#define RLIM_COUNT    16
#define RLIM_INFINITY UINT64_MAX

struct rlimit64 {
	uint64_t cur, max;
};

enum pstate { P_RUN, P_STOPPED, P_ZOMBIE };

struct sigpend { /* pending signals: every queued siginfo has its bit in set, but not every bit an
		    entry */
	uint64_t set;
	struct list queue; /* struct sigq (signal.h) */
};

struct proc {
	int pid; /* constant */
	int pgid, sid;
	struct proc *parent; /* NULL for init only */
	int ppid;            /* parent\'s pid, 0 for init: getppid(2) reads it without the lock */
	struct list children, sibling;
	struct list all_link; /* every process, by pid */
	struct list threads;  /* thread.proc_link */
	unsigned nthreads;
	enum pstate state;
	int exit_status;         /* as wait4(2) encodes it; valid in P_ZOMBIE */
	struct mm *mm;           /* ref */
	struct fdtable *files;   /* ref */
	struct fsctx *fs;        /* ref */
	struct sigstate *sig;    /* dispositions and process-wide pending signals; ref */
	struct waitq child_wait; /* wait4 sleeps here */
	uint32_t uid, euid, suid, gid, egid, sgid;
	uint32_t groups[32];
	unsigned ngroups;
	struct rlimit64 rlim[RLIM_COUNT];
	char comm[16];
	uint64_t start_ns; /* monotonic */
	uint64_t utime_ns, stime_ns, cutime_ns,
		cstime_ns; /* of dead threads; of waited-for children */
	struct tty *ctty; /* ref; controlling terminal or NULL */
	int tty_old_pgrp; /* a leader's: the foreground group of its terminal that hung up */
	bool sip;
	struct waitq *vfork_done; /* parent sleeping in vfork, or NULL */
	struct pidref *pidref;    /* of its pidfds (ipc/pidfd.c), or NULL; ref */

	/* used by proc/ only */
	struct list pid_link;   /* pid table */
	struct sigpend pending; /* process-directed */
	int exit_signal;        /* to the parent when this process ends; 0: none */
	bool group_exit;        /* every thread is to end, with: */
	int group_status;
	struct thread *exec_by;        /* execve is killing the other threads, or NULL */
	struct waitq signalfd_wait;    /* woken for every signal sent: signalfd polls here */
	struct waitq thread_gone;      /* that execve sleeps here */
	struct waitq cont_wait;        /* stopped threads sleep here */
	unsigned nstopped;             /* threads sleeping there */
	int stop_sig;                  /* P_STOPPED: why */
	bool stop_report, cont_report; /* wait4(WUNTRACED, WCONTINUED) has not seen it yet */
	bool execed;                   /* called execve since it was created (setpgid) */
	bool no_new_privs, subreaper, not_dumpable;
	int pdeath_sig;
	uint64_t timer_slack_ns;
	size_t max_pages; /* high-water mark of committed memory, for ru_maxrss */
	uint64_t child_max_pages;
	struct itimer {
		struct ktimer timer;
		uint64_t interval;
	} itimer_real;
	struct list ptimers; /* timer_create(2): struct ptimer */
	int next_timer_id;
};

static inline struct proc *proc_self(void)
{
	return thread_self()->proc;
}

struct proc *proc_find(int pid); /* NULL if none; zombies included */
struct thread *proc_find_thread(int tid);
extern struct list proc_list; /* proc.all_link */
unsigned proc_count(void);
unsigned proc_ran_total(void); /* processes created since boot */

/* upcalls.h, proc_boot: process 1 from the configuration (argv, env, cwd): PATH search as execvp
 * for a name without slash. Called on a kernel thread. A failure prints one line and exits 126/127.
 */

/* upcalls.h: signal_pending (a deliverable signal waits), signal_deliver (on the way out of the
 * kernel, under the lock: builds frames, stops, exits, restarts calls), signal_trap (an exception
 * of user code becomes a signal; mm_result is mm_fault's answer), cpuid_trap (answers cpuid from
 * the boot block; false: it was not cpuid), syspatch_trap (#UD at `syscall`: patches the site if
 * that is provably safe, and moves rip past it; false: it was not syscall). */

/* ---- signals, for the others ---- */
/* A temporary signal mask for pselect, ppoll, epoll_pwait, sigsuspend: begin, sleep, end.
 * interrupted: the call ends by a signal, so the old mask comes back only after its handler's frame
 * is built. */
void signal_mask_begin(uint64_t mask);
void signal_mask_end(bool interrupted);
void signal_send_proc(struct proc *p, int sig, int code); /* kernel-made, process-directed */
void signal_send_pgrp(int pgid, int sig, int code);
void signal_send_thread(struct thread *t, int sig, int code);
/* Synchronous fault of the calling thread: cannot be blocked or ignored. */
void signal_fault(int sig, int code, uint64_t addr);
/* How an interrupted system call ends: these never reach the user. */
#define ERESTARTSYS           512 /* restart if SA_RESTART, else EINTR */
#define ERESTARTNOINTR        513 /* always restart */
#define ERESTARTNOHAND        514 /* restart only if no handler ran */
#define ERESTART_RESTARTBLOCK 516 /* as NOHAND, but through restart_syscall (task.h) */

/* May the calling process act as uid 0? */
static inline bool proc_privileged(void)
{
	return proc_self()->euid == 0;
}

/* The number of bytes of the instruction that entered the kernel, for restarting it. */
static inline unsigned proc_syscall_len(const struct proc *p)
{
	return p->sip ? 8 : 2; /* call *%fs:0x10; syscall, or the jmp that replaced it */
}

/* Name of the calling thread (16 bytes, terminated), as PR_GET_NAME and /proc show it. */
const char *thread_comm(const struct thread *t);

#endif
