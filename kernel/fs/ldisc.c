/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line discipline; see ldisc.h. It follows Linux drivers/tty/n_tty.c where termios(3) leaves a
 * choice. Not there: ECHOPRT, EXTPROC, and marks for parity errors, which a pseudo terminal does
 * not have.
 */
#include "ldisc.h"
#include "kmem.h"
#include "linux_errno.h"
#include "linux_proc.h"
#include "mem.h"

#define AT(pos)    ((pos) & (LD_SIZE - 1))
#define TAB        8u
#define ERASE_ROOM 64u /* output that one typed byte may need */

static const uint8_t default_cc[19] = {3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22};

int ld_init(struct ldisc *ld, struct tty *tty)
{
	memset(ld, 0, sizeof(*ld));
	ld->tty = tty;
	ld->in = kmalloc(LD_SIZE);
	ld->out = kmalloc(LD_SIZE);
	ld->mark = kzalloc(LD_SIZE / 8);
	if (ld->in == NULL || ld->out == NULL || ld->mark == NULL) {
		ld_free(ld);
		return -ENOMEM;
	}
	ld->t.iflag = ICRNL | IXON;
	ld->t.oflag = OPOST | ONLCR;
	ld->t.cflag = B38400 | CS8 | CREAD;
	ld->t.lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
	memcpy(ld->t.cc, default_cc, sizeof(ld->t.cc));
	ld->t.ispeed = ld->t.ospeed = 38400;
	return 0;
}

void ld_free(struct ldisc *ld)
{
	kfree(ld->in);
	kfree(ld->out);
	kfree(ld->mark);
}

static bool lflag(const struct ldisc *ld, uint32_t f)
{
	return (ld->t.lflag & f) != 0;
}

/* 0 in c_cc means that there is no such character. */
static bool is_cc(const struct ldisc *ld, uint8_t c, unsigned which)
{
	return c != 0 && ld->t.cc[which] == c;
}

static bool is_control(uint8_t c)
{
	return c < ' ' || c == 0x7f;
}

static bool is_word(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_';
}

static bool is_continuation(const struct ldisc *ld, uint8_t c)
{
	return (ld->t.iflag & IUTF8) && (c & 0xc0) == 0x80;
}

static bool marked(const struct ldisc *ld, unsigned pos)
{
	return ld->mark[AT(pos) / 8] >> (AT(pos) % 8) & 1;
}

static void set_mark(struct ldisc *ld, unsigned pos, bool on)
{
	uint8_t bit = (uint8_t)(1u << (AT(pos) % 8));

	if (on)
		ld->mark[AT(pos) / 8] |= bit;
	else
		ld->mark[AT(pos) / 8] &= (uint8_t)~bit;
}

/* ---- output ---- */

static unsigned out_room(const struct ldisc *ld)
{
	return LD_SIZE - (ld->ohead - ld->otail);
}

static void out(struct ldisc *ld, uint8_t c)
{
	if (out_room(ld) > 0) /* echo on a full screen is lost */
		ld->out[AT(ld->ohead++)] = c;
}

static void out_tab(struct ldisc *ld)
{
	unsigned n = TAB - ld->column % TAB;

	ld->column += n;
	if ((ld->t.oflag & TABDLY) != XTABS)
		out(ld, '\t');
	else
		while (n-- > 0)
			out(ld, ' ');
}

/* One byte through output processing; needs room for TAB bytes. */
static void out_post(struct ldisc *ld, uint8_t c)
{
	uint32_t o = ld->t.oflag;

	if (!(o & OPOST)) {
		out(ld, c);
		return;
	}
	if (c == '\r' && (o & ONOCR) && ld->column == 0)
		return;
	if (c == '\t') {
		out_tab(ld);
		return;
	}
	if (c == '\n') {
		if (o & (ONLRET | ONLCR))
			ld->column = 0;
		if (o & ONLCR)
			out(ld, '\r');
		ld->canon_column = ld->column;
	} else if (c == '\r') {
		if (o & OCRNL)
			c = '\n';
		if (!(o & OCRNL) || (o & ONLRET))
			ld->column = ld->canon_column = 0;
	} else if (c == '\b') {
		ld->column -= ld->column > 0;
	} else if (!is_control(c)) {
		if ((o & OLCUC) && c >= 'a' && c <= 'z')
			c = (uint8_t)(c - 'a' + 'A');
		ld->column += !is_continuation(ld, c);
	}
	out(ld, c);
}

bool ld_write_room(const struct ldisc *ld)
{
	return !ld->stopped && out_room(ld) > ERASE_ROOM;
}

size_t ld_write(struct ldisc *ld, const uint8_t *s, size_t n)
{
	size_t k = 0;

	while (k < n && ld_write_room(ld))
		out_post(ld, s[k++]);
	return k;
}

unsigned ld_screen_len(const struct ldisc *ld)
{
	return ld->ohead - ld->otail;
}

size_t ld_screen(struct ldisc *ld, uint8_t *to, size_t n)
{
	size_t k = 0;

	while (k < n && ld->otail != ld->ohead)
		to[k++] = ld->out[AT(ld->otail++)];
	return k;
}

void ld_stop(struct ldisc *ld, bool by_call)
{
	if (!ld->stopped)
		ld->packet = (ld->packet & ~TIOCPKT_START) | TIOCPKT_STOP;
	ld->stopped = true;
	ld->stopped_by_call |= by_call;
}

void ld_start(struct ldisc *ld)
{
	if (ld->stopped)
		ld->packet = (ld->packet & ~TIOCPKT_STOP) | TIOCPKT_START;
	ld->stopped = ld->stopped_by_call = false;
}

/* ---- echo and erasing ---- */

static void echo(struct ldisc *ld, uint8_t c)
{
	if (lflag(ld, ECHOCTL) && is_control(c) && c != '\t') {
		out(ld, '^');
		out(ld, c ^ 0x40);
		ld->column += 2;
	} else {
		out_post(ld, c);
	}
}

static void echo_begin(struct ldisc *ld)
{
	if (ld->canon == ld->head)
		ld->canon_column = ld->column;
}

static void rub_out(struct ldisc *ld)
{
	out_post(ld, '\b');
	out_post(ld, ' ');
	out_post(ld, '\b');
}

/* How far a tab at the end of the line went: what is before it says. */
static void rub_out_tab(struct ldisc *ld)
{
	unsigned width = 0, pos = ld->head;
	bool after_tab = false;

	while (pos != ld->canon && !after_tab) {
		uint8_t c = ld->in[AT(--pos)];

		if (c == '\t')
			after_tab = true;
		else if (is_control(c))
			width += lflag(ld, ECHOCTL) ? 2 : 0;
		else
			width += !is_continuation(ld, c);
	}
	if (!after_tab)
		width += ld->canon_column;
	for (unsigned n = TAB - width % TAB; n > 0; n--)
		out_post(ld, '\b');
}

static void rub_out_char(struct ldisc *ld, uint8_t c, unsigned which)
{
	if (!lflag(ld, ECHO))
		return;
	if (which == VERASE && !lflag(ld, ECHOE)) {
		echo(ld, ld->t.cc[VERASE]);
	} else if (c == '\t') {
		rub_out_tab(ld);
	} else {
		if (is_control(c) && lflag(ld, ECHOCTL))
			rub_out(ld);
		if (!is_control(c) || lflag(ld, ECHOCTL))
			rub_out(ld);
	}
}

/* VERASE, VWERASE, VKILL. */
static void erase(struct ldisc *ld, unsigned which)
{
	const uint32_t visual = ECHO | ECHOE | ECHOK | ECHOKE;
	bool in_word = false;

	if (which == VKILL && (ld->t.lflag & visual) != visual) {
		if (ld->head != ld->canon && lflag(ld, ECHO)) {
			echo(ld, ld->t.cc[VKILL]);
			if (lflag(ld, ECHOK))
				out_post(ld, '\n');
		}
		ld->head = ld->canon;
		return;
	}
	while (ld->head != ld->canon) {
		unsigned pos = ld->head;
		uint8_t c;

		do
			c = ld->in[AT(--pos)];
		while (is_continuation(ld, c) && pos != ld->canon);
		if (is_continuation(ld, c))
			return;
		if (which == VWERASE && !is_word(c) && in_word)
			return;
		in_word |= is_word(c);
		ld->head = pos;
		rub_out_char(ld, c, which);
		if (which == VERASE)
			return;
	}
}

/* ---- input ---- */

void ld_flush_input(struct ldisc *ld)
{
	ld->tail = ld->canon = ld->head;
	memset(ld->mark, 0, LD_SIZE / 8);
	ld->lnext = false;
	ld->packet |= TIOCPKT_FLUSHREAD;
}

static void put(struct ldisc *ld, uint8_t c, bool ends_line)
{
	if (lflag(ld, ICANON) && ld->head - ld->canon >= LD_LINE_MAX)
		ld->head--;
	ld->in[AT(ld->head)] = c;
	set_mark(ld, ld->head, ends_line);
	ld->head++;
	if (ends_line || !lflag(ld, ICANON))
		ld->canon = ld->head;
}

static void type_signal(struct ldisc *ld, uint8_t c, int sig)
{
	if (!lflag(ld, NOFLSH)) {
		ld_flush_input(ld);
		ld->packet |= TIOCPKT_FLUSHWRITE;
	}
	tty_signal(ld->tty, sig);
	if (ld->t.iflag & IXON)
		ld_start(ld);
	if (lflag(ld, ECHO))
		echo(ld, c);
}

/* Flow control and signals. True: the byte is used up. */
static bool type_control(struct ldisc *ld, uint8_t c)
{
	static const struct {
		unsigned cc;
		int sig;
	} signals[] = {{VINTR, SIGINT}, {VQUIT, SIGQUIT}, {VSUSP, SIGTSTP}};

	if (ld->t.iflag & IXON) {
		if (is_cc(ld, c, VSTART)) {
			ld_start(ld);
			return true;
		}
		if (is_cc(ld, c, VSTOP)) {
			ld_stop(ld, false);
			return true;
		}
	}
	for (unsigned k = 0; lflag(ld, ISIG) && k < sizeof(signals) / sizeof(signals[0]); k++)
		if (is_cc(ld, c, signals[k].cc)) {
			type_signal(ld, c, signals[k].sig);
			return true;
		}
	if (ld->stopped && !ld->stopped_by_call && (ld->t.iflag & IXON) && (ld->t.iflag & IXANY))
		ld_start(ld);
	return false;
}

static void reprint(struct ldisc *ld)
{
	echo(ld, ld->t.cc[VREPRINT]);
	out_post(ld, '\n');
	for (unsigned pos = ld->canon; pos != ld->head; pos++)
		echo(ld, ld->in[AT(pos)]);
}

/* Editing and the ends of lines. True: the byte is used up. */
static bool type_editing(struct ldisc *ld, uint8_t c)
{
	bool ext = lflag(ld, IEXTEN);

	if (is_cc(ld, c, VERASE) || is_cc(ld, c, VKILL) || (ext && is_cc(ld, c, VWERASE))) {
		erase(ld, is_cc(ld, c, VERASE) ? VERASE : is_cc(ld, c, VKILL) ? VKILL : VWERASE);
	} else if (ext && is_cc(ld, c, VLNEXT)) {
		ld->lnext = true;
		if (lflag(ld, ECHO) && lflag(ld, ECHOCTL)) {
			out_post(ld, '^');
			out_post(ld, '\b');
		}
	} else if (ext && is_cc(ld, c, VREPRINT) && lflag(ld, ECHO)) {
		reprint(ld);
	} else if (c == '\n') {
		if (lflag(ld, ECHO | ECHONL))
			out_post(ld, '\n');
		put(ld, c, true);
	} else if (is_cc(ld, c, VEOF)) {
		put(ld, 0, true);
	} else if (is_cc(ld, c, VEOL) || (ext && is_cc(ld, c, VEOL2))) {
		if (lflag(ld, ECHO)) {
			echo_begin(ld);
			echo(ld, c);
		}
		put(ld, c, true);
	} else {
		return false;
	}
	return true;
}

static void type_plain(struct ldisc *ld, uint8_t c)
{
	if (lflag(ld, ECHO)) {
		if (c == '\n') {
			out_post(ld, c);
		} else {
			echo_begin(ld);
			echo(ld, c);
		}
	}
	if (c == 0xff && (ld->t.iflag & PARMRK) && !(ld->t.iflag & ISTRIP))
		put(ld, c, false);
	put(ld, c, false);
}

static void type_one(struct ldisc *ld, uint8_t c)
{
	if (ld->t.iflag & ISTRIP)
		c &= 0x7f;
	if ((ld->t.iflag & IUCLC) && lflag(ld, IEXTEN) && c >= 'A' && c <= 'Z')
		c = (uint8_t)(c - 'A' + 'a');
	if (ld->lnext) {
		ld->lnext = false;
		type_plain(ld, c);
		return;
	}
	if (type_control(ld, c))
		return;
	if (c == '\r') {
		if (ld->t.iflag & IGNCR)
			return;
		if (ld->t.iflag & ICRNL)
			c = '\n';
	} else if (c == '\n' && (ld->t.iflag & INLCR)) {
		c = '\r';
	}
	if (lflag(ld, ICANON) && type_editing(ld, c))
		return;
	type_plain(ld, c);
}

size_t ld_type_room(const struct ldisc *ld)
{
	return LD_SIZE - 2 - (ld->head - ld->tail); /* one byte may become two: PARMRK */
}

size_t ld_type(struct ldisc *ld, const uint8_t *s, size_t n)
{
	size_t k = 0;

	while (k < n && (int)ld_type_room(ld) > 0)
		type_one(ld, s[k++]);
	return k;
}

bool ld_readable(const struct ldisc *ld, unsigned min)
{
	unsigned have = ld->canon - ld->tail;

	return lflag(ld, ICANON) ? have > 0 : have >= (min > 0 ? min : 1);
}

unsigned ld_unread(const struct ldisc *ld)
{
	unsigned n = 0;

	for (unsigned pos = ld->tail; pos != ld->canon; pos++)
		n += !lflag(ld, ICANON) || !marked(ld, pos) || ld->in[AT(pos)] != 0;
	return n;
}

size_t ld_read(struct ldisc *ld, uint8_t *to, size_t n)
{
	size_t k = 0;

	while (ld->tail != ld->canon) {
		uint8_t c = ld->in[AT(ld->tail)];
		bool end = lflag(ld, ICANON) && marked(ld, ld->tail), eof = end && c == 0;

		if (k == n && !eof) /* an end of file right behind belongs to what was read */
			break;
		set_mark(ld, ld->tail, false);
		ld->tail++;
		if (!eof)
			to[k++] = c;
		if (end)
			break;
	}
	return k;
}

/* What lies unread when lines begin is one line; when they end it is just bytes. */
void ld_set(struct ldisc *ld, const struct linux_termios2 *t)
{
	bool toggled = ((t->lflag ^ ld->t.lflag) & ICANON) != 0;
	bool was_ctl = (ld->t.iflag & IXON) && ld->t.cc[VSTOP] == 19 && ld->t.cc[VSTART] == 17;
	bool is_ctl = (t->iflag & IXON) && t->cc[VSTOP] == 19 && t->cc[VSTART] == 17;

	ld->t = *t;
	if (toggled) {
		memset(ld->mark, 0, LD_SIZE / 8);
		ld->canon = ld->head;
		ld->lnext = false;
		if (lflag(ld, ICANON) && ld->head != ld->tail)
			set_mark(ld, ld->head - 1, true);
	}
	if (was_ctl != is_ctl)
		ld->packet = (ld->packet & ~(TIOCPKT_DOSTOP | TIOCPKT_NOSTOP)) |
			     (is_ctl ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP);
	if (!(t->iflag & IXON) && ld->stopped && !ld->stopped_by_call)
		ld_start(ld);
}
