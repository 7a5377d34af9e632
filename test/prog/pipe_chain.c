/* SPDX-License-Identifier: Apache-2.0 */
/* A pipeline of processes as a shell makes it: each reads its standard input, closing what it must.
 */
#include "t.h"

enum { STAGES = 6, LINES = 500 };

static pid_t stage(const char *role, int in, int out)
{
	posix_spawn_file_actions_t fa;
	char *argv[] = {"self", (char *)role, NULL};
	pid_t pid;

	posix_spawn_file_actions_init(&fa);
	if (in >= 0)
		posix_spawn_file_actions_adddup2(&fa, in, 0);
	if (out >= 0)
		posix_spawn_file_actions_adddup2(&fa, out, 1);
	MUST(posix_spawn(&pid, "/proc/self/exe", &fa, NULL, argv, environ) == 0);
	posix_spawn_file_actions_destroy(&fa);
	return pid;
}

static int filter(void)
{
	char line[32];

	while (fgets(line, sizeof(line), stdin))
		printf("%ld\n", strtol(line, NULL, 10) + 1);
	return 0;
}

int main(int argc, char **argv)
{
	pid_t pid[STAGES];
	long sum = 0, count = 0;
	char line[32];
	int in = -1, p[2];
	FILE *f;

	if (T_IS_ROLE("source")) {
		for (int i = 0; i < LINES; i++)
			printf("%d\n", i);
		return 0;
	}
	if (T_IS_ROLE("filter"))
		return filter();
	for (int i = 0; i < STAGES; i++) {
		MUST(pipe2(p, O_CLOEXEC) == 0);
		pid[i] = stage(i ? "filter" : "source", in, p[1]);
		close(p[1]);
		if (in >= 0)
			close(in);
		in = p[0];
	}
	f = fdopen(in, "r");
	while (fgets(line, sizeof(line), f)) {
		sum += strtol(line, NULL, 10);
		count++;
	}
	printf("%ld lines, sum %ld\n", count, sum);
	for (int i = 0; i < STAGES; i++)
		t_wait("stage", pid[i]);
	return 0;
}
