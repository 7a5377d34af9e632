/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Socket calls over AF_UNIX: decoding of addresses, messages and control data (socket(2),
 * sendmsg(2), cmsg(3)). Other families: EAFNOSUPPORT.
 */
#include "syscall.h"
#include "file.h"
#include "kmem.h"
#include "linux_errno.h"
#include "linux_fs.h"
#include "linux_time.h"
#include "mem.h"
#include "proc.h"
#include "sysfd.h"
#include "uaccess.h"
#include "unix.h"
#include "vfs.h"

#define CONTROL_MAX   4096u
#define MMSG_MAX      1024u
#define CMSG_ALIGN(n) (((n) + 7) & ~(uint64_t)7)

static int sock_get(uint64_t fd, struct file **f)
{
	*f = fd_get((int)fd);
	if (*f == NULL)
		return -EBADF;
	if (file_is_socket(*f))
		return 0;
	file_put(*f);
	return -ENOTSOCK;
}

static int get_name(struct unix_name *n, uaddr_t addr, uint64_t len)
{
	int err;

	memset(n, 0, sizeof(*n));
	if ((int)len < 2 || len > sizeof(n->addr))
		return -EINVAL;
	err = copy_from_user(&n->addr, addr, len);
	if (err < 0)
		return err;
	if (n->addr.family != AF_UNIX && n->addr.family != AF_UNSPEC)
		return -EINVAL;
	n->len = len;
	if (len > 2 && n->addr.path[0] != 0) /* a path ends with its NUL, if it has one */
		n->len = 2 + strnlen(n->addr.path, len - 2);
	return 0;
}

/* As much of the name as fits; *plen becomes the real length (getsockname(2)). */
static int put_name(const struct unix_name *n, uaddr_t addr, uaddr_t plen)
{
	uint32_t cap, len = (uint32_t)n->len;
	int err;

	if (addr.v == 0)
		return 0;
	if (len > 2 && n->addr.path[0] != 0 && len < sizeof(n->addr))
		len++; /* the NUL of a path counts */
	err = get_user(&cap, plen);
	if (err == 0 && (int)cap < 0)
		err = -EINVAL;
	if (err == 0)
		err = copy_to_user(addr, &n->addr, cap < len ? cap : len);
	return err < 0 ? err : put_user(plen, &len);
}

static int check_type(uint64_t family, uint64_t type, uint64_t proto)
{
	if (family != AF_UNIX)
		return -EAFNOSUPPORT;
	if ((type & ~(uint64_t)(SOCK_TYPE_MASK | SOCK_NONBLOCK | SOCK_CLOEXEC)) != 0)
		return -EINVAL;
	if (proto != 0 && proto != AF_UNIX)
		return -EPROTONOSUPPORT;
	switch (type & SOCK_TYPE_MASK) {
	case SOCK_STREAM:
	case SOCK_SEQPACKET:
		return (int)(type & SOCK_TYPE_MASK);
	case SOCK_DGRAM:
	case SOCK_RAW: /* unix(7): the same */
		return SOCK_DGRAM;
	default:
		return -ESOCKTNOSUPPORT;
	}
}

long sys_socket(const struct sysargs *a)
{
	int type = check_type((unsigned)a->v[0], (unsigned)a->v[1], (unsigned)a->v[2]), err;
	struct file *f;

	if (type < 0)
		return type;
	err = unix_socket(type, (unsigned)a->v[1], &f);
	return install_new(err, f, a->v[1] & SOCK_CLOEXEC);
}

long sys_socketpair(const struct sysargs *a)
{
	int type = check_type((unsigned)a->v[0], (unsigned)a->v[1], (unsigned)a->v[2]), err;
	struct file *f[2];
	int fd[2];

	if (type < 0)
		return type;
	err = unix_pair(type, (unsigned)a->v[1], &f[0], &f[1]);
	if (err < 0)
		return err;
	fd[0] = (int)install_new(0, f[0], a->v[1] & SOCK_CLOEXEC);
	if (fd[0] < 0) {
		file_put(f[1]);
		return fd[0];
	}
	fd[1] = (int)install_new(0, f[1], a->v[1] & SOCK_CLOEXEC);
	err = fd[1] < 0 ? fd[1] : copy_to_user(arg_addr(a, 3), fd, sizeof(fd));
	if (err < 0) {
		(void)fd_close(fd[0]); /* was just opened, as the other */
		if (fd[1] >= 0)
			(void)fd_close(fd[1]);
	}
	return err;
}

static long with_name(const struct sysargs *a, int (*fn)(struct file *f, const struct unix_name *n))
{
	struct unix_name n;
	struct file *f;
	int err = sock_get(a->v[0], &f);

	if (err < 0)
		return err;
	err = get_name(&n, arg_addr(a, 1), (unsigned)a->v[2]);
	if (err == 0)
		err = fn(f, &n);
	file_put(f);
	return err;
}

long sys_bind(const struct sysargs *a)
{
	return with_name(a, unix_bind);
}

long sys_connect(const struct sysargs *a)
{
	return with_name(a, unix_connect);
}

long sys_listen(const struct sysargs *a)
{
	struct file *f;
	int err = sock_get(a->v[0], &f);

	if (err < 0)
		return err;
	err = unix_listen(f, (int)a->v[1]);
	file_put(f);
	return err;
}

static long do_accept(const struct sysargs *a, unsigned flags)
{
	struct unix_name n;
	struct file *f, *c;
	int err = sock_get(a->v[0], &f);

	if (err < 0)
		return err;
	if ((flags & ~(unsigned)(SOCK_NONBLOCK | SOCK_CLOEXEC)) != 0)
		err = -EINVAL;
	else
		err = unix_accept(f, flags, &c);
	file_put(f);
	if (err == 0 && a->v[1] != 0) {
		if (unix_getname(c, true, &n) < 0)
			n = (struct unix_name){.len = 2, .addr.family = AF_UNIX};
		err = put_name(&n, arg_addr(a, 1), arg_addr(a, 2));
		if (err < 0)
			file_put(c);
	}
	return install_new(err, c, flags & SOCK_CLOEXEC);
}

long sys_accept(const struct sysargs *a)
{
	return do_accept(a, 0);
}

long sys_accept4(const struct sysargs *a)
{
	return do_accept(a, (unsigned)a->v[3]);
}

long sys_shutdown(const struct sysargs *a)
{
	struct file *f;
	int err = sock_get(a->v[0], &f);

	if (err < 0)
		return err;
	err = unix_shutdown(f, (int)a->v[1]);
	file_put(f);
	return err;
}

static long get_either_name(const struct sysargs *a, bool peer)
{
	struct unix_name n;
	struct file *f;
	int err = sock_get(a->v[0], &f);

	if (err < 0)
		return err;
	err = unix_getname(f, peer, &n);
	file_put(f);
	return err < 0 ? err : put_name(&n, arg_addr(a, 1), arg_addr(a, 2));
}

long sys_getsockname(const struct sysargs *a)
{
	return get_either_name(a, false);
}

long sys_getpeername(const struct sysargs *a)
{
	return get_either_name(a, true);
}

/* ---- options ---- */

long sys_setsockopt(const struct sysargs *a)
{
	struct file *f;
	int val = 0, err = sock_get(a->v[0], &f);

	if (err < 0)
		return err;
	if (a->v[1] != SOL_SOCKET)
		err = -EOPNOTSUPP;
	else if ((unsigned)a->v[4] < sizeof(val))
		err = -EINVAL;
	else
		err = get_user(&val, arg_addr(a, 3));
	if (err == 0)
		err = unix_set_option(f, (int)a->v[2], val);
	file_put(f);
	return err;
}

long sys_getsockopt(const struct sysargs *a)
{
	struct linux_ucred cred;
	const void *p = &cred;
	uint32_t cap, len = sizeof(cred);
	struct file *f;
	int val, err = sock_get(a->v[0], &f);

	if (err < 0)
		return err;
	if (a->v[1] != SOL_SOCKET) {
		err = -EOPNOTSUPP;
	} else if (a->v[2] == SO_PEERCRED) {
		err = unix_peer_cred(f, &cred);
	} else {
		err = unix_get_option(f, (int)a->v[2], &val);
		p = &val;
		len = sizeof(val);
	}
	file_put(f);
	if (err == 0)
		err = get_user(&cap, arg_addr(a, 4));
	if (err < 0)
		return err;
	if ((int)cap < 0)
		return -EINVAL;
	len = cap < len ? cap : len;
	err = copy_to_user(arg_addr(a, 3), p, len);
	return err < 0 ? err : put_user(arg_addr(a, 4), &len);
}

/* ---- control data ---- */

static void drop_files(struct unix_extra *x)
{
	for (unsigned k = 0; k < x->nfd; k++)
		file_put(x->fd[k]);
	x->nfd = 0;
}

static int take_rights(struct unix_extra *x, const char *data, size_t len)
{
	for (size_t off = 0; off + 4 <= len; off += 4) {
		struct file *f;
		int fd;

		memcpy(&fd, data + off, 4);
		f = fd_get(fd);
		if (f == NULL)
			return -EBADF;
		if (x->nfd == SCM_MAX_FD) {
			file_put(f);
			return -EINVAL;
		}
		x->fd[x->nfd++] = f;
	}
	return 0;
}

static int parse_control(struct unix_extra *x, const char *buf, size_t len)
{
	struct linux_cmsghdr h;
	int err = 0;

	for (size_t off = 0; err == 0 && off + sizeof(h) <= len; off += CMSG_ALIGN(h.len)) {
		memcpy(&h, buf + off, sizeof(h));
		if (h.len < sizeof(h) || h.len > len - off)
			return -EINVAL;
		if (h.level != SOL_SOCKET)
			continue;
		if (h.type == SCM_RIGHTS) {
			err = take_rights(x, buf + off + sizeof(h), h.len - sizeof(h));
		} else if (h.type == SCM_CREDENTIALS && h.len == sizeof(h) + sizeof(x->cred)) {
			memcpy(&x->cred, buf + off + sizeof(h), sizeof(x->cred));
			if (!proc_privileged() && (x->cred.pid != proc_self()->pid ||
							  x->cred.uid != proc_self()->euid ||
							  x->cred.gid != proc_self()->egid))
				err = -EPERM;
		} else {
			err = -EINVAL;
		}
	}
	return err;
}

static int load_control(struct unix_extra *x, const struct linux_msghdr *h)
{
	char *buf;
	int err;

	if (h->control == 0 || h->controllen == 0)
		return 0;
	if (h->controllen > CONTROL_MAX)
		return -ENOBUFS;
	buf = kmalloc(h->controllen);
	if (buf == NULL)
		return -ENOMEM;
	err = copy_from_user(buf, uaddr(h->control), h->controllen);
	if (err == 0)
		err = parse_control(x, buf, h->controllen);
	kfree(buf);
	if (err < 0)
		drop_files(x);
	return err;
}

/* Appends one control message at h->control + *used; false: no room. */
static bool put_cmsg(
	const struct linux_msghdr *h, uint64_t *used, int type, const void *data, size_t len)
{
	struct linux_cmsghdr c = {sizeof(c) + len, SOL_SOCKET, type};
	uaddr_t at = uaddr(h->control + *used);

	if (h->control == 0 || h->controllen < *used + c.len)
		return false;
	if (put_user(at, &c) < 0 || copy_to_user(uaddr_add(at, sizeof(c)), data, len) < 0)
		return false;
	*used += CMSG_ALIGN(c.len);
	if (*used > h->controllen)
		*used = h->controllen;
	return true;
}

/* Received files become descriptors, as many as there is room for; the others are closed. */
static bool put_rights(
	const struct linux_msghdr *h, uint64_t *used, struct unix_extra *x, bool cloexec)
{
	uint64_t head = sizeof(struct linux_cmsghdr);
	uint64_t space =
		h->control == 0 || h->controllen < *used + head ? 0 : h->controllen - *used - head;
	unsigned fit = space / 4 < x->nfd ? (unsigned)(space / 4) : x->nfd, n = 0;
	int fds[SCM_MAX_FD];
	bool whole = fit == x->nfd;

	for (; n < fit; n++) {
		fds[n] = fd_install(x->fd[n], cloexec, 0);
		if (fds[n] < 0)
			break;
	}
	whole = whole && n == x->nfd;
	memmove(x->fd, x->fd + n, (x->nfd - n) * sizeof(x->fd[0]));
	x->nfd -= n;
	drop_files(x);
	if (n > 0 && !put_cmsg(h, used, SCM_RIGHTS, fds, n * sizeof(fds[0])))
		whole = false;
	return whole;
}

/* ---- messages ---- */

static long send_msg(struct file *f, const struct linux_msghdr *h, unsigned flags)
{
	struct unix_extra *x = kzalloc(sizeof(*x));
	struct unix_name to;
	struct uio u;
	long n;

	if (x == NULL)
		return -ENOMEM;
	n = h->name == 0 || h->namelen == 0 ? 0 : get_name(&to, uaddr(h->name), h->namelen);
	if (n == 0)
		n = load_control(x, h);
	if (n == 0)
		n = uio_user_iov(&u, uaddr(h->iov), h->iovlen);
	if (n == 0) {
		n = unix_send(f, &u, flags, h->name == 0 || h->namelen == 0 ? NULL : &to, x);
		uio_done(&u);
	}
	drop_files(x);
	kfree(x);
	return n;
}

/* h: the program's header, whose output fields are changed. */
static long recv_msg(struct file *f, struct linux_msghdr *h, unsigned flags)
{
	struct unix_extra *x = kzalloc(sizeof(*x));
	uint64_t used = 0;
	struct uio u;
	long n;

	if (x == NULL)
		return -ENOMEM;
	n = uio_user_iov(&u, uaddr(h->iov), h->iovlen);
	if (n == 0) {
		n = unix_recv(f, &u, flags, x);
		uio_done(&u);
	}
	if (n >= 0) {
		h->flags = x->flags | (flags & MSG_CMSG_CLOEXEC);
		if (x->want_cred && !put_cmsg(h, &used, SCM_CREDENTIALS, &x->cred, sizeof(x->cred)))
			h->flags |= MSG_CTRUNC;
		if (x->nfd > 0 && !put_rights(h, &used, x, flags & MSG_CMSG_CLOEXEC))
			h->flags |= MSG_CTRUNC;
		h->controllen = used;
		if (h->name != 0) {
			uint32_t len = (uint32_t)x->from.len,
				 cap = h->namelen < len ? h->namelen : len;

			x->from.addr.family = AF_UNIX;
			if (copy_to_user(uaddr(h->name), &x->from.addr, cap) < 0)
				n = -EFAULT;
			h->namelen = len;
		}
	}
	drop_files(x);
	kfree(x);
	return n;
}

long sys_sendmsg(const struct sysargs *a)
{
	struct linux_msghdr h;
	struct file *f;
	long n = sock_get(a->v[0], &f);

	if (n < 0)
		return n;
	n = get_user(&h, arg_addr(a, 1));
	if (n == 0)
		n = send_msg(f, &h, (unsigned)a->v[2]);
	file_put(f);
	return n;
}

long sys_recvmsg(const struct sysargs *a)
{
	struct linux_msghdr h;
	struct file *f;
	long n = sock_get(a->v[0], &f);

	if (n < 0)
		return n;
	n = get_user(&h, arg_addr(a, 1));
	if (n == 0)
		n = recv_msg(f, &h, (unsigned)a->v[2]);
	if (n >= 0 && put_user(arg_addr(a, 1), &h) < 0)
		n = -EFAULT;
	file_put(f);
	return n;
}

/* The many-message forms: the number done; an error counts only if it is the first. */
long sys_sendmmsg(const struct sysargs *a)
{
	uint64_t count = (unsigned)a->v[2] < MMSG_MAX ? (unsigned)a->v[2] : MMSG_MAX, k;
	struct file *f;
	long n = sock_get(a->v[0], &f);

	if (n < 0)
		return n;
	for (k = 0; k < count; k++) {
		uaddr_t at = uaddr_add(arg_addr(a, 1), k * sizeof(struct linux_mmsghdr));
		struct linux_mmsghdr m;

		n = get_user(&m, at);
		if (n == 0)
			n = send_msg(f, &m.hdr, (unsigned)a->v[3]);
		if (n < 0)
			break;
		m.len = (uint32_t)n;
		n = put_user(at, &m);
		if (n < 0)
			break;
	}
	file_put(f);
	return k > 0 ? (long)k : n;
}

long sys_sendto(const struct sysargs *a)
{
	struct unix_name to;
	struct file *f;
	struct uio u;
	long n = sock_get(a->v[0], &f);

	if (n < 0)
		return n;
	if (a->v[4] != 0)
		n = get_name(&to, arg_addr(a, 4), (unsigned)a->v[5]);
	if (n == 0)
		n = uio_user(&u, arg_addr(a, 1), a->v[2]);
	if (n == 0) {
		n = unix_send(f, &u, (unsigned)a->v[3], a->v[4] != 0 ? &to : NULL, NULL);
		uio_done(&u);
	}
	file_put(f);
	return n;
}

long sys_recvfrom(const struct sysargs *a)
{
	struct unix_extra *x = NULL;
	struct file *f;
	struct uio u;
	long n = sock_get(a->v[0], &f);

	if (n < 0)
		return n;
	if (a->v[4] != 0) {
		x = kzalloc(sizeof(*x));
		n = x == NULL ? -ENOMEM : 0;
	}
	if (n == 0)
		n = uio_user(&u, arg_addr(a, 1), a->v[2]);
	if (n == 0) {
		n = unix_recv(f, &u, (unsigned)a->v[3], x);
		uio_done(&u);
	}
	if (n >= 0 && x != NULL) {
		x->from.addr.family = AF_UNIX;
		if (put_name(&x->from, arg_addr(a, 4), arg_addr(a, 5)) < 0)
			n = -EFAULT;
	}
	if (x != NULL)
		drop_files(x);
	kfree(x);
	file_put(f);
	return n;
}
