/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line discipline of a pseudo terminal: what is typed becomes input, what is written becomes
 * output, echo in between (termios(3)). Nothing here sleeps; waiting is pty.c's. Kernel lock held.
 */
#ifndef CLOISTER_LDISC_H
#define CLOISTER_LDISC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "linux_tty.h"
#include "tty.h"

#define LD_SIZE     16384u /* bytes of each ring; a power of two */
#define LD_LINE_MAX 4095u  /* longest line being typed: more overwrites its last byte */

struct ldisc {
	struct linux_termios2 t;
	struct tty *tty; /* gets the signals */
	uint8_t *in;     /* ring; positions below grow without bound */
	uint8_t *mark;   /* bit map: here a line ends */
	unsigned tail;   /* next to be read */
	unsigned canon;  /* end of the last complete line */
	unsigned head;   /* end of what was typed */
	uint8_t *out;    /* ring */
	unsigned otail, ohead;
	unsigned column, canon_column; /* of the cursor; where the line being typed began */
	bool lnext;                    /* the next byte is literal */
	bool stopped;                  /* output is: STOP, TCOOFF */
	bool stopped_by_call;          /* by TCOOFF: IXANY does not help */
	unsigned packet;               /* TIOCPKT_* that the master has not seen */
};

int ld_init(struct ldisc *ld, struct tty *tty); /* 0 or -ENOMEM */
void ld_free(struct ldisc *ld);
/* New settings, all but the speeds' meaning at once. */
void ld_set(struct ldisc *ld, const struct linux_termios2 *t);
/* Takes typed bytes; how many: fewer when full. */
size_t ld_type(struct ldisc *ld, const uint8_t *s, size_t n);
size_t ld_type_room(const struct ldisc *ld);
/* Is there something to read? min: bytes wanted when not in lines. */
bool ld_readable(const struct ldisc *ld, unsigned min);
/* Up to n bytes, not over the end of a line; 0 with a line there: end of file. */
size_t ld_read(struct ldisc *ld, uint8_t *to, size_t n);
unsigned ld_unread(const struct ldisc *ld); /* FIONREAD */
/* Takes written bytes; how many: fewer when full or stopped. */
size_t ld_write(struct ldisc *ld, const uint8_t *s, size_t n);
bool ld_write_room(const struct ldisc *ld);
/* What the screen gets. */
size_t ld_screen(struct ldisc *ld, uint8_t *to, size_t n);
unsigned ld_screen_len(const struct ldisc *ld);
void ld_flush_input(struct ldisc *ld);
void ld_stop(struct ldisc *ld, bool by_call);
void ld_start(struct ldisc *ld);

#endif
