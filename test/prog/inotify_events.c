/* SPDX-License-Identifier: Apache-2.0 */
/* inotify: the events of files and directories, one-shot, masks, removal, overflow, bad arguments.
 */
#include "t.h"
#include <poll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>

static const char *const names[] = {"ACCESS", "MODIFY", "ATTRIB", "CLOSE_WRITE", "CLOSE_NOWRITE",
	"OPEN", "MOVED_FROM", "MOVED_TO", "CREATE", "DELETE", "DELETE_SELF", "MOVE_SELF", "?",
	"UNMOUNT", "Q_OVERFLOW", "IGNORED"};

static int in;

static void events(const char *after)
{
	static uint32_t pair;
	char buf[8192] __attribute__((aligned(8)));
	ssize_t n;

	printf("%s:\n", after);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		for (char *p = buf; p < buf + n;) {
			struct inotify_event *e = (struct inotify_event *)p;

			printf("  %d", e->wd);
			for (unsigned i = 0; i < T_COUNT(names); i++)
				if (e->mask >> i & 1)
					printf(" %s", names[i]);
			if (e->mask & IN_ISDIR)
				printf(" dir");
			if (e->mask & IN_MOVED_TO)
				printf(" %s", e->cookie == pair ? "paired" : "alone");
			pair = e->mask & IN_MOVED_FROM ? e->cookie : pair;
			printf(" len %u %s\n", e->len, e->len ? e->name : "");
			p += sizeof(*e) + e->len;
		}
	if (errno != EAGAIN)
		printf("read: %s\n", t_errname(errno));
}

static void contents(void)
{
	struct timespec ts[2] = {{0, 0}, {0, UTIME_OMIT}};
	struct inotify_event small;
	struct pollfd p;
	int fd, n;

	in = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	MUST(in >= 0);
	p = (struct pollfd){.fd = in, .events = POLLIN};
	MUST(mkdir("d", 0755) == 0 && mkdir("e", 0755) == 0);
	SHOW(inotify_add_watch(in, "d", IN_ALL_EVENTS));
	SHOW(poll(&p, 1, 0));
	fd = open("d/file", O_RDWR | O_CREAT, 0644);
	SHOW(poll(&p, 1, 0));
	SHOW(ioctl(in, FIONREAD, &n));
	SHOW(n);
	SHOW(read(in, &small, sizeof(small)));
	events("create");
	SHOW(inotify_add_watch(in, "d/file", IN_ALL_EVENTS));
	MUST(write(fd, "abc", 3) == 3 && write(fd, "def", 3) == 3);
	events("write twice");
	MUST(pread(fd, &n, 1, 0) == 1);
	MUST(pread(fd, &n, 1, 100) == 0);
	events("read");
	MUST(fchmod(fd, 0600) == 0);
	MUST(ftruncate(fd, 2) == 0);
	MUST(futimens(fd, ts) == 0);
	events("attributes");
	close(fd);
	close(open("d/file", O_RDONLY));
	close(open("d/file", O_PATH));
	close(open("d/file", O_WRONLY | O_TRUNC));
	events("open and close");
}

static void entries(void)
{
	int fd;

	MUST(link("d/file", "d/a-name-of-16-byte") == 0);
	events("link");
	MUST(rename("d/file", "d/moved") == 0);
	events("rename");
	MUST(rename("d/moved", "e/out") == 0);
	events("rename out");
	MUST(rename("e/out", "d/in") == 0);
	events("rename in");
	fd = t_file("d/victim", "x");
	close(fd);
	events("victim");
	SHOW(inotify_add_watch(in, "d/victim", IN_DELETE_SELF | IN_ATTRIB));
	MUST(rename("d/in", "d/victim") == 0);
	events("rename over");
	MUST(unlink("d/a-name-of-16-byte") == 0);
	events("unlink one of two");
	MUST(unlink("d/victim") == 0);
	events("unlink the last");
	MUST(mkdir("d/sub", 0700) == 0 && symlink("x", "d/link") == 0 &&
		mkfifo("d/fifo", 0600) == 0);
	SHOW(inotify_add_watch(in, "d/sub", IN_ALL_EVENTS | IN_ONLYDIR));
	MUST(chmod("d/sub", 0755) == 0);
	MUST(rmdir("d/sub") == 0);
	events("directories and others");
}

static void masks(void)
{
	int n;

	SHOW(inotify_add_watch(in, "d", IN_CREATE | IN_ONESHOT));
	close(t_file("d/one", ""));
	close(t_file("d/two", ""));
	events("one-shot");
	SHOW(inotify_rm_watch(in, 1));
	SHOW(inotify_add_watch(in, "d", IN_CREATE));
	SHOW(inotify_add_watch(in, "d", IN_DELETE | IN_MASK_ADD));
	SHOW(inotify_add_watch(in, "d", IN_DELETE | IN_MASK_CREATE));
	close(t_file("d/three", ""));
	MUST(unlink("d/three") == 0);
	events("masks");
	n = inotify_add_watch(in, "d", IN_CREATE);
	SHOW(inotify_rm_watch(in, n));
	close(t_file("d/four", ""));
	events("removed");
}

static void errors(void)
{
	SHOW(inotify_add_watch(in, "d/one", IN_ONLYDIR | IN_OPEN));
	SHOW(inotify_add_watch(in, "none", IN_OPEN));
	SHOW(inotify_add_watch(in, "d", 0));
	SHOW(inotify_add_watch(in, "d", IN_OPEN | IN_MASK_ADD | IN_MASK_CREATE));
	SHOW(inotify_add_watch(0, "d", IN_OPEN));
	SHOW(inotify_add_watch(-1, "d", IN_OPEN));
	SHOW(inotify_add_watch(in, (char *)16, IN_OPEN));
	SHOW(inotify_rm_watch(in, 12345));
	SHOW(inotify_rm_watch(0, 1));
	SHOW(inotify_init1(1));
	SHOW(write(in, "x", 1));
}

static void overflow(void)
{
	(void)inotify_add_watch(in, "d", IN_ATTRIB);
	for (int i = 0; i < 20000; i++)
		MUST(chmod(i & 1 ? "d/one" : "d/two", 0600) == 0);
	char *buf = malloc(1 << 20);
	ssize_t k, total = 0;
	struct inotify_event *last = NULL;
	while ((k = read(in, buf, 1 << 20)) > 0) {
		total += k;
		last = (struct inotify_event *)(buf + k - sizeof(*last));
	}
	printf("%zd bytes, last %d %x\n", total, last->wd, last->mask);
	SHOW(read(in, (void *)16, 4096));
	chmod("d/one", 0644);
	SHOW(read(in, (void *)16, 4096));
	free(buf);
	close(in);
}

static void test(void)
{
	contents();
	entries();
	masks();
	errors();
	overflow();
}

int main(void)
{
	t_in_dir("/tmp", test);
	return 0;
}
