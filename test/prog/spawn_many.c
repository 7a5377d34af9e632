/* SPDX-License-Identifier: Apache-2.0 */
/* 300 children one after the other and 60 at once; every status comes back once, none is left. */
#include "t.h"

enum { TURNS = 300, ATONCE = 60 };

int main(int argc, char **argv)
{
	static pid_t pids[ATONCE];
	int seen[ATONCE] = {0}, p[2], bad = 0;
	char c;

	if (T_IS_ROLE("exit"))
		return (int)strtol(argv[2], NULL, 10);
	if (T_IS_ROLE("wait")) {
		read(0, &c, 1);
		return (int)strtol(argv[2], NULL, 10);
	}
	for (int i = 0; i < TURNS; i++) {
		char text[8];
		int status;

		snprintf(text, sizeof(text), "%d", i % 200);
		MUST(waitpid(t_spawn("exit", text), &status, 0) > 0);
		bad += !WIFEXITED(status) || WEXITSTATUS(status) != i % 200;
	}
	printf("in turn: %d bad\n", bad);
	MUST(pipe(p) == 0 && dup2(p[0], 0) == 0 && close(p[0]) == 0);
	fcntl(p[1], F_SETFD, FD_CLOEXEC);
	for (int i = 0; i < ATONCE; i++) {
		char text[8];

		snprintf(text, sizeof(text), "%d", i);
		pids[i] = t_spawn("wait", text);
	}
	SHOW(waitpid(-1, NULL, WNOHANG));
	close(p[1]);
	for (int i = 0; i < ATONCE; i++) {
		int status;
		pid_t pid = wait(&status);

		for (int j = 0; j < ATONCE; j++)
			if (pids[j] == pid)
				seen[j] += WIFEXITED(status) && WEXITSTATUS(status) == j;
	}
	for (int i = 0; i < ATONCE; i++)
		bad += seen[i] != 1;
	printf("at once: %d bad\n", bad);
	SHOW(wait(NULL));
	return 0;
}
