/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AF_UNIX sockets: stream, datagram, seqpacket. A socket has a queue of messages that it will
 * receive; a sender puts its message into its peer's queue. Nothing leaves the enclave.
 *
 * A peer pointer is not a reference: whoever closes clears the pointers to itself, and whoever
 * slept reads its own again. File descriptors in flight inside closed cycles of sockets are not
 * collected.
 */
#include "unix.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "poll.h"
#include "proc.h"
#include "thread.h"
#include "uaccess.h"
#include "vfs.h"

#define SIGPIPE     13
#define SI_KERNEL   0x80
#define BACKLOG_MAX 4096
#define STREAM_PART 0x8000u /* bytes of one message of a stream */

struct umsg {
	struct list link;
	size_t len, off;      /* bytes; of them already read (streams) */
	struct unix_extra *x; /* owned; NULL: nothing but bytes */
	struct linux_ucred cred;
	uint8_t data[];
};

enum ustate { U_NEW, U_LISTEN, U_CONNECTED, U_GONE };

struct usock {
	struct list all; /* every socket */
	int type;
	enum ustate state;
	struct usock *peer; /* borrowed: see above; for datagrams the default destination */
	struct list rx;     /* struct umsg */
	size_t rx_bytes;
	bool rx_shut, tx_shut;
	struct list pending, pending_link; /* listening: connections not accepted yet */
	int npending, backlog;
	struct unix_name name;
	struct inode *bound; /* ref: the name in the file system */
	struct linux_ucred cred, peer_cred;
	bool passcred;
	struct waitq wait; /* anything changed for this socket */
};

static struct list sockets = {&sockets, &sockets};
static const struct file_ops unix_ops;

static struct usock *sock(const struct file *f)
{
	return f->priv;
}

bool file_is_socket(const struct file *f)
{
	return f->ops == &unix_ops;
}

static struct linux_ucred my_cred(void)
{
	const struct proc *p = proc_self();

	return (struct linux_ucred){p->pid, p->euid, p->egid};
}

static struct usock *usock_new(int type)
{
	struct usock *s = kzalloc(sizeof(*s));

	if (s == NULL)
		return NULL;
	s->type = type;
	s->cred = my_cred();
	list_init(&s->rx);
	list_init(&s->pending);
	list_init(&s->pending_link);
	waitq_init(&s->wait);
	list_push_back(&sockets, &s->all);
	return s;
}

static void extra_drop(struct unix_extra *x)
{
	for (unsigned k = 0; x != NULL && k < x->nfd; k++)
		file_put(x->fd[k]);
	kfree(x);
}

static void msg_free(struct umsg *m)
{
	extra_drop(m->x);
	kfree(m);
}

static void wake(struct usock *s)
{
	waitq_wake(&s->wait, 0, WAKE_ALL);
}

/* Those who wait, each on its own queue, for something about s: senders for room, connectors for
 * accept. */
static void wake_waiters_for(struct usock *s)
{
	list_for_each(l, &sockets)
	{
		struct usock *o = container_of(l, struct usock, all);

		if (o->peer == s || o->type == SOCK_DGRAM || o->state == U_NEW)
			wake(o);
	}
}

/* Nobody can reach s afterwards, so that freeing its messages may sleep. */
static void usock_free(struct usock *s)
{
	list_del(&s->all);
	s->state = U_GONE;
	wake_waiters_for(s);
	list_for_each(l, &sockets)
	{
		struct usock *o = container_of(l, struct usock, all);

		if (o->peer == s)
			o->peer = NULL;
	}
	while (!list_empty(&s->pending)) {
		struct usock *c = container_of(s->pending.next, struct usock, pending_link);

		list_del(&c->pending_link);
		usock_free(c);
	}
	while (!list_empty(&s->rx)) {
		struct list *l = s->rx.next;

		list_del(l);
		msg_free(container_of(l, struct umsg, link));
	}
	inode_put(s->bound);
	kfree(s);
}

static int make_file(struct usock *s, unsigned flags, struct file **out)
{
	struct file *f = file_anon(&unix_ops, O_RDWR | (flags & O_NONBLOCK), s, "socket:[unix]");

	if (f == NULL) {
		usock_free(s);
		return -ENOMEM;
	}
	*out = f;
	return 0;
}

int unix_socket(int type, unsigned flags, struct file **out)
{
	struct usock *s = usock_new(type);

	return s == NULL ? -ENOMEM : make_file(s, flags, out);
}

static void join(struct usock *a, struct usock *b)
{
	a->peer = b;
	b->peer = a;
	a->state = b->state = U_CONNECTED;
	a->peer_cred = b->cred;
	b->peer_cred = a->cred;
}

int unix_pair(int type, unsigned flags, struct file **a, struct file **b)
{
	int err = unix_socket(type, flags, a);

	if (err < 0)
		return err;
	err = unix_socket(type, flags, b);
	if (err < 0) {
		file_put(*a);
		return err;
	}
	join(sock(*a), sock(*b));
	return 0;
}

/* ---- names ---- */

static bool abstract(const struct unix_name *n)
{
	return n->len > 2 && n->addr.path[0] == 0;
}

/* The path of a name as a C string. */
static int name_path(const struct unix_name *n, char path[UNIX_PATH_MAX + 1])
{
	size_t len = n->len - 2;

	if (n->len <= 2 || n->addr.path[0] == 0)
		return -EINVAL;
	memcpy(path, n->addr.path, len);
	path[len] = 0;
	return 0;
}

static struct usock *find_abstract(const struct unix_name *n)
{
	list_for_each(l, &sockets)
	{
		struct usock *s = container_of(l, struct usock, all);

		if (s->name.len == n->len && abstract(&s->name) &&
			memcmp(s->name.addr.path, n->addr.path, n->len - 2) == 0)
			return s;
	}
	return NULL;
}

/* The socket of a name, with the right type. */
static int find(const struct unix_name *n, int type, struct usock **out)
{
	char path[UNIX_PATH_MAX + 1];
	struct usock *s = NULL;
	struct dentry *d;
	int err;

	if (abstract(n)) {
		s = find_abstract(n);
	} else {
		err = name_path(n, path);
		if (err == 0)
			err = path_lookup(AT_FDCWD, path, LOOKUP_FOLLOW, &d);
		if (err < 0)
			return err;
		err = S_ISSOCK(d->inode->st.mode) ? inode_permission(d->inode, W_OK)
						  : -ECONNREFUSED;
		list_for_each(l, &sockets)
		{
			struct usock *k = container_of(l, struct usock, all);

			if (k->bound == d->inode)
				s = k;
		}
		dput(d);
		if (err < 0)
			return err;
	}
	if (s == NULL)
		return -ECONNREFUSED;
	if (s->type != type)
		return -EPROTOTYPE;
	*out = s;
	return 0;
}

int unix_bind(struct file *f, const struct unix_name *n)
{
	struct mkargs a = {.mode = S_IFSOCK | (0777 & ~fs_current()->umask)};
	char path[UNIX_PATH_MAX + 1];
	struct usock *s = sock(f);
	struct dentry *d;
	int err;

	if (s->name.len != 0)
		return -EINVAL;
	if (abstract(n)) {
		if (find_abstract(n) != NULL)
			return -EADDRINUSE;
		s->name = *n;
		return 0;
	}
	err = name_path(n, path);
	if (err == 0)
		err = vfs_create_at(AT_FDCWD, path, &a, false);
	if (err < 0)
		return err == -EEXIST ? -EADDRINUSE : err;
	err = path_lookup(AT_FDCWD, path, 0, &d);
	if (err < 0)
		return err;
	s->bound = inode_get(d->inode);
	s->name = *n;
	dput(d);
	return 0;
}

int unix_getname(struct file *f, bool peer, struct unix_name *n)
{
	struct usock *s = sock(f);

	if (peer && s->peer == NULL)
		return -ENOTCONN;
	*n = peer ? s->peer->name : s->name;
	if (n->len == 0)
		n->len = 2; /* the family alone */
	n->addr.family = AF_UNIX;
	return 0;
}

/* ---- connections ---- */

int unix_listen(struct file *f, int backlog)
{
	struct usock *s = sock(f);

	if (s->type == SOCK_DGRAM)
		return -EOPNOTSUPP;
	if (s->name.len == 0 || (s->state != U_NEW && s->state != U_LISTEN))
		return -EINVAL;
	s->state = U_LISTEN;
	s->backlog = backlog < 0 || backlog > BACKLOG_MAX ? BACKLOG_MAX : backlog;
	s->cred = my_cred();
	return 0;
}

static int nap(struct file *f, struct usock *s, unsigned flags)
{
	int err;

	if ((f->flags & O_NONBLOCK) || (flags & MSG_DONTWAIT))
		return -EAGAIN;
	err = waitq_sleep(&s->wait, NO_DEADLINE, true);
	return err == -EINTR ? -ERESTARTSYS : err;
}

int unix_connect(struct file *f, const struct unix_name *n)
{
	struct usock *s = sock(f), *to, *end;
	int err;

	if (n->addr.family == AF_UNSPEC && s->type == SOCK_DGRAM) {
		s->peer = NULL;
		return 0;
	}
	if (s->type != SOCK_DGRAM && s->state != U_NEW)
		return s->state == U_CONNECTED ? -EISCONN : -EINVAL;
	err = find(n, s->type, &to);
	if (err < 0)
		return err;
	if (s->type == SOCK_DGRAM) {
		s->peer = to;
		s->state = U_CONNECTED;
		return 0;
	}
	while (to->state == U_LISTEN && to->npending > to->backlog) {
		err = nap(f, s, 0);
		if (err == 0)
			err = find(n, s->type, &to);
		if (err < 0)
			return err;
	}
	if (to->state != U_LISTEN)
		return -ECONNREFUSED;
	end = usock_new(s->type);
	if (end == NULL)
		return -ENOMEM;
	s->cred = my_cred();
	end->cred = to->cred;
	end->name = to->name;
	end->passcred = to->passcred;
	join(s, end);
	list_push_back(&to->pending, &end->pending_link);
	to->npending++;
	wake(to);
	return 0;
}

int unix_accept(struct file *f, unsigned flags, struct file **out)
{
	struct usock *s = sock(f), *c;

	if (s->type == SOCK_DGRAM)
		return -EOPNOTSUPP;
	if (s->state != U_LISTEN)
		return -EINVAL;
	while (list_empty(&s->pending)) {
		int err = s->rx_shut ? -EINVAL : nap(f, s, 0);

		if (err < 0)
			return err;
	}
	c = container_of(s->pending.next, struct usock, pending_link);
	list_del(&c->pending_link);
	s->npending--;
	wake_waiters_for(s);
	return make_file(c, flags, out);
}

int unix_shutdown(struct file *f, int how)
{
	struct usock *s = sock(f);

	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	if (s->state != U_CONNECTED && s->state != U_LISTEN)
		return -ENOTCONN;
	s->rx_shut |= how != SHUT_WR;
	s->tx_shut |= how != SHUT_RD;
	if (s->peer != NULL && s->type != SOCK_DGRAM) {
		s->peer->tx_shut |= how != SHUT_WR;
		s->peer->rx_shut |= how != SHUT_RD;
		wake(s->peer);
	}
	wake(s);
	return 0;
}

/* ---- messages ---- */

static long broken(unsigned flags, long done)
{
	if (done > 0)
		return done;
	if (!(flags & MSG_NOSIGNAL))
		signal_send_thread(thread_self(), SIGPIPE, SI_KERNEL);
	return -EPIPE;
}

/* A message of n bytes out of u; x (or NULL) is copied, its files are not yet taken. */
static int make_msg(struct uio *u, size_t n, const struct unix_extra *x, const struct usock *s,
	struct umsg **out)
{
	struct umsg *m = kmalloc(sizeof(*m) + n);
	long k;

	if (m == NULL)
		return -ENOBUFS;
	memset(m, 0, sizeof(*m));
	list_init(&m->link);
	m->len = n;
	m->cred = x != NULL && x->cred.pid != 0 ? x->cred : my_cred();
	if ((x != NULL && x->nfd > 0) || (s->type == SOCK_DGRAM && s->name.len > 0)) {
		m->x = kzalloc(sizeof(*m->x));
		if (m->x == NULL) {
			kfree(m);
			return -ENOBUFS;
		}
		m->x->from = s->name;
	}
	k = n == 0 ? 0 : uio_get(u, m->data, n);
	if (k < 0 || (size_t)k < n) {
		kfree(m->x);
		kfree(m);
		return k < 0 ? (int)k : -EFAULT;
	}
	if (x != NULL && x->nfd > 0) {
		memcpy(m->x->fd, x->fd, x->nfd * sizeof(x->fd[0]));
		m->x->nfd = x->nfd;
	}
	*out = m;
	return 0;
}

/* Where s sends to now; it may change with every sleep. */
static int destination(struct usock *s, const struct unix_name *to, struct usock **out)
{
	if (to != NULL && s->type == SOCK_DGRAM)
		return find(to, s->type, out);
	if (to != NULL)
		return s->state == U_CONNECTED ? -EISCONN : -EOPNOTSUPP;
	if (s->state != U_CONNECTED)
		return s->type == SOCK_DGRAM ? -EDESTADDRREQ : -ENOTCONN;
	if (s->peer == NULL)
		return s->type == SOCK_DGRAM ? -ECONNREFUSED : -EPIPE;
	*out = s->peer;
	return 0;
}

static long send_one(struct file *f, struct uio *u, unsigned flags, const struct unix_name *to,
	struct unix_extra *x, size_t n)
{
	struct usock *s = sock(f), *d = NULL;
	struct umsg *m = NULL;
	int err;

	while (true) {
		if (s->tx_shut)
			return -EPIPE;
		err = destination(s, to, &d);
		if (err < 0)
			return err;
		if (d->rx_shut)
			return -EPIPE;
		if (d->rx_bytes == 0 || d->rx_bytes + n <= UNIX_QUEUE_MAX)
			break;
		err = nap(f, s, flags);
		if (err < 0)
			return err;
	}
	err = make_msg(u, n, x, s, &m); /* may sleep: the destination is looked up again */
	if (err < 0)
		return err;
	err = destination(s, to, &d);
	if (err < 0 || d->rx_shut) {
		if (m->x != NULL)
			m->x->nfd = 0; /* still the caller's */
		msg_free(m);
		return err < 0 ? err : -EPIPE;
	}
	if (x != NULL)
		x->nfd = 0;
	list_push_back(&d->rx, &m->link);
	d->rx_bytes += n;
	wake(d);
	return (long)n;
}

long unix_send(struct file *f, struct uio *u, unsigned flags, const struct unix_name *to,
	struct unix_extra *x)
{
	bool stream = sock(f)->type == SOCK_STREAM;
	long done = 0;

	if (flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (!stream && u->resid > UNIX_QUEUE_MAX)
		return -EMSGSIZE;
	do {
		size_t n = stream && u->resid > STREAM_PART ? STREAM_PART : (size_t)u->resid;
		long r;

		if (stream && n == 0)
			return 0;
		r = send_one(f, u, flags, to, x, n);
		if (r == -EPIPE)
			return broken(flags, done);
		if (r < 0)
			return done > 0 ? done : r;
		done += r;
	} while (stream && u->resid > 0);
	return done;
}

static void give_extra(struct usock *s, struct umsg *m, struct unix_extra *x, bool peek)
{
	if (x == NULL)
		return;
	x->cred = m->cred;
	x->want_cred = s->passcred;
	if (m->x == NULL)
		return;
	x->from = m->x->from;
	memcpy(x->fd, m->x->fd, m->x->nfd * sizeof(x->fd[0]));
	x->nfd = m->x->nfd;
	if (!peek)
		m->x->nfd = 0;
	for (unsigned k = 0; peek && k < x->nfd; k++)
		file_get(x->fd[k]);
}

/* Out of one message: the bytes are copied with the message off the queue, since the copy may
 * sleep. */
static long recv_msg(
	struct usock *s, struct umsg *m, struct uio *u, unsigned flags, struct unix_extra *x)
{
	size_t left = m->len - m->off, n = left < u->resid ? left : (size_t)u->resid;
	bool peek = flags & MSG_PEEK, stream = s->type == SOCK_STREAM;
	long k;

	list_del(&m->link);
	k = n == 0 ? 0 : uio_put(u, m->data + m->off, n);
	if (k < 0) {
		list_push_front(&s->rx, &m->link);
		return k;
	}
	give_extra(s, m, x, peek);
	if (peek) {
		list_push_front(&s->rx, &m->link);
		wake(s); /* another reader may have found the queue empty meanwhile */
	} else if (stream && (size_t)k < left) {
		m->off += (size_t)k;
		s->rx_bytes -= (size_t)k;
		list_push_front(&s->rx, &m->link);
	} else {
		s->rx_bytes -= left;
		msg_free(m);
	}
	if (!stream && left > (size_t)k && x != NULL)
		x->flags |= MSG_TRUNC;
	if (!stream && (flags & MSG_TRUNC))
		return (long)left;
	return k;
}

long unix_recv(struct file *f, struct uio *u, unsigned flags, struct unix_extra *x)
{
	struct usock *s = sock(f);
	bool stream = s->type == SOCK_STREAM;
	long done = 0;

	if (flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (s->type != SOCK_DGRAM && s->state != U_CONNECTED)
		return s->type == SOCK_STREAM ? -EINVAL : -ENOTCONN;
	while (true) {
		struct umsg *m =
			list_empty(&s->rx) ? NULL : container_of(s->rx.next, struct umsg, link);
		long k;

		if (m == NULL) {
			int err;

			if (s->rx_shut || (s->type != SOCK_DGRAM && s->peer == NULL))
				return done;
			if (done > 0 && !(flags & MSG_WAITALL))
				return done;
			err = nap(f, s, flags);
			if (err < 0)
				return done > 0 ? done : err;
			continue;
		}
		if (done > 0 && m->x != NULL && m->x->nfd > 0)
			return done; /* files mark a border in a stream */
		k = recv_msg(s, m, u, flags, x);
		if (!(flags & MSG_PEEK))
			wake_waiters_for(s);
		if (k < 0)
			return done > 0 ? done : k;
		done += k;
		if (!stream || (flags & MSG_PEEK) || u->resid == 0 || (x != NULL && x->nfd > 0))
			return done;
	}
}

/* ---- the file ---- */

static long unix_read(struct file *f, struct uio *u)
{
	return unix_recv(f, u, u->flags & RWF_NOWAIT ? MSG_DONTWAIT : 0, NULL);
}

static long unix_write(struct file *f, struct uio *u)
{
	return unix_send(f, u, u->flags & RWF_NOWAIT ? MSG_DONTWAIT : 0, NULL, NULL);
}

static unsigned unix_poll(struct file *f, struct polltable *pt)
{
	struct usock *s = sock(f);
	bool conn = s->type != SOCK_DGRAM;
	unsigned mask = 0;

	poll_wait(pt, &s->wait);
	if (s->state == U_LISTEN)
		return list_empty(&s->pending) ? 0 : POLLIN | POLLRDNORM;
	if (conn && s->state == U_NEW)
		return POLLOUT | POLLHUP;
	if (!list_empty(&s->rx) || s->rx_shut || (conn && s->peer == NULL))
		mask |= POLLIN | POLLRDNORM;
	if (s->rx_shut || (conn && s->peer == NULL))
		mask |= POLLRDHUP;
	if ((conn && s->peer == NULL) || (s->rx_shut && s->tx_shut))
		mask |= POLLHUP;
	if (s->peer == NULL || s->peer->rx_bytes < UNIX_QUEUE_MAX / 2)
		mask |= POLLOUT | POLLWRNORM;
	return mask;
}

static long unix_ioctl(struct file *f, unsigned cmd, uaddr_t arg)
{
	int n = 0;

	if (cmd != FIONREAD)
		return -ENOTTY;
	if (sock(f)->type == SOCK_STREAM)
		n = (int)sock(f)->rx_bytes;
	else if (!list_empty(&sock(f)->rx))
		n = (int)container_of(sock(f)->rx.next, struct umsg, link)->len;
	return put_user(arg, &n);
}

static void unix_release(struct file *f)
{
	usock_free(sock(f));
}

static const struct file_ops unix_ops = {
	.read = unix_read,
	.write = unix_write,
	.poll = unix_poll,
	.ioctl = unix_ioctl,
	.release = unix_release,
};

/* ---- options ---- */

int unix_peer_cred(struct file *f, struct linux_ucred *c)
{
	*c = sock(f)->state == U_CONNECTED ? sock(f)->peer_cred
					   : (struct linux_ucred){0, UINT32_MAX, UINT32_MAX};
	return 0;
}

int unix_get_option(struct file *f, int opt, int *val)
{
	struct usock *s = sock(f);

	switch (opt) {
	case SO_TYPE:
		*val = s->type;
		return 0;
	case SO_DOMAIN:
		*val = AF_UNIX;
		return 0;
	case SO_ACCEPTCONN:
		*val = s->state == U_LISTEN;
		return 0;
	case SO_PASSCRED:
		*val = s->passcred;
		return 0;
	case SO_SNDBUF:
	case SO_RCVBUF:
		*val = UNIX_QUEUE_MAX;
		return 0;
	case SO_RCVLOWAT:
	case SO_SNDLOWAT:
		*val = 1;
		return 0;
	case SO_ERROR:
	case SO_PROTOCOL:
	case SO_REUSEADDR:
	case SO_KEEPALIVE:
	case SO_BROADCAST:
	case SO_DEBUG:
		*val = 0;
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

int unix_set_option(struct file *f, int opt, int val)
{
	switch (opt) {
	case SO_PASSCRED:
		sock(f)->passcred = val != 0;
		return 0;
	case SO_SNDBUF:
	case SO_RCVBUF:
	case SO_SNDBUFFORCE:
	case SO_RCVBUFFORCE:
	case SO_REUSEADDR:
	case SO_KEEPALIVE:
	case SO_BROADCAST:
	case SO_LINGER: /* without effect on a local socket */
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}
