/* SPDX-License-Identifier: Apache-2.0 */
/* eventfd(2) and timerfd_create(2) objects. Kernel lock held. */
#ifndef CLOISTER_EVENTFD_H
#define CLOISTER_EVENTFD_H

#include <stdbool.h>
#include <stdint.h>

struct file;

int eventfd_create(uint64_t initial, bool semaphore, unsigned flags, struct file **out);

int timerfd_create_file(int clock, unsigned flags, struct file **out);
/* Times in ns; value 0 disarms. old_*: what was set before. -EINVAL: not a timerfd. */
int timerfd_set(struct file *f, bool absolute, uint64_t value, uint64_t interval,
	uint64_t *old_value, uint64_t *old_interval);
int timerfd_get(struct file *f, uint64_t *value, uint64_t *interval);

#endif
