/* SPDX-License-Identifier: Apache-2.0 */
/* pipe(7): data in order, end of file when the last writer is gone, EPIPE and SIGPIPE without
 * reader. */
#include "t.h"

static volatile sig_atomic_t got;

static void on_pipe(int sig)
{
	got = sig;
}

int main(int argc, char **argv)
{
	char buf[8] = "";
	int p[2], two;

	if (T_IS_ROLE("die")) {
		MUST(pipe(p) == 0 && close(p[0]) == 0);
		SHOW(write(p[1], "x", 1));
		return 1;
	}
	MUST(pipe(p) == 0);
	SHOW(write(p[1], "abcdef", 6));
	SHOW(read(p[0], buf, 4));
	printf("%s\n", buf);
	two = dup(p[1]);
	close(p[1]);
	SHOW(read(p[0], buf, 8));
	close(two);
	SHOW(read(p[0], buf, 8));
	SHOW(read(p[0], buf, 8));
	close(p[0]);
	MUST(pipe(p) == 0);
	close(p[0]);
	t_handle(SIGPIPE, on_pipe, 0);
	SHOW(write(p[1], "x", 1));
	printf("handler saw %s\n", t_signame(got));
	got = 0;
	t_handle(SIGPIPE, SIG_IGN, 0);
	SHOW(write(p[1], "x", 1));
	SHOW(write(p[1], "x", 0));
	SHOW(got);
	t_wait("writer", t_spawn("die", NULL));
	SHOW(syscall(SYS_pipe2, 8, 0));
	SHOW(pipe2(p, 0x40));
	return 0;
}
