/* SPDX-License-Identifier: Apache-2.0 */
/* Real-time signals queue in order with their values; lower numbers first; standard ones before. */
#include "t.h"

static struct {
	int sig, value, code;
} got[64];
static int n;

static void on(int sig, siginfo_t *si, void *uc)
{
	(void)uc;
	got[n].sig = sig;
	got[n].value = si->si_value.sival_int;
	got[n++].code = si->si_code;
}

int main(void)
{
	static const int sigs[] = {5, 3, 5, 4, 3, 5};
	sigset_t all, old;

	for (int i = 3; i < 6; i++) {
		struct sigaction sa = {.sa_sigaction = on, .sa_flags = SA_SIGINFO};

		sigfillset(&sa.sa_mask);
		sigaction(SIGRTMIN + i, &sa, NULL);
	}
	t_handle_info(SIGUSR1, on, 0);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	for (size_t i = 0; i < T_COUNT(sigs); i++) {
		union sigval v = {.sival_int = (int)i};

		SHOW(sigqueue(getpid(), SIGRTMIN + sigs[i], v));
	}
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR1);
	/* Delivered by sigtimedwait they come lowest first. */
	for (int i = 0; i < 7; i++) {
		siginfo_t si;
		int sig = sigwaitinfo(&all, &si);

		printf("%s value %d code %d\n", t_signame(sig),
			sig >= SIGRTMIN ? si.si_value.sival_int : 0, si.si_code);
	}
	for (size_t i = 0; i < T_COUNT(sigs); i++) {
		union sigval v = {.sival_int = (int)i};

		sigqueue(getpid(), SIGRTMIN + sigs[i], v);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	SHOW(n);
	for (int i = 0; i < n; i++)
		printf("%s value %d code %d\n", t_signame(got[i].sig), got[i].value, got[i].code);
	return 0;
}
