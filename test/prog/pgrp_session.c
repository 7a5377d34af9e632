/* SPDX-License-Identifier: Apache-2.0 */
/* Process groups and sessions: setpgid, getpgid, setsid, kill of a group. */
#include "t.h"

static int leader(void)
{
	SHOW(setsid() == getpid());
	YES(getsid(0) == getpid() && getpgrp() == getpid());
	SHOW(setsid());
	SHOW(setpgid(0, 0));
	SHOW(open("/dev/tty", O_RDWR));
	return 0;
}

int main(int argc, char **argv)
{
	pid_t a, b;
	int status;

	if (T_IS_ROLE("leader"))
		return leader();
	if (T_IS_ROLE("pause"))
		pause();
	YES(getpgid(0) == getpgrp());
	YES(getsid(0) == getsid(getpid()));
	SHOW(getpgid(999999999));
	SHOW(getsid(999999999));
	SHOW(setpgid(999999999, 0));
	SHOW(setpgid(0, -1));
	SHOW(setpgid(0, 999999999));
	t_wait("leader", t_spawn("leader", NULL));
	for (int i = 0; i < 2; i++) {
		posix_spawnattr_t at;
		pid_t *p = i ? &b : &a;

		posix_spawnattr_init(&at);
		posix_spawnattr_setflags(&at, POSIX_SPAWN_SETPGROUP);
		posix_spawnattr_setpgroup(&at, i ? a : 0);
		MUST(posix_spawn(p, "/proc/self/exe", NULL, &at, (char *[]){"self", "pause", NULL},
			     environ) == 0);
		posix_spawnattr_destroy(&at);
	}
	YES(getpgid(a) == a && getpgid(b) == a);
	t_sleep_ms(100);
	SHOW(kill(-a, 0));
	SHOW(kill(-a, SIGTERM));
	YES(waitpid(-a, &status, 0) > 0);
	t_show_status("one", status);
	YES(waitpid(-a, &status, 0) > 0);
	t_show_status("other", status);
	SHOW(waitpid(-a, &status, 0));
	SHOW(kill(-a, 0));
	return 0;
}
