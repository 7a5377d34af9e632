/* SPDX-License-Identifier: Apache-2.0 */
/* socketpair(2), AF_UNIX: stream bytes, datagram boundaries, shutdown, EPIPE, non-blocking. */
#include "t.h"
#include <poll.h>
#include <sys/socket.h>

int main(void)
{
	int s[2], type;
	socklen_t len = sizeof(type);
	char buf[32] = "";
	struct pollfd f;

	signal(SIGPIPE, SIG_IGN);
	SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	SHOW(write(s[0], "abc", 3));
	SHOW(write(s[0], "def", 3));
	SHOW(read(s[1], buf, 32));
	printf("%s\n", buf);
	SHOW(send(s[1], "back", 4, 0));
	SHOW(recv(s[0], buf, 2, MSG_PEEK));
	SHOW(recv(s[0], buf, 32, 0));
	SHOW(recv(s[0], buf, 32, MSG_DONTWAIT));
	SHOW(getsockopt(s[0], SOL_SOCKET, SO_TYPE, &type, &len));
	printf("type %d\n", type);
	SHOW(shutdown(s[0], SHUT_WR));
	SHOW(read(s[1], buf, 32));
	SHOW(write(s[0], "x", 1));
	SHOW(write(s[1], "y", 1));
	SHOW(read(s[0], buf, 32));
	close(s[1]);
	f = (struct pollfd){s[0], POLLIN | POLLOUT, 0};
	SHOW(poll(&f, 1, 0));
	printf("hup %d\n", !!(f.revents & POLLHUP));
	SHOW(lseek(s[0], 0, SEEK_SET));
	close(s[0]);
	SHOW(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, s));
	SHOW(fcntl(s[0], F_GETFD));
	SHOW(write(s[0], "one", 3));
	SHOW(write(s[0], "three", 5));
	SHOW(read(s[1], buf, 2));
	SHOW(read(s[1], buf, 32));
	SHOW(read(s[1], buf, 32));
	close(s[0]), close(s[1]);
	SHOW(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s));
	SHOW(write(s[0], "packet", 6));
	SHOW(read(s[1], buf, 32));
	close(s[0]);
	SHOW(read(s[1], buf, 32));
	SHOW(socketpair(AF_UNIX, 77, 0, s));
	SHOW(socketpair(77, SOCK_STREAM, 0, s));
	return 0;
}
