/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the verbs of the `cloister` command share: the command table, failure messages, files.
 * A verb is one row of commands.def and one file cmd_NAME.c. Failure: one line on stderr that
 * names the cause and the path, and exit status CLI_FAILURE; the verb returns the status.
 */
#ifndef CLI_H
#define CLI_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "commands.def"

#define CLI_FAILURE 125 /* Cloister's own failures and wrong usage, as env(1) and nohup(1) do */

/* argv[0] is "cloister NAME". Returns the exit status. */
typedef int command_fn(int argc, char **argv);

#define CLI_PROTO_(name, help) command_fn cmd_##name;
COMMANDS(CLI_PROTO_)
#undef CLI_PROTO_

/* "cloister: MESSAGE\n" on stderr; returns CLI_FAILURE. */
int cli_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* "cloister: PATH: WHAT: strerror(-err)\n"; err is -errno. Returns CLI_FAILURE. */
int cli_fail_errno(const char *path, const char *what, int err);
/* A hint at `cloister help`, after getopt has named the wrong option. Returns CLI_FAILURE. */
int cli_usage_error(const char *verb);

void cli_print_hex(FILE *out, const uint8_t *bytes, size_t len);

/* Read a file that must be exactly `len` bytes long. 0, or CLI_FAILURE after its message. */
int cli_read_exact(const char *path, const char *what, void *buf, size_t len);
/* Write a whole file, mode 0666 & ~umask. 0, or CLI_FAILURE after its message. */
int cli_write_file(const char *path, const void *buf, size_t len);

#endif
