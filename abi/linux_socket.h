/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets of x86-64 Linux: socket(2), unix(7), cmsg(3). Inert. */
#ifndef CLOISTER_LINUX_SOCKET_H
#define CLOISTER_LINUX_SOCKET_H

#include <stdint.h>

#define AF_UNSPEC 0
#define AF_UNIX   1

#define SOCK_STREAM    1
#define SOCK_DGRAM     2
#define SOCK_RAW       3
#define SOCK_SEQPACKET 5
#define SOCK_TYPE_MASK 0xf
#define SOCK_NONBLOCK  04000
#define SOCK_CLOEXEC   02000000

#define MSG_OOB          0x1u
#define MSG_PEEK         0x2u
#define MSG_CTRUNC       0x8u
#define MSG_TRUNC        0x20u
#define MSG_DONTWAIT     0x40u
#define MSG_EOR          0x80u
#define MSG_WAITALL      0x100u
#define MSG_NOSIGNAL     0x4000u
#define MSG_CMSG_CLOEXEC 0x40000000u

#define SHUT_RD   0
#define SHUT_WR   1
#define SHUT_RDWR 2

#define SOL_SOCKET      1
#define SO_DEBUG        1
#define SO_REUSEADDR    2
#define SO_TYPE         3
#define SO_ERROR        4
#define SO_BROADCAST    6
#define SO_SNDBUF       7
#define SO_RCVBUF       8
#define SO_KEEPALIVE    9
#define SO_LINGER       13
#define SO_PASSCRED     16
#define SO_PEERCRED     17
#define SO_RCVLOWAT     18
#define SO_SNDLOWAT     19
#define SO_RCVTIMEO     20
#define SO_SNDTIMEO     21
#define SO_ACCEPTCONN   30
#define SO_SNDBUFFORCE  32
#define SO_RCVBUFFORCE  33
#define SO_PROTOCOL     38
#define SO_DOMAIN       39
#define SCM_RIGHTS      1
#define SCM_CREDENTIALS 2

#define UNIX_PATH_MAX 108
struct linux_sockaddr_un {
	uint16_t family;
	char path[UNIX_PATH_MAX];
};

struct linux_ucred {
	int32_t pid;
	uint32_t uid, gid;
};

struct linux_msghdr {
	uint64_t name;
	uint32_t namelen, pad0;
	uint64_t iov, iovlen, control, controllen;
	uint32_t flags, pad1;
};
_Static_assert(sizeof(struct linux_msghdr) == 56, "struct msghdr");
struct linux_mmsghdr {
	struct linux_msghdr hdr;
	uint32_t len, pad;
};
struct linux_cmsghdr {
	uint64_t len;
	int32_t level, type;
};

#endif
