/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every signal the emulator has a handler for comes here, with the host's FS base. Enclave code is
 * emu_trap.c's; anything else goes to the handler that the host installed, through emu_sigaction(),
 * as if the emulator were not there.
 *
 * All our handlers run with every signal blocked: a second one cannot arrive between the change of
 * FS base and the sigreturn.
 */
#define _GNU_SOURCE
#include "dev_sys.h"
#include "emu.h"
#include "emu_test.h"

#include <errno.h>
#include <pthread.h>

#define GP 13
#define PF 14

static const int traps[] = {SIGILL, SIGSEGV, SIGBUS, SIGFPE, SIGTRAP, SIGSYS};

/* What the host asked for; written under host_lock, read by handlers. */
static struct sigaction host_action[NSIG];
static pthread_mutex_t host_lock = PTHREAD_MUTEX_INITIALIZER;

static bool is_trap(int sig)
{
	for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); i++)
		if (traps[i] == sig)
			return true;
	return false;
}

/* The default action: give the signal its default disposition and let it happen again. */
static void host_default(int sig, const siginfo_t *si)
{
	struct sigaction dfl = {.sa_handler = SIG_DFL};

	if (sig == SIGCHLD || sig == SIGURG || sig == SIGWINCH || sig == SIGCONT)
		return;
	dev_sys.sigaction(sig, &dfl, NULL);
	if (si->si_code <= 0)
		raise(sig); /* blocked until the sigreturn */
}

static void host_signal(int sig, siginfo_t *si, ucontext_t *uc)
{
	const struct sigaction *a = &host_action[sig];

	if (a->sa_flags & SA_SIGINFO)
		a->sa_sigaction(sig, si, uc);
	else if (a->sa_handler == SIG_DFL)
		host_default(sig, si);
	else if (a->sa_handler != SIG_IGN)
		a->sa_handler(sig);
	else if (si->si_code > 0 && is_trap(sig))
		host_default(sig, si); /* a fault cannot be ignored */
}

static bool in_window(uint64_t rip)
{
	return rip >= (uint64_t)emu_aep && rip < (uint64_t)emu_window_end;
}

/*
 * Enclave code branched out of ELRANGE: #GP(0) by SDM vol. 3D, "Access-control Requirements". Where
 * nothing could be fetched the emulator can say so; otherwise code of the host has been running.
 */
static void left_elrange(struct emu_ctx *c, const siginfo_t *si)
{
	const greg_t *g = c->g;

	if (si->si_code > 0 && g[REG_TRAPNO] == PF && (g[REG_ERR] & SGX_PF_I) &&
		g[REG_CR2] == g[REG_RIP])
		emu_raise(c, GP, 0, 0);
	else
		emu_fatal("enclave code left ELRANGE without EEXIT: rip, tcs", (uint64_t)g[REG_RIP],
			c->t->cur->va);
}

void emu_signal(int sig, siginfo_t *si, ucontext_t *uc, struct emu_thread *t, struct emu_fsgs *fg)
{
	greg_t *g = uc->uc_mcontext.gregs;
	int saved_errno = errno;

	if (t != NULL && t->cur != NULL && !in_window((uint64_t)g[REG_RIP])) {
		struct emu_ctx c = {.t = t, .e = t->cur->encl, .uc = uc, .g = g, .fg = fg};
		bool inside = (uint64_t)g[REG_RIP] - c.e->base < c.e->size;

		if (!inside)
			left_elrange(&c, si);
		if (!inside || emu_trap(&c, sig, si)) {
			errno = saved_errno;
			return;
		}
	} else if (sig == SIGSEGV && g[REG_TRAPNO] == 13 && emu_cpuid_emulate(g)) {
		errno = saved_errno;
		return;
	}
	host_signal(sig, si, uc);
	errno = saved_errno;
}

static int install(int sig, int flags)
{
	struct sigaction sa = {.sa_sigaction = emu_signal_entry};

	sa.sa_flags = SA_SIGINFO | SA_ONSTACK | flags;
	sigfillset(&sa.sa_mask);
	return dev_sys.sigaction(sig, &sa, NULL) < 0 ? -errno : 0;
}

/* sigaction() for the host: kept aside for the traps, wrapped for others with a handler. */
int emu_sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
	struct sigaction prev;
	int ret = 0;

	if (sig <= 0 || sig >= NSIG || sig == SIGKILL || sig == SIGSTOP)
		return -EINVAL;
	pthread_mutex_lock(&host_lock);
	prev = host_action[sig];
	if (act != NULL) {
		bool handler = (act->sa_flags & SA_SIGINFO) ||
			       (act->sa_handler != SIG_DFL && act->sa_handler != SIG_IGN);
		host_action[sig] = *act;
		if (handler || is_trap(sig))
			ret = install(
				sig, act->sa_flags & (SA_RESTART | SA_NOCLDSTOP | SA_NOCLDWAIT));
		else if (dev_sys.sigaction(sig, act, NULL) < 0)
			ret = -errno;
		if (ret < 0)
			host_action[sig] = prev;
	}
	pthread_mutex_unlock(&host_lock);
	if (ret == 0 && old != NULL)
		*old = prev;
	return ret;
}

/* Take the traps over, keeping what the host had. Once per process. */
int emu_signals_init(void)
{
	int ret = 0;

	for (int sig = 1; sig < NSIG; sig++) {
		struct sigaction old;
		if (dev_sys.sigaction(sig, NULL, &old) == 0 && old.sa_sigaction != emu_signal_entry)
			host_action[sig] = old;
	}
	for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]) && ret == 0; i++)
		ret = install(traps[i], SA_RESTART);
	return ret;
}
