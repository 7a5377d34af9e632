/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets of the family AF_UNIX (unix(7)), for the socket calls. Kernel lock held; may sleep. */
#ifndef CLOISTER_UNIX_H
#define CLOISTER_UNIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "linux_socket.h"

struct file;
struct uio;

#define UNIX_QUEUE_MAX 212992u /* bytes that wait for one receiver: net.core.rmem_default */
#define SCM_MAX_FD     253u

struct unix_name {
	size_t len; /* bytes of addr in use, 0: none */
	struct linux_sockaddr_un addr;
};

/* What goes along with the bytes. */
struct unix_extra {
	struct file *fd[SCM_MAX_FD]; /* refs */
	unsigned nfd;
	struct linux_ucred cred;
	bool want_cred; /* received: the socket has SO_PASSCRED */
	struct unix_name from;
	unsigned flags; /* received: MSG_TRUNC */
};

int unix_socket(int type, unsigned flags, struct file **out);
int unix_pair(int type, unsigned flags, struct file **a, struct file **b);
bool file_is_socket(const struct file *f);
int unix_bind(struct file *f, const struct unix_name *n);
int unix_listen(struct file *f, int backlog);
int unix_connect(struct file *f, const struct unix_name *n);
int unix_accept(struct file *f, unsigned flags, struct file **out);
int unix_shutdown(struct file *f, int how);
int unix_getname(struct file *f, bool peer, struct unix_name *n);
/* to: NULL for the connected peer. x may be NULL; its files are taken on success (>= 0) only. */
long unix_send(struct file *f, struct uio *u, unsigned flags, const struct unix_name *to,
	struct unix_extra *x);
/* x may be NULL: files that came along are closed. */
long unix_recv(struct file *f, struct uio *u, unsigned flags, struct unix_extra *x);
/* Options by number; value in *val. -ENOPROTOOPT. */
int unix_get_option(struct file *f, int opt, int *val);
int unix_set_option(struct file *f, int opt, int val);
int unix_peer_cred(struct file *f, struct linux_ucred *c);

#endif
