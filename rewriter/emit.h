/* SPDX-License-Identifier: Apache-2.0 */
/* A growing output buffer. Running out of memory is remembered, not returned: ask at the end. */
#ifndef EMIT_H
#define EMIT_H

#include <stdarg.h>

#include "lex.h"

struct out {
	char *buf;
	size_t len, room;
	size_t insns; /* instructions emitted so far: a rough distance */
	bool failed;
};

void out_text(struct out *out, const char *s, size_t n);
void out_char(struct out *out, char c);
void out_format(struct out *out, const char *fmt, va_list ap);
void out_free(struct out *out);

#endif
