/* SPDX-License-Identifier: Apache-2.0 */
/* printf(3) without locale, floating point or allocation. */
#include "fmt.h"
#include "mem.h"
#include <stdbool.h>
#include <stdint.h>

struct out {
	char *buf;
	size_t cap, len;
};

struct spec {
	bool left, zero, upper;
	int width, prec; /* prec -1: none */
	int size;        /* bytes of the argument */
};

static void put(struct out *o, char c)
{
	if (o->len + 1 < o->cap)
		o->buf[o->len] = c;
	o->len++;
}

static void put_padded(
	struct out *o, const struct spec *s, const char *prefix, const char *body, size_t n)
{
	size_t plen = strlen(prefix), zeros = 0;

	if (s->prec > 0 && (size_t)s->prec > n)
		zeros = (size_t)s->prec - n;
	else if (s->zero && !s->left && s->prec < 0 && (size_t)s->width > n + plen)
		zeros = (size_t)s->width - n - plen;
	size_t pad = (size_t)s->width > n + plen + zeros ? (size_t)s->width - n - plen - zeros : 0;

	for (size_t i = 0; !s->left && i < pad; i++)
		put(o, ' ');
	while (*prefix != '\0')
		put(o, *prefix++);
	while (zeros-- > 0)
		put(o, '0');
	for (size_t i = 0; i < n; i++)
		put(o, body[i]);
	for (size_t i = 0; s->left && i < pad; i++)
		put(o, ' ');
}

static void put_number(
	struct out *o, const struct spec *s, const char *prefix, uint64_t v, unsigned base)
{
	char digits[24];
	size_t n = sizeof(digits);
	const char *set = s->upper ? "0123456789ABCDEF" : "0123456789abcdef";

	do {
		digits[--n] = set[v % base];
		v /= base;
	} while (v != 0);
	put_padded(o, s, prefix, digits + n, sizeof(digits) - n);
}

static int64_t arg_signed(va_list *ap, int size)
{
	if (size == 8)
		return va_arg(*ap, int64_t);
	int v = va_arg(*ap, int);
	return size == 1 ? (signed char)v : size == 2 ? (short)v : v;
}

static uint64_t arg_unsigned(va_list *ap, int size)
{
	if (size == 8)
		return va_arg(*ap, uint64_t);
	unsigned v = va_arg(*ap, unsigned);
	return size == 1 ? (unsigned char)v : size == 2 ? (unsigned short)v : v;
}

static void put_string(struct out *o, struct spec *s, const char *str)
{
	if (str == NULL)
		str = "(null)";
	size_t n = s->prec >= 0 ? strnlen(str, (size_t)s->prec) : strlen(str);

	s->prec = -1;
	s->zero = false;
	put_padded(o, s, "", str, n);
}

static const char *parse_number(const char *f, va_list *ap, int *v)
{
	*v = 0;
	if (*f == '*') {
		*v = va_arg(*ap, int);
		return f + 1;
	}
	while (*f >= '0' && *f <= '9')
		*v = *v * 10 + (*f++ - '0');
	return f;
}

static const char *parse_spec(const char *f, va_list *ap, struct spec *s)
{
	*s = (struct spec){.prec = -1, .size = 4};
	for (;; f++) {
		if (*f == '-')
			s->left = true;
		else if (*f == '0')
			s->zero = true;
		else if (*f != '+' && *f != ' ' && *f != '#')
			break;
	}
	f = parse_number(f, ap, &s->width);
	if (s->width < 0) {
		s->left = true;
		s->width = -s->width;
	}
	if (*f == '.')
		f = parse_number(f + 1, ap, &s->prec);
	if (f[0] == 'h') {
		s->size = f[1] == 'h' ? 1 : 2;
		f += f[1] == 'h' ? 2 : 1;
	} else if (f[0] == 'l' || f[0] == 'z' || f[0] == 'j' || f[0] == 't') {
		s->size = 8;
		f += f[0] == 'l' && f[1] == 'l' ? 2 : 1;
	}
	return f;
}

static void put_conversion(struct out *o, struct spec *s, char conv, va_list *ap)
{
	char c;
	int64_t v;

	switch (conv) {
	case 'd':
	case 'i':
		v = arg_signed(ap, s->size);
		put_number(o, s, v < 0 ? "-" : "", v < 0 ? -(uint64_t)v : (uint64_t)v, 10);
		return;
	case 'u':
		put_number(o, s, "", arg_unsigned(ap, s->size), 10);
		return;
	case 'o':
		put_number(o, s, "", arg_unsigned(ap, s->size), 8);
		return;
	case 'X':
		s->upper = true;
		put_number(o, s, "", arg_unsigned(ap, s->size), 16);
		return;
	case 'x':
		put_number(o, s, "", arg_unsigned(ap, s->size), 16);
		return;
	case 'p':
		put_number(o, s, "0x", (uint64_t)(uintptr_t)va_arg(*ap, void *), 16);
		return;
	case 's':
		put_string(o, s, va_arg(*ap, const char *));
		return;
	case 'c':
		c = (char)va_arg(*ap, int);
		s->prec = -1;
		put_padded(o, s, "", &c, 1);
		return;
	default:
		put(o, conv);
		return;
	}
}

int vsnprintf(char *buf, size_t cap, const char *fmt, va_list ap)
{
	struct out o = {buf, cap, 0};
	va_list args;

	va_copy(args, ap);
	for (; *fmt != '\0'; fmt++) {
		struct spec s;

		if (*fmt != '%') {
			put(&o, *fmt);
			continue;
		}
		fmt = parse_spec(fmt + 1, &args, &s);
		if (*fmt == '\0')
			break;
		put_conversion(&o, &s, *fmt, &args);
	}
	va_end(args);
	if (cap > 0)
		buf[o.len < cap ? o.len : cap - 1] = '\0';
	return (int)o.len;
}

int snprintf(char *buf, size_t cap, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(buf, cap, fmt, ap);
	va_end(ap);
	return n;
}
