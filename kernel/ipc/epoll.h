/* SPDX-License-Identifier: Apache-2.0 */
/* epoll(7) for the system calls and for the end of files. Kernel lock held. */
#ifndef CLOISTER_EPOLL_H
#define CLOISTER_EPOLL_H

#include <stdint.h>
#include "addr.h"

struct file;
struct linux_epoll_event;

int epoll_create_file(unsigned flags, struct file **out);
int epoll_control(struct file *ep, int op, int fd, const struct linux_epoll_event *ev);
/* Up to max events to the user. Number, or -EINTR, -EFAULT. */
long epoll_wait_events(struct file *ep, uaddr_t events, int max, uint64_t deadline);
/* The last reference of f goes: every instance forgets it. */
void epoll_file_gone(struct file *f);

#endif
