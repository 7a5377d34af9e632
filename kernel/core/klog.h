/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel log lines, "cloister: ..." on the loader's stderr; and the end of the world. */
#ifndef CLOISTER_KLOG_H
#define CLOISTER_KLOG_H

#include <stdarg.h>
#include <stddef.h>

/* printf subset of lib/fmt.h. Never sleeps: lines are queued on the ring, dropped when it is full. */
void klog(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void klog_raw(const char *text, size_t len);
_Noreturn void kpanic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
#define KASSERT(c)                                                                                 \
	do {                                                                                       \
		if (!(c))                                                                          \
			kpanic("assertion failed: %s (%s:%d)", #c, __FILE__, __LINE__);            \
	} while (0)

#endif
