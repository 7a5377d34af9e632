/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The `cloister` command: finds the verb in its table and runs it. Verbs parse their own options.
 */
#include "cli.h"

#include <stdbool.h>
#include <string.h>

struct command {
	const char *name;
	const char *full_name; /* argv[0] of the verb, so that getopt's messages name it */
	command_fn *run;
	const char *help;
};

#define ROW(name, help) {#name, "cloister " #name, cmd_##name, help},
static const struct command commands[] = {COMMANDS(ROW)};
#undef ROW

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int command_run(const char *name, int argc, char **argv)
{
	const struct command *c = command_find(name);
	if (c == NULL)
		return cli_fail("%s: no such command (see 'cloister help')", name);
	argv[0] = (char *)c->full_name;
	return c->run(argc, argv);
}

static void print_overview(FILE *out)
{
	fputs("Usage: cloister COMMAND [ARG...]\n"
	      "       cloister help [COMMAND]\n"
	      "       cloister --version\n"
	      "\n"
	      "Run many Linux programs inside one SGX enclave.\n"
	      "\n",
		out);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
}

static int help(const char *name)
{
	char flag[] = "--help";
	char *argv[] = {NULL, flag, NULL};

	if (name != NULL)
		return command_run(name, 2, argv);
	print_overview(stdout);
	return 0;
}

static int dispatch(int argc, char **argv)
{
	if (argc < 2) {
		print_overview(stderr);
		return CLI_FAILURE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("cloister " CLOISTER_VERSION);
		return 0;
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0)
		return help(argc > 2 ? argv[2] : NULL);
	return command_run(argv[1], argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	int status = dispatch(argc, argv);

	if (fflush(stdout) != 0 || ferror(stdout))
		return cli_fail("cannot write to standard output");
	return status;
}
