/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages and small files. See cli.h.
 */
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

int cli_fail(const char *fmt, ...)
{
	va_list ap;

	fputs("cloister: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return CLI_FAILURE;
}

int cli_fail_errno(const char *path, const char *what, int err)
{
	return cli_fail("%s: %s: %s", path, what, strerror(-err));
}

int cli_usage_error(const char *verb)
{
	fprintf(stderr, "Try 'cloister help %s'.\n", verb);
	return CLI_FAILURE;
}

void cli_print_hex(FILE *out, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		fprintf(out, "%02x", bytes[i]);
}

int cli_read_exact(const char *path, const char *what, void *buf, size_t len)
{
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return cli_fail_errno(path, "cannot open", -errno);
	size_t n = fread(buf, 1, len, f);
	int err = ferror(f) ? -errno : 0;
	int more = n == len && fgetc(f) != EOF;
	fclose(f);
	if (err < 0)
		return cli_fail_errno(path, "cannot read", err);
	if (n != len || more)
		return cli_fail("%s: is not %s: it is %s than %zu bytes", path, what,
			more ? "longer" : "shorter", len);
	return 0;
}

int cli_write_file(const char *path, const void *buf, size_t len)
{
	FILE *f = fopen(path, "we");
	if (f == NULL)
		return cli_fail_errno(path, "cannot create", -errno);
	int err = fwrite(buf, 1, len, f) == len ? 0 : -errno;
	if (fclose(f) != 0 && err == 0)
		err = -errno;
	return err < 0 ? cli_fail_errno(path, "cannot write", err) : 0;
}
