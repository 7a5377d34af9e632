/* SPDX-License-Identifier: Apache-2.0 */
/*
 * epoll(7). An item watches one (file, descriptor): it waits on every queue of the file, and a
 * wake-up puts it on the ready list. epoll_wait asks each ready item's file again; level-triggered
 * items that still are ready stay on the list. Items hold no reference on their file: its end
 * removes them.
 */
#include "epoll.h"
#include "kmem.h"
#include "linux_errno.h"
#include "mem.h"
#include "poll.h"
#include "proc.h"
#include "thread.h"
#include "uaccess.h"
#include "vfs.h"

#define EP_NEST_MAX   5
#define EP_EVENTS_MAX (INT32_MAX / 12)
#define EP_BATCH      64
#define EP_QUEUES     3u /* wait queues one file may register on */
#define EP_FLAGS      (EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLONESHOT | EPOLLET)

struct eventpoll {
	struct list items;
	struct list ready;
	struct waitq wait; /* epoll_wait, and those who watch this instance */
};

struct epitem {
	struct list link;       /* eventpoll.items */
	struct list ready_link; /* eventpoll.ready; self-linked if not ready */
	struct list file_link;  /* file.epitems */
	struct eventpoll *ep;
	struct file *file; /* borrowed */
	int fd;
	uint32_t events; /* 0: disarmed by EPOLLONESHOT */
	uint32_t data[2];
	struct polltable pt;
	unsigned nw;
	struct waiter w[EP_QUEUES];
};

static const struct file_ops epoll_ops;

static struct eventpoll *ep_of(struct file *f)
{
	return f->ops == &epoll_ops ? f->priv : NULL;
}

static void make_ready(struct epitem *it)
{
	if (list_empty(&it->ready_link))
		list_push_back(&it->ep->ready, &it->ready_link);
	waitq_wake(&it->ep->wait, POLLIN | POLLRDNORM, 1);
}

static bool item_wake(struct waiter *w, unsigned events)
{
	struct epitem *it = w->priv;

	if (it->events == 0)
		return false;
	if (events != 0 && (events & (it->events | POLLERR | POLLHUP)) == 0)
		return false;
	make_ready(it);
	return true;
}

static void item_add_queue(struct polltable *pt, struct waitq *q)
{
	struct epitem *it = container_of(pt, struct epitem, pt);
	struct waiter *w;

	if (it->nw >= EP_QUEUES)
		return;
	w = &it->w[it->nw++];
	list_init(&w->link);
	w->wake = item_wake;
	w->priv = it;
	w->exclusive = (it->events & EPOLLEXCLUSIVE) != 0;
	waitq_add(q, w);
}

static unsigned item_state(struct epitem *it, struct polltable *pt)
{
	return file_poll(it->file, pt) & ((it->events & ~EP_FLAGS) | POLLERR | POLLHUP);
}

static void item_free(struct epitem *it)
{
	for (unsigned k = 0; k < it->nw; k++)
		waitq_del(&it->w[k]);
	list_del(&it->link);
	list_del(&it->ready_link);
	list_del(&it->file_link);
	kfree(it);
}

void epoll_file_gone(struct file *f)
{
	while (!list_empty(&f->epitems))
		item_free(container_of(f->epitems.next, struct epitem, file_link));
}

static void epoll_release(struct file *f)
{
	struct eventpoll *ep = f->priv;

	while (!list_empty(&ep->items))
		item_free(container_of(ep->items.next, struct epitem, link));
	kfree(ep);
}

/* Ready if an item is: its file is asked, since a stale item proves nothing. */
static unsigned epoll_poll(struct file *f, struct polltable *pt)
{
	struct eventpoll *ep = f->priv;

	poll_wait(pt, &ep->wait);
	list_for_each_safe(l, tmp, &ep->ready)
	{
		struct epitem *it = container_of(l, struct epitem, ready_link);

		if (it->events != 0 && item_state(it, NULL) != 0)
			return POLLIN | POLLRDNORM;
		list_del(&it->ready_link);
	}
	return 0;
}

static const struct file_ops epoll_ops = {.poll = epoll_poll, .release = epoll_release};

int epoll_create_file(unsigned flags, struct file **out)
{
	struct eventpoll *ep = kzalloc(sizeof(*ep));
	struct file *f;

	if (ep == NULL)
		return -ENOMEM;
	list_init(&ep->items);
	list_init(&ep->ready);
	waitq_init(&ep->wait);
	f = file_anon(&epoll_ops, O_RDWR | flags, ep, "anon_inode:[eventpoll]");
	if (f == NULL) {
		kfree(ep);
		return -ENOMEM;
	}
	*out = f;
	return 0;
}

static struct epitem *find(struct eventpoll *ep, struct file *f, int fd)
{
	list_for_each(l, &f->epitems)
	{
		struct epitem *it = container_of(l, struct epitem, file_link);

		if (it->ep == ep && it->fd == fd)
			return it;
	}
	return NULL;
}

/* Levels of epoll instances below f; stops at EP_NEST_MAX + 1, which also ends loops. */
static int depth(struct file *f, struct file *target, int level)
{
	struct eventpoll *ep = ep_of(f);
	int max = 0;

	if (ep == NULL)
		return 0;
	if (f == target || level > EP_NEST_MAX)
		return EP_NEST_MAX + 1;
	list_for_each(l, &ep->items)
	{
		int d = depth(container_of(l, struct epitem, link)->file, target, level + 1);

		max = d > max ? d : max;
	}
	return max + 1;
}

static int item_add(
	struct eventpoll *ep, struct file *f, int fd, const struct linux_epoll_event *ev)
{
	struct epitem *it = kzalloc(sizeof(*it));

	if (it == NULL)
		return -ENOMEM;
	it->ep = ep;
	it->file = f;
	it->fd = fd;
	it->events = ev->events | POLLERR | POLLHUP;
	memcpy(it->data, ev->data, sizeof(it->data));
	it->pt.add = item_add_queue;
	list_init(&it->ready_link);
	list_push_back(&ep->items, &it->link);
	list_push_back(&f->epitems, &it->file_link);
	if (item_state(it, &it->pt) != 0)
		make_ready(it);
	return 0;
}

int epoll_control(struct file *epf, int op, int fd, const struct linux_epoll_event *ev)
{
	struct eventpoll *ep = ep_of(epf);
	struct file *f = fd_get(fd);
	struct epitem *it;
	int err = 0;

	if (f == NULL)
		return -EBADF;
	if (ep == NULL || f == epf) {
		err = -EINVAL;
		goto out;
	}
	if (f->ops->poll == NULL) {
		err = -EPERM; /* files and directories: epoll_ctl(2) */
		goto out;
	}
	it = find(ep, f, fd);
	switch (op) {
	case EPOLL_CTL_ADD:
		if (it != NULL)
			err = -EEXIST;
		else if (depth(f, epf, 1) > EP_NEST_MAX)
			err = -ELOOP;
		else
			err = item_add(ep, f, fd, ev);
		break;
	case EPOLL_CTL_MOD:
		if (it == NULL) {
			err = -ENOENT;
		} else if ((it->events & EPOLLEXCLUSIVE) || (ev->events & EPOLLEXCLUSIVE)) {
			err = -EINVAL;
		} else {
			it->events = ev->events | POLLERR | POLLHUP;
			memcpy(it->data, ev->data, sizeof(it->data));
			if (item_state(it, NULL) != 0)
				make_ready(it);
		}
		break;
	case EPOLL_CTL_DEL:
		if (it == NULL)
			err = -ENOENT;
		else
			item_free(it);
		break;
	default:
		err = -EINVAL;
		break;
	}
out:
	file_put(f);
	return err;
}

/* Moves what is ready now into out; level-triggered items go to the end of the list. */
static int collect(struct eventpoll *ep, struct linux_epoll_event *out, int max)
{
	struct list todo;
	int n = 0;

	list_init(&todo);
	while (!list_empty(&ep->ready)) {
		struct list *l = ep->ready.next;

		list_del(l);
		list_push_back(&todo, l);
	}
	while (!list_empty(&todo)) {
		struct epitem *it = container_of(todo.next, struct epitem, ready_link);
		unsigned got;

		list_del(&it->ready_link);
		if (n == max) {
			list_push_back(&ep->ready, &it->ready_link);
			continue;
		}
		got = it->events == 0 ? 0 : item_state(it, NULL);
		if (got == 0)
			continue;
		out[n].events = got;
		memcpy(out[n].data, it->data, sizeof(it->data));
		n++;
		if (it->events & EPOLLONESHOT)
			it->events = 0;
		else if (!(it->events & EPOLLET) && list_empty(&it->ready_link))
			list_push_back(&ep->ready, &it->ready_link);
	}
	return n;
}

long epoll_wait_events(struct file *epf, uaddr_t events, int max, uint64_t deadline)
{
	struct eventpoll *ep = ep_of(epf);
	struct linux_epoll_event batch[EP_BATCH];
	int n, err;

	if (ep == NULL || max <= 0 || max > EP_EVENTS_MAX)
		return -EINVAL;
	if (max > EP_BATCH)
		max = EP_BATCH; /* epoll_wait(2) may always return fewer */
	while (true) {
		n = collect(ep, batch, max);
		if (n > 0)
			break;
		if (deadline == 0)
			return 0;
		err = waitq_sleep(&ep->wait, deadline, true);
		if (err == -ETIMEDOUT)
			return 0;
		if (err < 0)
			return err;
	}
	err = copy_to_user(events, batch, (size_t)n * sizeof(batch[0]));
	return err < 0 ? err : n;
}
