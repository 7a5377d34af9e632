/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process with a file system, for the tests of fs/ and ipc/: / is in memory, /host is a fresh
 * directory of the real host, /ro the same read-only. Made once per test program: the tree has no
 * unmount; every test works in a directory of its own and is checked for leaks.
 */
#ifndef CLOISTER_FS_WORLD_H
#define CLOISTER_FS_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "fake.h"
#include "host_real.h"
#include "proc.h"

extern struct proc world_proc;
extern unsigned world_signals; /* bit sig: signal_send_thread was called */

int world_setup(void **state); /* group setup */
int world_teardown(void **state);
int world_begin(void **state); /* before a test: counts memory */
int world_end(void **state);   /* after it: the memory is back */
void world_restart(void);      /* between the runs of a sweep: heap and host behave */
extern char world_dir[64];     /* the host directory behind /host and /ro */

/* Calls as a program makes them: result or -errno. Paths are C strings. */
long k_open(const char *path, unsigned flags, unsigned mode);
long k_close(long fd);
long k_read(long fd, void *buf, size_t n);
long k_write(long fd, const void *buf, size_t n);
long k_pread(long fd, void *buf, size_t n, uint64_t off);
long k_seek(long fd, int64_t off, int whence);
long k_mkdir(const char *path, unsigned mode);
long k_symlink(const char *target, const char *path);
long k_unlink(const char *path);
long k_rmdir(const char *path);
long k_rename(const char *from, const char *to, unsigned flags);
long k_link(const char *from, const char *to);
struct stat_info;
long k_stat(const char *path, bool follow, struct stat_info *st);
/* Names of a directory in order, joined by spaces, without "." and "..". */
long k_list(const char *path, char *out, size_t cap);

#endif
