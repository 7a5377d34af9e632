/* SPDX-License-Identifier: Apache-2.0 */
/* Macros and repetitions of hand-written assembler, expanded before rewriting. */
#ifndef EXPAND_H
#define EXPAND_H

#include "emit.h"

/* True if the text uses any of .macro, .rept, .irp, .irpc. */
bool expand_needed(const char *text, size_t len);

/* Appends the expansion of text[0..len), which is modified, to out. `name` is for messages and the
 * line markers of expansions. Returns 0, -ENOMEM, or -EINVAL after saying why. */
int expand_text(struct out *out, const char *name, char *text, size_t len);

#endif
