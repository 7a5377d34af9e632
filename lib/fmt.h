/* SPDX-License-Identifier: Apache-2.0 */
/*
 * printf for freestanding code: %d %i %u %x %X %o %p %s %c %% with '-', '0', width, precision (also
 * '*') and the lengths hh h l ll z. Returns the length that was wanted; terminates if cap > 0.
 */
#ifndef CLOISTER_FMT_H
#define CLOISTER_FMT_H

#include <stdarg.h>
#include <stddef.h>

int vsnprintf(char *buf, size_t cap, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));
int snprintf(char *buf, size_t cap, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
