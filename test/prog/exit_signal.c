/* SPDX-License-Identifier: Apache-2.0 */
/* signal(7): what each signal does to a process by default, seen as wait status. */
#include "t.h"
#include <sys/resource.h>

int main(int argc, char **argv)
{
	if (T_IS_ROLE("raise")) {
		struct rlimit none = {0, 0};

		setrlimit(RLIMIT_CORE, &none);
		raise((int)strtol(argv[2], NULL, 10));
		return 3;
	}
	for (int sig = 1; sig < 32; sig++) {
		char text[16];

		if (sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU)
			continue;
		snprintf(text, sizeof(text), "%d", sig);
		t_wait(t_signame(sig), t_spawn("raise", text));
	}
	t_wait("a real-time signal", t_spawn("raise", "40"));
	t_wait("the last signal", t_spawn("raise", "64"));
	return 0;
}
