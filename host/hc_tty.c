/* SPDX-License-Identifier: Apache-2.0 */
/* Hostcalls on terminals. */
#include <asm/ioctls.h>
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "host.h"
#include "hc.h"

#define CC_COUNT 19 /* of the kernel's struct termios, which hc_tty carries */

int64_t hc_tty_get(struct host *h, const struct hc_msg *m)
{
	struct hc_tty *out = hc_span(h, m->a[1], sizeof *out), t = {0};
	struct termios tio;
	struct winsize ws;
	int fd = (int)m->a[0];

	if (!hc_fd_ok(h, m->a[0]))
		return -EBADF;
	if (out == NULL)
		return -EFAULT;
	if (tcgetattr(fd, &tio) < 0 || ioctl(fd, TIOCGWINSZ, &ws) < 0)
		return -errno;
	t.iflag = tio.c_iflag;
	t.oflag = tio.c_oflag;
	t.cflag = tio.c_cflag;
	t.lflag = tio.c_lflag;
	t.line = tio.c_line;
	memcpy(t.cc, tio.c_cc, CC_COUNT);
	t.rows = ws.ws_row;
	t.cols = ws.ws_col;
	memcpy(out, &t, sizeof t);
	return 0;
}

int64_t hc_tty_set(struct host *h, const struct hc_msg *m)
{
	const struct hc_tty *in = hc_span(h, m->a[2], sizeof *in);
	struct hc_tty t;
	struct termios tio;
	int fd = (int)m->a[0];

	if (!hc_fd_ok(h, m->a[0]))
		return -EBADF;
	if (in == NULL)
		return -EFAULT;
	if (m->a[1] < TCSETS || m->a[1] > TCSETSF)
		return -EINVAL;
	memcpy(&t, in, sizeof t);
	if (tcgetattr(fd, &tio) < 0) /* the speeds stay */
		return -errno;
	tio.c_iflag = (tcflag_t)t.iflag;
	tio.c_oflag = (tcflag_t)t.oflag;
	tio.c_cflag = (tcflag_t)t.cflag;
	tio.c_lflag = (tcflag_t)t.lflag;
	tio.c_line = t.line;
	memcpy(tio.c_cc, t.cc, CC_COUNT);
	return tcsetattr(fd, TCSANOW + (int)(m->a[1] - TCSETS), &tio) < 0 ? -errno : 0;
}
