/* SPDX-License-Identifier: Apache-2.0 */
/* Private to core/: spans of the bounce arena. Which span is whose is known in the enclave only. */
#ifndef CLOISTER_ARENA_H
#define CLOISTER_ARENA_H

#include <stddef.h>
#include <stdint.h>

void arena_init(void);
int arena_take(size_t n, uint64_t *off); /* sleeps until there is room; -E2BIG if there never is */
int arena_try(size_t n, uint64_t *off);  /* -EAGAIN instead of sleeping */
void arena_give(uint64_t off, size_t n);

#endif
