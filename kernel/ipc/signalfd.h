/* SPDX-License-Identifier: Apache-2.0 */
/* signalfd(2) objects. Kernel lock held. */
#ifndef CLOISTER_SIGNALFD_H
#define CLOISTER_SIGNALFD_H

#include <stdint.h>

struct file;

/* mask: the signals to be read; SIGKILL and SIGSTOP are taken out. 0 or -ENOMEM. */
int signalfd_create(uint64_t mask, unsigned flags, struct file **out);
/* -EINVAL: not a signalfd. */
int signalfd_set_mask(struct file *f, uint64_t mask);

#endif
