/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the configuration records (abi/enclave.h). Their framing is checked again at every step.
 */
#ifndef CLOISTER_CONF_H
#define CLOISTER_CONF_H

#include <stddef.h>
#include <stdint.h>
#include "enclave.h"

/* The next record of kind from *off on (start with 0): its bytes, or NULL when there is none left.
 */
const char *conf_next(size_t *off, uint32_t kind, size_t *len);
/* A record as a string, whether it carries its NUL or not. kmalloc'ed; NULL: no memory. */
char *conf_string(const char *s, size_t len);
/* CONF_HOSTNAME into buf, cut to cap - 1 bytes; buf stays as it is if there is none. */
void conf_hostname(char *buf, size_t cap);

#endif
