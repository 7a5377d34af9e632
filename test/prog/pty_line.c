/* SPDX-License-Identifier: Apache-2.0 */
/* /dev/ptmx and /dev/pts: lines, echo, erasing, end of file, output flags, raw reads, packet mode.
 */
#include "t.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

static int m, s;

static void quoted(const char *what, const char *buf, ssize_t n)
{
	printf("%s: ", what);
	if (n < 0)
		printf("%s", t_errname(errno));
	else
		printf("%zd \"", n);
	for (ssize_t i = 0; i < n; i++)
		printf(buf[i] >= ' ' && buf[i] <= '~' ? "%c" : "\\%03o", (unsigned char)buf[i]);
	printf(n < 0 ? "\n" : "\"\n");
}

/* All that comes within a while: what one read gives is not fixed. */
static void screen(void)
{
	char buf[4096];
	size_t n = 0;
	struct pollfd p = {.fd = m, .events = POLLIN};

	while (n < sizeof(buf) && poll(&p, 1, 60) > 0 && (p.revents & POLLIN)) {
		ssize_t k = read(m, buf + n, sizeof(buf) - n);
		if (k <= 0)
			break;
		n += (size_t)k;
	}
	quoted("screen", buf, (ssize_t)n);
}

static void type(const char *text)
{
	MUST(write(m, text, strlen(text)) == (ssize_t)strlen(text));
	t_sleep_ms(20);
}

static void get(size_t n)
{
	char buf[4096];
	ssize_t k = read(s, buf, n);

	quoted("read", buf, k);
}

static void set(
	tcflag_t lon, tcflag_t loff, tcflag_t ion, tcflag_t ioff, tcflag_t oon, tcflag_t ooff)
{
	struct termios t;

	MUST(tcgetattr(s, &t) == 0);
	t.c_lflag = (t.c_lflag | lon) & ~loff;
	t.c_iflag = (t.c_iflag | ion) & ~ioff;
	t.c_oflag = (t.c_oflag | oon) & ~ooff;
	MUST(tcsetattr(s, TCSANOW, &t) == 0);
}

static void timing(int min, int time)
{
	struct termios t;

	MUST(tcgetattr(s, &t) == 0);
	t.c_cc[VMIN] = (cc_t)min;
	t.c_cc[VTIME] = (cc_t)time;
	MUST(tcsetattr(s, TCSANOW, &t) == 0);
}

static void lines(void)
{
	type("hello\r");
	get(100);
	screen();
	type("abc\x7f\x7fXY\n");
	get(2);
	get(100);
	screen();
	type("one two\x17three\x15"
	     "four\n");
	get(100);
	screen();
	type("a\x01\tb\x7f\x7f\x7fz\n");
	get(100);
	screen();
	type("eof\x04");
	get(100);
	type("\x04");
	get(100);
	type("abc\x04");
	get(3);
	type("x\x16\x03y\x12\n");
	get(100);
	screen();
	type("l1\nl2\n");
	int n;
	SHOW(ioctl(s, FIONREAD, &n));
	SHOW(n);
	get(100);
	get(100);
	screen();
	SHOW(tcflush(s, TCIOFLUSH));
	fcntl(s, F_SETFL, O_NONBLOCK);
	get(1);
	type("no line yet");
	get(100);
	SHOW(tcflush(s, TCIFLUSH));
	fcntl(s, F_SETFL, 0);
	screen();
}

static void output(void)
{
	MUST(write(s, "a\nb\tc\r\n", 7) == 7);
	screen();
	set(0, 0, 0, 0, XTABS | OCRNL | ONOCR, ONLCR);
	MUST(write(s, "\rab\tc\rd\n", 8) == 8);
	screen();
	set(0, 0, 0, 0, OLCUC, 0);
	MUST(write(s, "lower", 5) == 5);
	screen();
	set(0, 0, 0, 0, ONLCR, XTABS | OCRNL | ONOCR | OLCUC);
	set(0, 0, INLCR, ICRNL, 0, 0);
	type("x\ry\n\x04");
	get(100);
	set(0, 0, ICRNL | IGNCR, INLCR, 0, 0);
	type("p\rq\n");
	get(100);
	set(0, 0, 0, IGNCR, 0, 0);
	screen();
	set(0, ECHO, 0, 0, 0, 0);
	type("silent\n");
	get(100);
	set(ECHONL, 0, 0, 0, 0, 0);
	type("nl only\n");
	get(100);
	screen();
	set(ECHO, ECHONL, 0, 0, 0, 0);
	SHOW(tcflow(s, TCOOFF));
	fcntl(s, F_SETFL, O_NONBLOCK);
	SHOW(write(s, "x", 1));
	SHOW(tcflow(s, TCOON));
	SHOW(write(s, "x", 1));
	type("\x13");
	SHOW(write(s, "y", 1));
	type("\x11");
	SHOW(write(s, "y", 1));
	fcntl(s, F_SETFL, 0);
	screen();
}

static void raw(void)
{
	struct pollfd p = {.fd = s, .events = POLLIN};
	int64_t t0;

	set(0, ICANON | ECHO | ISIG, 0, 0, 0, 0);
	timing(1, 0);
	type("\x03z\x04");
	get(100);
	timing(3, 0);
	type("ab");
	SHOW(poll(&p, 1, 0));
	type("cd");
	SHOW(poll(&p, 1, 0));
	get(100);
	timing(0, 0);
	get(100);
	timing(0, 2);
	t0 = t_now_ms();
	get(100);
	YES(t_now_ms() - t0 >= 150 && t_now_ms() - t0 < 2000);
	timing(5, 1);
	type("qq");
	get(100);
	timing(1, 0);
	type("left over");
	set(ICANON | ISIG | ECHO, 0, 0, 0, 0, 0);
	get(100);
	screen();
}

static void packets(void)
{
	char buf[100];
	int on = 1;

	SHOW(ioctl(m, TIOCPKT, &on));
	MUST(write(s, "data", 4) == 4);
	t_sleep_ms(20);
	quoted("packet", buf, read(m, buf, sizeof(buf)));
	SHOW(tcflush(s, TCIFLUSH));
	quoted("packet", buf, read(m, buf, sizeof(buf)));
	SHOW(tcflow(s, TCOOFF));
	quoted("packet", buf, read(m, buf, sizeof(buf)));
	SHOW(tcflow(s, TCOON));
	quoted("packet", buf, read(m, buf, sizeof(buf)));
	on = 0;
	SHOW(ioctl(m, TIOCPKT, &on));
}

int main(void)
{
	char name[64], want[64];
	struct termios t;
	int n = -1, lock;
	struct pollfd p;

	m = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	MUST(m >= 0);
	SHOW(ioctl(m, TIOCGPTN, &n));
	YES(n >= 0);
	snprintf(want, sizeof(want), "/dev/pts/%d", n);
	SHOW(ptsname_r(m, name, sizeof(name)));
	YES(strcmp(name, want) == 0);
	SHOW(ioctl(m, TIOCGPTLCK, &lock));
	SHOW(lock);
	SHOW(open(name, O_RDWR | O_NOCTTY));
	SHOW(unlockpt(m));
	s = open(name, O_RDWR | O_NOCTTY);
	MUST(s >= 0);
	SHOW(isatty(s));
	SHOW(isatty(m));
	SHOW(ttyname_r(s, name, sizeof(name)));
	YES(strcmp(name, want) == 0);
	SHOW(tcgetattr(s, &t));
	printf("%o %o %o %o\n", t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag);
	for (int i = 0; i < 17; i++)
		printf("%d ", t.c_cc[i]);
	printf("\n");
	SHOW(lseek(s, 0, SEEK_CUR));
	SHOW(ioctl(s, TCGETS, 16));
	SHOW(ioctl(s, TCSETS, 16));
	SHOW(ioctl(m, TIOCGPTN, 16));
	SHOW(ioctl(s, TIOCGPTN, &n));
	SHOW(ioctl(s, 0x54ff, &n));
	SHOW(ioctl(s, TIOCGPGRP, &n));
	SHOW(ioctl(s, TIOCGSID, &n));
	SHOW(ioctl(s, TIOCSPGRP, &n));
	lines();
	output();
	raw();
	packets();
	int peer = ioctl(m, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	YES(peer >= 0);
	type("via peer\n");
	char buf[100];
	quoted("peer", buf, read(peer, buf, sizeof(buf)));
	close(peer);
	screen();
	close(s);
	p = (struct pollfd){.fd = m, .events = POLLIN | POLLOUT};
	SHOW(poll(&p, 1, 0));
	SHOW(p.revents & (POLLIN | POLLHUP));
	SHOW(read(m, buf, 1));
	s = open(want, O_RDWR | O_NOCTTY);
	p.fd = s;
	SHOW(write(s, (void *)16, 4));
	close(m);
	SHOW(poll(&p, 1, 0));
	SHOW(p.revents);
	SHOW(read(s, buf, 1));
	SHOW(write(s, buf, 1));
	SHOW(tcgetattr(s, &t));
	SHOW(open(want, O_RDWR));
	return 0;
}
