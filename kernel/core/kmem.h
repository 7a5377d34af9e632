/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel heap. Kernel lock held. Memory is wiped on free. Any allocation may fail: the caller returns
 * -ENOMEM and leaves nothing behind (tests fail each in turn).
 */
#ifndef CLOISTER_KMEM_H
#define CLOISTER_KMEM_H

#include <stddef.h>
#include <stdint.h>

void *kmalloc(size_t n);   /* 16-aligned; 64-aligned from 64 bytes on; NULL: no memory */
void *kzalloc(size_t n);
void *krealloc(void *p, size_t n);
void kfree(void *p);       /* NULL is fine */
void *kpages(size_t npages); /* page aligned, zeroed */
void kpages_free(void *p, size_t npages); /* NULL is fine */
size_t kmem_in_use(void);  /* bytes handed out and not freed */
char *kstrdup(const char *s);

/* All enclave memory: programs' pages and kernel heap together, against the boot limit. */
int mem_charge(size_t npages); /* 0 or -ENOMEM */
void mem_uncharge(size_t npages);
size_t mem_pages_used(void);
size_t mem_pages_limit(void);

#endif
