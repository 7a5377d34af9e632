/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Third-party test vectors, read where they lie: in $CLOISTER_VECTORS, or beside the project.
 */
#ifndef TEST_VECTORS_H
#define TEST_VECTORS_H

#include <stdbool.h>
#include <stddef.h>

#define VECTORS_SKIP 77 /* exit status of a skipped test, to meson and automake */

/* Is there a directory of vectors? If not, says so. */
bool vectors_present(void);

/* Read a vector that must be exactly `len` bytes; fails the test otherwise. */
void vector_read(const char *name, void *buf, size_t len);

#endif
