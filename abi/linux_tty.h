/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of x86-64 Linux that only terminals need; what every ioctl caller shares is in
 * linux_fs.h. Source: Linux 6.1 include/uapi/asm-generic/{termbits,ioctls}.h, linux/tty.h.
 */
#ifndef CLOISTER_LINUX_TTY_H
#define CLOISTER_LINUX_TTY_H

#include <stdint.h>

#define VINTR    0
#define VQUIT    1
#define VERASE   2
#define VKILL    3
#define VEOF     4
#define VTIME    5
#define VMIN     6
#define VSTART   8
#define VSTOP    9
#define VSUSP    10
#define VEOL     11
#define VREPRINT 12
#define VWERASE  14
#define VLNEXT   15
#define VEOL2    16

#define ISTRIP 0x0020u
#define INLCR  0x0040u
#define IGNCR  0x0080u
#define ICRNL  0x0100u
#define IUCLC  0x0200u
#define IXON   0x0400u
#define IXANY  0x0800u
#define PARMRK 0x0008u
#define IUTF8  0x4000u

#define OPOST  0x0001u
#define OLCUC  0x0002u
#define ONLCR  0x0004u
#define OCRNL  0x0008u
#define ONOCR  0x0010u
#define ONLRET 0x0020u
#define TABDLY 0x1800u
#define XTABS  0x1800u

#define CS8    0x0030u
#define CREAD  0x0080u
#define B38400 0x000fu

#define ISIG    0x0001u
#define ICANON  0x0002u
#define ECHO    0x0008u
#define ECHOE   0x0010u
#define ECHOK   0x0020u
#define ECHONL  0x0040u
#define NOFLSH  0x0080u
#define TOSTOP  0x0100u
#define ECHOCTL 0x0200u
#define ECHOKE  0x0800u
#define IEXTEN  0x8000u

#define TIOCPKT     0x5420u
#define TIOCGETD    0x5424u
#define TCGETS2     0x802c542au
#define TCSETS2     0x402c542bu
#define TCSETSW2    0x402c542cu
#define TCSETSF2    0x402c542du
#define TIOCGPTN    0x80045430u
#define TIOCSPTLCK  0x40045431u
#define TIOCSIG     0x40045436u
#define TIOCGPKT    0x80045438u
#define TIOCGPTLCK  0x80045439u
#define TIOCGPTPEER 0x5441u

#define TIOCPKT_FLUSHREAD  1u
#define TIOCPKT_FLUSHWRITE 2u
#define TIOCPKT_STOP       4u
#define TIOCPKT_START      8u
#define TIOCPKT_NOSTOP     16u
#define TIOCPKT_DOSTOP     32u

#define TCIFLUSH  0
#define TCOFLUSH  1
#define TCIOFLUSH 2
#define TCOOFF    0
#define TCOON     1
#define TCIOFF    2
#define TCION     3

#define TTYAUX_MAJOR    5u
#define PTY_SLAVE_MAJOR 136u
#define PTY_GID         5u /* group tty */

struct linux_termios2 {
	uint32_t iflag, oflag, cflag, lflag;
	uint8_t line, cc[19];
	uint32_t ispeed, ospeed;
};
_Static_assert(sizeof(struct linux_termios2) == 44, "struct termios2");

#endif
