/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals inside proc/ and for the signal system calls. Kernel lock held.
 *
 * Sets are 64-bit masks, bit sig-1, as in user memory. A signal that is ignored when it is sent,
 * and not blocked, is dropped there and then; so what is pending and not blocked is deliverable.
 */
#ifndef CLOISTER_SIGNAL_H
#define CLOISTER_SIGNAL_H

#include "proc.h"

#define SIGMASK(sig)    (1ull << ((sig)-1))
#define SIG_UNBLOCKABLE (SIGMASK(SIGKILL) | SIGMASK(SIGSTOP))
#define SIG_STOPS       (SIGMASK(SIGSTOP) | SIGMASK(SIGTSTP) | SIGMASK(SIGTTIN) | SIGMASK(SIGTTOU))
#define SIG_SYNCHRONOUS                                                                            \
	(SIGMASK(SIGSEGV) | SIGMASK(SIGBUS) | SIGMASK(SIGILL) | SIGMASK(SIGTRAP) |                 \
		SIGMASK(SIGFPE) | SIGMASK(SIGSYS))
#define SIG_IGN_DEFAULT (SIGMASK(SIGCHLD) | SIGMASK(SIGCONT) | SIGMASK(SIGURG) | SIGMASK(SIGWINCH))
#define SIG_CORE                                                                                   \
	(SIGMASK(SIGQUIT) | SIGMASK(SIGILL) | SIGMASK(SIGTRAP) | SIGMASK(SIGABRT) |                \
		SIGMASK(SIGBUS) | SIGMASK(SIGFPE) | SIGMASK(SIGSEGV) | SIGMASK(SIGXCPU) |          \
		SIGMASK(SIGXFSZ) | SIGMASK(SIGSYS))
#define SIGQ_MAX 1024 /* queued siginfos of one process or thread: EAGAIN beyond */

struct sigstate { /* dispositions; shared by CLONE_SIGHAND */
	int refs;
	struct linux_sigaction act[NSIG];
};

struct sigq {
	struct list link;
	struct linux_siginfo info;
};

struct sigstate *sigstate_new(void); /* all default; 1 ref; NULL: no memory */
struct sigstate *sigstate_clone(const struct sigstate *s);
struct sigstate *sigstate_get(struct sigstate *s);
void sigstate_put(struct sigstate *s);
int sigstate_unshare(struct proc *p); /* own copy if shared */
void sigstate_exec(struct proc *p);   /* handlers to default; ignored stay so */

void sigpend_init(struct sigpend *q);
void sigpend_flush(struct sigpend *q, uint64_t set); /* drops the signals in set */

/* A siginfo as kill(2) and friends make it. */
void siginfo_kernel(struct linux_siginfo *si, int sig, int code);
void siginfo_user(struct linux_siginfo *si, int sig, int code);
/* Sends; 0, or -EAGAIN when a real-time signal from a program cannot be queued. */
int signal_send_info(struct proc *p, const struct linux_siginfo *si);
int signal_send_thread_info(struct thread *t, const struct linux_siginfo *si);
/* May the caller send sig to p? 0 or -EPERM (kill(2)). */
int signal_may_send(const struct proc *p, int sig);
/* Takes the next signal of set out of the pending ones: its number and siginfo, or 0. */
int signal_dequeue(struct thread *t, uint64_t set, struct linux_siginfo *si);
void signal_set_mask(struct thread *t, uint64_t blocked);
bool signal_is_ignored(const struct proc *p, int sig);
/* A thread of p has ended: what it would have taken goes to the others. */
void signal_thread_gone(struct proc *p);
/* A signal that cannot be refused: if the thread blocks or ignores it, it takes the default action.
 */
void signal_force(struct thread *t, const struct linux_siginfo *si);
/* Continues a stopped process, as SIGCONT and SIGKILL do. */
void signal_continue(struct proc *p);

/* sigframe.c: the frame for one handler: registers are changed to run it. 0, or -EFAULT: the stack
 * cannot take it. */
int sigframe_push(struct uregs *u, const struct linux_sigaction *act,
	const struct linux_siginfo *si, uint64_t mask);
long sigframe_pop(struct uregs *u); /* rt_sigreturn: the restored rax */
size_t sigframe_size(void);         /* AT_MINSIGSTKSZ */
bool sigframe_on_altstack(const struct thread *t, uint64_t sp);

#endif
