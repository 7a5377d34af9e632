/* SPDX-License-Identifier: Apache-2.0 */
/* Between procfs.c (the root and what is global), procpid.c (one process) and proctext.c (its
 * texts). */
#ifndef CLOISTER_PROCFS_H
#define CLOISTER_PROCFS_H

#include "synfs.h"

struct proc;

/* Below /proc: the directory of a process, or of a thread (tid != 0). NULL: no memory. */
struct inode *procpid_dir(struct super *sb, int pid, int tid);
/* A decimal number without leading zeros, or -1. */
int procfs_number(const char *s, size_t len);
/* ---- proctext.c ---- */
text_fn pid_stat, pid_statm, pid_status, pid_cmdline, pid_environ, pid_comm, pid_maps, pid_limits,
	pid_mounts, pid_mountinfo, pid_fdinfo, pid_cgroup, pid_oom, pid_loginuid;

#endif
