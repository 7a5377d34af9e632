/* SPDX-License-Identifier: Apache-2.0 */
/* Interval timers of a process: alarm(2), setitimer(2), timer_create(2). Kernel lock held. */
#ifndef CLOISTER_TIMER_H
#define CLOISTER_TIMER_H

#include <stdbool.h>
#include <stdint.h>

struct proc;
struct linux_sigevent;

/* ITIMER_REAL: value and interval in ns (0: off, once); the old ones come back. */
void itimer_real_set(struct proc *p, uint64_t value, uint64_t interval);
void itimer_real_get(const struct proc *p, uint64_t *value, uint64_t *interval);

int ptimer_create(int clock, const struct linux_sigevent *ev); /* its id or -errno */
void ptimer_set_value(int id, uint64_t sival); /* sigev_value, if it was not given */
int ptimer_delete(int id);
int ptimer_overrun(int id);
/* value: ns, absolute on the timer's clock if abs; 0 disarms. */
int ptimer_set(int id, bool abs, uint64_t value, uint64_t interval);
int ptimer_get(int id, uint64_t *value, uint64_t *interval);

#endif
