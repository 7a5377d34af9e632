/* SPDX-License-Identifier: Apache-2.0 */
/* A controlling terminal: who gets it, foreground groups, SIGTTIN, SIGTTOU, Ctrl-C, SIGWINCH,
 * hangup, /dev/tty. */
#include "t.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

static void got(int sig)
{
	char line[64];
	int n = snprintf(line, sizeof(line), "handler: %s\n", t_signame(sig));

	write(3, line, (size_t)n);
}

static pid_t spawn_in(const char *role, pid_t pgrp)
{
	posix_spawnattr_t at;
	pid_t pid;

	posix_spawnattr_init(&at);
	posix_spawnattr_setflags(&at, POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setpgroup(&at, pgrp);
	MUST(posix_spawn(&pid, "/proc/self/exe", NULL, &at, (char *[]){"self", (char *)role, NULL},
		     environ) == 0);
	posix_spawnattr_destroy(&at);
	return pid;
}

static void say(const char *text)
{
	write(3, text, strlen(text));
}

static int stopped(pid_t pid, const char *who)
{
	int status;

	MUST(waitpid(pid, &status, WUNTRACED) == pid);
	t_show_status(who, status);
	return status;
}

/* The session leader; output goes to descriptor 3, the terminal is 0. */
static int leader(void)
{
	struct winsize w = {.ws_row = 10, .ws_col = 20};
	pid_t pid;
	int n, tty;

	MUST(dup2(3, 1) == 1);
	SHOW(setsid() == getpid());
	SHOW(open("/dev/tty", O_RDWR));
	SHOW(tcgetpgrp(0));
	SHOW(ioctl(0, TIOCSCTTY, 0));
	SHOW(ioctl(0, TIOCSCTTY, 0));
	YES(tcgetpgrp(0) == getpid());
	YES(tcgetsid(0) == getpid());
	tty = open("/dev/tty", O_RDWR);
	YES(tty >= 0);
	SHOW(tcsetpgrp(0, 999999));
	SHOW(tcsetpgrp(0, -1));
	SHOW(tcsetpgrp(0, 1));
	SHOW(ioctl(0, TIOCSPGRP, 16));
	t_handle(SIGWINCH, got, SA_RESTART);
	SHOW(ioctl(tty, TIOCSWINSZ, &w));
	SHOW(ioctl(tty, TIOCSWINSZ, &w));
	pid = spawn_in("reader", 0);
	stopped(pid, "background reader");
	t_handle(SIGTTOU, SIG_IGN, 0);
	SHOW(tcsetpgrp(0, pid));
	YES(tcgetpgrp(0) == pid);
	kill(-pid, SIGCONT);
	stopped(pid, "reader");
	SHOW(tcsetpgrp(0, getpgrp()));
	pid = spawn_in("setter", 0);
	stopped(pid, "background setter");
	kill(pid, SIGKILL);
	stopped(pid, "setter");
	pid = spawn_in("ignorer", 0);
	stopped(pid, "ignorer");
	struct termios t;
	MUST(tcgetattr(0, &t) == 0);
	t.c_lflag |= TOSTOP;
	MUST(tcsetattr(0, TCSANOW, &t) == 0);
	pid = spawn_in("writer", 0);
	stopped(pid, "background writer");
	t.c_lflag &= ~(tcflag_t)TOSTOP;
	MUST(tcsetattr(0, TCSANOW, &t) == 0);
	kill(-pid, SIGCONT);
	stopped(pid, "writer");
	pid = spawn_in("waiter", 0);
	SHOW(tcsetpgrp(0, pid));
	say("ready\n");
	stopped(pid, "waiter at ^Z");
	kill(-pid, SIGCONT);
	say("again\n");
	stopped(pid, "waiter at ^C");
	SHOW(tcsetpgrp(0, getpgrp()));
	t_handle(SIGHUP, got, SA_RESTART);
	t_handle(SIGCONT, got, SA_RESTART);
	say("hang\n");
	while (read(0, &n, sizeof(n)) > 0)
		;
	t_sleep_ms(50);
	SHOW(read(0, &n, sizeof(n)));
	SHOW(write(0, "x", 1));
	SHOW(open("/dev/tty", O_RDWR));
	SHOW(tcgetpgrp(0));
	return 0;
}

static int role(const char *name)
{
	char buf[64];
	struct termios t;

	MUST(dup2(3, 1) == 1);
	t_handle(SIGTTOU, SIG_DFL, 0); /* ignored by the leader */
	if (strcmp(name, "reader") == 0)
		return read(0, buf, sizeof(buf)) > 0 ? 3 : 4;
	if (strcmp(name, "setter") == 0) {
		MUST(tcgetattr(0, &t) == 0);
		return tcsetattr(0, TCSANOW, &t) ? 5 : 6;
	}
	if (strcmp(name, "ignorer") == 0) {
		t_handle(SIGTTIN, SIG_IGN, 0);
		SHOW(read(0, buf, sizeof(buf)));
		t_handle(SIGTTOU, SIG_IGN, 0);
		MUST(tcgetattr(0, &t) == 0);
		SHOW(tcsetattr(0, TCSANOW, &t));
		return 0;
	}
	if (strcmp(name, "writer") == 0)
		return write(0, "w", 1) == 1 ? 7 : 8;
	for (;;)
		pause();
}

static void await(int fd, const char *word)
{
	static char buf[8192];
	static size_t len;

	while (!strstr(buf, word)) {
		ssize_t n = read(fd, buf + len, sizeof(buf) - 1 - len);

		if (n <= 0)
			break;
		len += (size_t)n;
	}
	fputs(buf, stdout);
	memset(buf, 0, sizeof(buf));
	len = 0;
}

int main(int argc, char **argv)
{
	posix_spawn_file_actions_t fa;
	char name[64];
	pid_t pid;
	int p[2];

	if (T_IS_ROLE("leader"))
		return leader();
	if (argc > 1)
		return role(argv[1]);
	int m = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	MUST(m >= 0 && unlockpt(m) == 0 && ptsname_r(m, name, sizeof(name)) == 0);
	int s = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	MUST(s >= 0 && pipe2(p, O_CLOEXEC) == 0);
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, s, 0);
	posix_spawn_file_actions_adddup2(&fa, p[1], 103);
	posix_spawn_file_actions_adddup2(&fa, 103, 3);
	posix_spawn_file_actions_addclose(&fa, 103);
	MUST(posix_spawn(&pid, "/proc/self/exe", &fa, NULL, (char *[]){"self", "leader", NULL},
		     environ) == 0);
	close(p[1]);
	close(s);
	MUST(write(m, "line\n", 5) == 5);
	await(p[0], "ready\n");
	t_sleep_ms(100);
	MUST(write(m, "\x1a", 1) == 1);
	await(p[0], "again\n");
	t_sleep_ms(100);
	MUST(write(m, "\x03", 1) == 1);
	await(p[0], "hang\n");
	t_sleep_ms(100);
	close(m);
	await(p[0], "\1");
	t_wait("leader", pid);
	return 0;
}
