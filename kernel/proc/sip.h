/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that run as SIPs (doc/sfi.md): their images, verified once and kept in the text window,
 * and what is special about their threads. Kernel lock held.
 */
#ifndef CLOISTER_SIP_H
#define CLOISTER_SIP_H

#include <stdbool.h>
#include <stdint.h>
#include "proc.h"

struct file;
struct mm;
struct sip_image;
struct elf_loaded;

enum isolation { ISOLATION_MIXED, ISOLATION_SIP, ISOLATION_PLAIN };
enum isolation sip_isolation(void); /* of this enclave, from its configuration */

/* Is its image in the text window already? Then it is neither a script nor in need of a look. */
bool sip_known(struct file *f);
/* Is this file linked as a SIP program? Only its headers are looked at. 1, 0 or -errno. May block.
 */
int sip_claims(struct file *f);
/*
 * Builds a SIP's address space from file: 0 with a new mm in *out. -EACCES: it does not verify (one
 * kernel-log line names rule and offset); -ENOMEM: no room for its text; -EAGAIN: no window. May
 * block.
 */
int sip_load(struct file *f, struct mm **out, struct elf_loaded *l, const char **why);
/* An mm dropped its image. */
void sip_image_put(struct sip_image *i);
struct sip_image *sip_image_ref(struct sip_image *i);

/* Is T + off a true label of a loaded text? Only there may the kernel enter a SIP (K3, K4, K6). */
bool sip_is_label(uint32_t off);
/* Do the bytes before T + off call the gate? Then re-executing them restarts the system call. */
bool sip_after_gate(uint32_t off);
/* Is there an int3 at T + off? */
bool sip_at_int3(uint32_t off);

/* The thread's fs block: made by exec (from == NULL) and by clone from another thread, freed with
 * the thread. */
int sip_thread_init(struct thread *t, struct mm *mm, uint32_t tp, const struct thread *from);
void sip_thread_free(struct thread *t);
void sip_set_tp(struct thread *t, uint32_t tp);
uint32_t sip_tp(const struct thread *t);

#endif
