/* SPDX-License-Identifier: Apache-2.0 */
/* The output buffer, and how an instruction is written back as text. */
#include "rewrite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct out *out, size_t n)
{
	if (out->len + n <= out->room)
		return true;
	size_t room = out->room ? out->room : 1 << 16;
	while (room < out->len + n)
		room *= 2;
	char *grown = realloc(out->buf, room);
	if (!grown) {
		out->failed = true;
		return false;
	}
	out->buf = grown;
	out->room = room;
	return true;
}

void out_text(struct out *out, const char *s, size_t n)
{
	if (!n || !reserve(out, n))
		return;
	memcpy(out->buf + out->len, s, n);
	out->len += n;
}

void out_char(struct out *out, char c)
{
	out_text(out, &c, 1);
}

void out_format(struct out *out, const char *fmt, va_list ap)
{
	char line[512];
	int n = vsnprintf(line, sizeof(line), fmt, ap);

	if (n < 0 || (size_t)n >= sizeof(line))
		out->failed = true; /* a symbol of more than 400 characters */
	else
		out_text(out, line, (size_t)n);
}

void out_free(struct out *out)
{
	free(out->buf);
	memset(out, 0, sizeof(*out));
}

void rw_line(struct rewrite *rw, const char *fmt, ...)
{
	va_list ap;

	out_char(&rw->out, '\t');
	va_start(ap, fmt);
	out_format(&rw->out, fmt, ap);
	va_end(ap);
	out_char(&rw->out, '\n');
	rw->out.insns++;
	rw->label_done = false;
	rw->flow_ended = false;
}

void rw_insn(struct rewrite *rw, const struct insn *in)
{
	struct out *out = &rw->out;

	out_char(out, '\t');
	if (in->prefix.n) {
		out_text(out, in->prefix.s, in->prefix.n);
		out_char(out, ' ');
	}
	out_text(out, in->name, strlen(in->name));
	for (int i = 0; i < in->nops; i++) {
		const struct operand *op = &in->op[i];

		out_text(out, i ? ", " : "\t", i ? 2 : 1);
		if (op->star)
			out_char(out, '*');
		out_text(out, op->text.s, op->text.n);
		out_text(out, op->tail.s, op->tail.n);
	}
	out_char(out, '\n');
	out->insns++;
	rw->label_done = false;
	rw->flow_ended = false;
}

struct slice rw_text(struct rewrite *rw, const char *fmt, ...)
{
	char *at = rw->text + rw->text_used;
	size_t room = sizeof(rw->text) - rw->text_used;
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(at, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room) {
		rw->out.failed = true;
		n = 0;
	}
	rw->text_used += (uint32_t)n;
	return (struct slice){at, (uint32_t)n};
}

void rw_set_reg(struct operand *op, int reg, int size)
{
	static char names[16][2][8];
	char *name = names[reg][size == 8];

	op->kind = OPND_REG;
	op->reg = (int8_t)reg;
	op->size = (uint8_t)size;
	op->high_byte = false;
	int n = snprintf(name, sizeof(names[0][0]), "%%%s", reg_name(reg, size));
	op->text = (struct slice){name, (uint32_t)n};
}
