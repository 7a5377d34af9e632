/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host as the kernel sees it: one function per row of abi/hostcall.def. Each blocks the calling
 * thread until the host answers, copies the answer in once, checks it with the row's sane rule, and
 * returns -EPROTO if the host lied. Paths are C strings, host paths as given by a bind.
 */
#ifndef CLOISTER_HOST_H
#define CLOISTER_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "hostcall.h"

long host_open(const char *path, int flags, unsigned mode); /* host fd or -errno */
void host_close(int fd);
long host_pread(int fd, uint64_t off, void *buf, size_t len);        /* buf: kernel memory; short counts as Linux */
long host_pwrite(int fd, uint64_t off, const void *buf, size_t len);
long host_read(int fd, void *buf, size_t len);                       /* stream: -EAGAIN */
long host_write(int fd, const void *buf, size_t len);
int host_stat(const char *path, bool follow, struct hc_stat *st);
int host_fstat(int fd, struct hc_stat *st);
int host_statfs(const char *path, struct hc_statfs *st);
long host_readlink(const char *path, char *buf, size_t len);
long host_getdents(int fd, void *buf, size_t len);                   /* records checked: reclen, NUL, bounds */
int host_seekdir(int fd, uint64_t off);
int host_ftruncate(int fd, uint64_t size);
int host_fsync(int fd, bool datasync);
int host_mkdir(const char *path, unsigned mode);
int host_unlink(const char *path, bool dir);
int host_rename(const char *from, const char *to, unsigned flags);
int host_link(const char *from, const char *to);
int host_symlink(const char *target, const char *path);
int host_chmod(const char *path, unsigned mode);
int host_chown(const char *path, unsigned uid, unsigned gid, bool follow);
int host_utimens(const char *path, uint64_t atime_ns, uint64_t mtime_ns, bool follow);
int host_tty_get(int fd, struct hc_tty *t);
int host_tty_set(int fd, int how, const struct hc_tty *t);
int host_sgx_restrict(uint64_t addr, uint64_t len, unsigned prot);
int host_sgx_modify(uint64_t addr, uint64_t len, unsigned type);
int host_sgx_remove(uint64_t addr, uint64_t len);
void host_log(const char *text, size_t len);      /* blocks until the host has it */
int host_log_async(const char *text, size_t len); /* never blocks; -EAGAIN: dropped */
_Noreturn void host_exit(unsigned status);

/* LATER rows: an asynchronous call. done() runs under the kernel lock, must not sleep; it is called
 * exactly once, with the checked result or -EPROTO. The struct stays the caller's until then. */
struct hostasync {
	void (*done)(struct hostasync *a, long ret);
	void *priv;
};
int host_poll_async(int fd, unsigned events, struct hostasync *a); /* 0 or -errno: then no done() */
int host_signal_async(struct hostasync *a);

/* Called by the scheduler: take what the host completed. Returns how many. */
unsigned hostcall_poll(void);

#endif
