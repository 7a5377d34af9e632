/* SPDX-License-Identifier: Apache-2.0 */
/* Boot of /dev: the loader's descriptors as open files. */
#ifndef CLOISTER_DEVFS_H
#define CLOISTER_DEVFS_H

#include "enclave.h"
#include "vfs.h"

/* The loader's descriptor fd (0..2) as a file on the /dev file system dev. 0 or -errno. */
int devfs_stdio(struct super *dev, int fd, enum stdio_kind kind, struct file **out);

#endif
