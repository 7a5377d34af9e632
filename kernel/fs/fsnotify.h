/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened to a file, told to those who watch it and its directory (ipc/inotify.c). Never
 * sleeps, never fails; costs one test where nobody watches. Kernel lock held.
 */
#ifndef CLOISTER_FSNOTIFY_H
#define CLOISTER_FSNOTIFY_H

#include <stdint.h>
#include "vfs.h"

#define IN_ACCESS        0x001u
#define IN_MODIFY        0x002u
#define IN_ATTRIB        0x004u
#define IN_CLOSE_WRITE   0x008u
#define IN_CLOSE_NOWRITE 0x010u
#define IN_OPEN          0x020u
#define IN_MOVED_FROM    0x040u
#define IN_MOVED_TO      0x080u
#define IN_CREATE        0x100u
#define IN_DELETE        0x200u
#define IN_DELETE_SELF   0x400u
#define IN_MOVE_SELF     0x800u
#define IN_ALL_EVENTS    0xfffu
#define IN_UNMOUNT       0x2000u
#define IN_Q_OVERFLOW    0x4000u
#define IN_IGNORED       0x8000u
#define IN_ONLYDIR       0x01000000u
#define IN_DONT_FOLLOW   0x02000000u
#define IN_EXCL_UNLINK   0x04000000u
#define IN_MASK_CREATE   0x10000000u
#define IN_MASK_ADD      0x20000000u
#define IN_ISDIR         0x40000000u
#define IN_ONESHOT       0x80000000u

extern unsigned fsnotify_watches; /* how many there are */

void fsnotify_slow(
	struct dentry *dir, const char *name, struct inode *i, uint32_t what, uint32_t cookie);

/* Something about an entry: for its directory's watches by name, and for its own. */
static inline void fsnotify(struct dentry *d, uint32_t what)
{
	if (fsnotify_watches > 0 && d != NULL && d->inode != NULL)
		fsnotify_slow(d->flags & D_DELETED ? NULL : d->parent, d->name, d->inode, what, 0);
}

/* A name in dir came or went: for dir's watches alone. */
static inline void fsnotify_name(
	struct dentry *dir, const char *name, struct inode *i, uint32_t what, uint32_t cookie)
{
	if (fsnotify_watches > 0)
		fsnotify_slow(dir, name, i, what, cookie);
}

/* The object itself: for its own watches alone. */
static inline void fsnotify_self(struct inode *i, uint32_t what)
{
	if (fsnotify_watches > 0)
		fsnotify_slow(NULL, NULL, i, what, 0);
}

/* The last name of an object is gone: its watches end. */
void fsnotify_gone(struct inode *i);

#endif
