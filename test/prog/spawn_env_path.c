/* SPDX-License-Identifier: Apache-2.0 */
/* Programs of the system run as they are: PATH search, environment, arguments, status, big output.
 */
#include "t.h"

static const struct {
	const char *name;
	char *argv[6];
} rows[] = {
	{"echo", {"echo", "a", "b  c", NULL}},
	{"true", {"true", NULL}},
	{"false", {"false", NULL}},
	{"printenv", {"printenv", "MARK", NULL}},
	{"expr", {"expr", "6", "*", "7", NULL}},
	{"basename", {"basename", "/x/y.c", ".c", NULL}},
	{"seq", {"seq", "3", NULL}},
	{"head", {"head", "-c", "5", "/etc/passwd", NULL}},
	{"cat", {"cat", "/no/such/file", NULL}},
	{"sort", {"sort", "-r", "list", NULL}},
	{"wc", {"wc", "-c", "list", NULL}},
	{"test", {"test", "1", "-eq", "2", NULL}},
};

static void run(void)
{
	close(t_file("list", "b\na\nc\n"));
	setenv("MARK", "seen", 1);
	for (size_t i = 0; i < T_COUNT(rows); i++) {
		posix_spawn_file_actions_t fa;
		pid_t pid;

		posix_spawn_file_actions_init(&fa);
		posix_spawn_file_actions_addopen(&fa, 2, "/dev/null", O_WRONLY, 0);
		MUST(posix_spawnp(&pid, rows[i].name, &fa, NULL, rows[i].argv, environ) == 0);
		posix_spawn_file_actions_destroy(&fa);
		t_wait(rows[i].name, pid);
	}
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
