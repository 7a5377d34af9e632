/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel log, and panic: one line, then the enclave is dead. */
#include "klog.h"
#include "fmt.h"
#include "host.h"
#include "klock.h"
#include "plat.h"
#include "sched.h"

#define LINE_MAX      512
#define STATUS_FAILED 125 /* Cloister's own failure, as docker run(1) */

static int format_line(char *line, const char *fmt, va_list ap)
{
	int n = snprintf(line, LINE_MAX - 1, "cloister: ");

	n += vsnprintf(line + n, LINE_MAX - 1 - (size_t)n, fmt, ap);
	if (n > LINE_MAX - 2)
		n = LINE_MAX - 2;
	line[n] = '\n';
	return n + 1;
}

void klog_raw(const char *text, size_t len)
{
	(void)host_log_async(text, len); /* a full ring drops the line */
}

void klog(const char *fmt, ...)
{
	char line[LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	int n = format_line(line, fmt, ap);
	va_end(ap);
	klog_raw(line, (size_t)n);
}

_Noreturn void kpanic(const char *fmt, ...)
{
	char line[LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	int n = format_line(line, fmt, ap);
	va_end(ap);
	klog_raw(line, (size_t)n);
	plat_die(STATUS_FAILED, DEAD_PANIC);
}
