/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The corner of the C library that freestanding code needs: semantics of string(3). The compiler
 * may call the mem* functions on its own.
 */
#ifndef CLOISTER_MEM_H
#define CLOISTER_MEM_H

#include <stddef.h>

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t cap);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
size_t strlcpy(char *dst, const char *src, size_t cap); /* always terminates; returns strlen(src) */

#endif
