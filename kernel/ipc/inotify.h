/* SPDX-License-Identifier: Apache-2.0 */
/* inotify(7). Kernel lock held. The hooks that tell it what happened are in fs/fsnotify.h. */
#ifndef CLOISTER_INOTIFY_H
#define CLOISTER_INOTIFY_H

#include <stdbool.h>
#include <stdint.h>

struct dentry;
struct file;

int inotify_create(unsigned flags, struct file **out);
bool inotify_is(const struct file *f);
/* A watch of the instance f on d's object: its number, or -errno. */
int inotify_add(struct file *f, struct dentry *d, uint32_t mask);
/* -EINVAL: there is no such watch, or f is no instance. */
int inotify_remove(struct file *f, int wd);

#endif
