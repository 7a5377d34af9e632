/* SPDX-License-Identifier: Apache-2.0 */
/* Many and long arguments: all of them arrive; one too long and too many in all are E2BIG. */
#include "t.h"

enum { MANY = 5000, LONG = 100000, LIMIT = 32 * 4096 };

static int sum(int argc, char **argv)
{
	size_t bytes = 0;

	for (int i = 0; i < argc; i++)
		bytes += strlen(argv[i]);
	printf("argc %d, %zu bytes, last ends in %s\n", argc, bytes,
		argv[argc - 1] + strlen(argv[argc - 1]) - 4);
	return 0;
}

static void run(const char *what, char **argv)
{
	pid_t pid;
	int e = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ);

	if (e)
		printf("%s: %s\n", what, t_errname(e));
	else
		t_wait(what, pid);
}

static char *text(size_t length)
{
	char *s = malloc(length + 1);

	memset(s, 'x', length);
	snprintf(s + length - 4, 5, "tail");
	return s;
}

int main(int argc, char **argv)
{
	static char *many[MANY + 3] = {"self", "sum"};
	char *one[] = {"self", "sum", text(LONG), NULL};
	char *longest[] = {"self", "sum", text(LIMIT - 1), NULL};
	char *too_long[] = {"self", "sum", text(LIMIT), NULL};
	static char *too_many[82] = {"self", "sum"};

	if (T_IS_ROLE("sum"))
		return sum(argc, argv);
	for (int i = 2; i < MANY + 2; i++)
		many[i] = text(10);
	for (int i = 2; i < 81; i++)
		too_many[i] = longest[2];
	run("many", many);
	run("one long", one);
	run("longest", longest);
	run("too long", too_long);
	run("too much", too_many);
	return 0;
}
