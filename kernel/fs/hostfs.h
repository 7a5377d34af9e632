/* SPDX-License-Identifier: Apache-2.0 */
/* Between hostfs.c (names, attributes) and hostfile.c (contents). */
#ifndef CLOISTER_HOSTFS_H
#define CLOISTER_HOSTFS_H

#include "vfs.h"

#define HOSTFS_TTL_ROOT_NS 1000000000ull
#define HOSTFS_TTL_BIND_NS 50000000ull
#define HOSTFS_HASH_BITS   10

struct hostsb {
	char *prefix; /* owned */
	size_t prefix_len;
	uint64_t ttl;
	struct inode *bucket[1u << HOSTFS_HASH_BITS];
};

struct hostnode {
	uint64_t dev, ino; /* key */
	struct inode *hash_next;
	uint64_t fresh_until; /* ns monotonic: attributes are believed before */
	char *target;         /* symlinks: the target once it was read; owned */
};

struct hostpath {
	char small[256];
	char *s; /* small, or kmalloc'ed */
};

struct hostnode *hostnode_of(struct inode *i);
void hostnode_stale(struct inode *i);
int hostpath_make(struct hostpath *p, struct dentry *d); /* 0: hostpath_free it */
void hostpath_free(struct hostpath *p);
int hostfs_open(struct dentry *d, struct file *f);
int hostfile_fd(struct file *f); /* of a regular file or directory opened here; or -1 */

#endif
