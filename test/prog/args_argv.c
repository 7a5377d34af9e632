/* SPDX-License-Identifier: Apache-2.0 */
/* argv and environ arrive as execve was given them, empty strings and odd bytes included. */
#include "t.h"

static int show(int argc, char **argv)
{
	printf("argc %d\n", argc);
	for (int i = 0; i < argc; i++)
		printf("argv[%d] \"%s\" length %zu\n", i, argv[i], strlen(argv[i]));
	YES(argv[argc] == NULL);
	for (char **e = environ; *e; e++)
		printf("env \"%s\"\n", *e);
	return argc;
}

int main(int argc, char **argv)
{
	char *args[] = {"self", "show", "", "two words", "a=b", "\t\n\001\377", "--", NULL};
	char *env[] = {"A=1", "EMPTY=", "=odd", "no-equals", "A=2", NULL};
	char *none[] = {NULL};
	pid_t pid;

	if (T_IS_ROLE("show"))
		return show(argc, argv);
	MUST(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, args, env) == 0);
	t_wait("with environment", pid);
	MUST(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, args, none) == 0);
	t_wait("without", pid);
	return 0;
}
