/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --strace. The shape of each argument comes from the row's args column, so a new system call
 * prints itself. A call that sleeps prints nothing until it ends; its line then carries the process
 * number.
 */
#include "strace.h"
#include "errname.h"
#include "fmt.h"
#include "host.h"
#include "linux_errno.h"
#include "mem.h"
#include "syscall.h"
#include "thread.h"
#include "uaccess.h"
#include "upcalls.h"

#define LINE_MAX 512
#define STR_MAX  48

bool strace_on;

struct line {
	char text[LINE_MAX];
	size_t len;
};

static void add(struct line *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct line *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(l->text + l->len, LINE_MAX - l->len, fmt, ap);
	va_end(ap);
	l->len += (size_t)n < LINE_MAX - l->len ? (size_t)n : LINE_MAX - l->len - 1;
}

static void add_bytes(struct line *l, const char *s, size_t n, bool more)
{
	add(l, "\"");
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '\n')
			add(l, "\\n");
		else if (c == '\t')
			add(l, "\\t");
		else if (c == '"' || c == '\\')
			add(l, "\\%c", c);
		else if (c >= 0x20 && c < 0x7f)
			add(l, "%c", c);
		else
			add(l, "\\%o", c);
	}
	add(l, more ? "\"..." : "\"");
}

static void add_user_string(struct line *l, uint64_t a)
{
	char s[STR_MAX + 1];
	long n = strncpy_from_user(s, uaddr(a), STR_MAX);

	if (n >= 0)
		add_bytes(l, s, (size_t)n, false);
	else if (n == -ENAMETOOLONG && copy_from_user(s, uaddr(a), STR_MAX) == 0)
		add_bytes(l, s, STR_MAX, true);
	else
		add(l, "%#lx", a);
}

static void add_user_buffer(struct line *l, uint64_t a, uint64_t len)
{
	char s[STR_MAX];
	size_t n = len < STR_MAX ? len : STR_MAX;

	if (copy_from_user(s, uaddr(a), n) == 0)
		add_bytes(l, s, n, len > n);
	else
		add(l, "0x%lx", a);
}

static bool is(const char *word, size_t n, const char *name)
{
	return n == strlen(name) && memcmp(word, name, n) == 0;
}

static void add_arg(struct line *l, const char *kind, size_t n, uint64_t v, uint64_t next)
{
	if (is(kind, n, "fd") || is(kind, n, "int") || is(kind, n, "pid") || is(kind, n, "sig"))
		add(l, "%d", (int)v);
	else if (is(kind, n, "uint") || is(kind, n, "size"))
		add(l, "%lu", v);
	else if (is(kind, n, "path") || is(kind, n, "str"))
		v == 0 ? add(l, "NULL") : add_user_string(l, v);
	else if (is(kind, n, "buf"))
		v == 0 ? add(l, "NULL") : add_user_buffer(l, v, next);
	else if ((is(kind, n, "ptr") || is(kind, n, "out")) && v == 0)
		add(l, "NULL");
	else
		add(l, "0x%lx", v);
}

static void add_args(struct line *l, const char *spec, const uint64_t v[7])
{
	for (unsigned i = 0; i < 6 && *spec != '\0'; i++) {
		const char *comma = strchr(spec, ',');
		size_t n = comma != NULL ? (size_t)(comma - spec) : strlen(spec);

		if (i > 0)
			add(l, ", ");
		add_arg(l, spec, n, v[i], v[i + 1]);
		spec += n + (comma != NULL);
	}
}

static void print_call(const struct uregs *u, const struct sysent *e, struct line *l)
{
	const uint64_t v[7] = {u->rdi, u->rsi, u->rdx, u->r10, u->r8, u->r9, 0};

	add(l, "[%d] ", proc_self_pid());
	if (e == NULL) {
		add(l, "syscall_%lu(0x%lx, 0x%lx, 0x%lx)", u->orig_rax, v[0], v[1], v[2]);
		return;
	}
	add(l, "%s(", e->name);
	add_args(l, e->args, v);
	add(l, ")");
}

/* Calls that do not return print on the way in; all others when their result is known. */
static bool never_returns(const struct sysent *e)
{
	return e != NULL && (strcmp(e->name, "exit") == 0 || strcmp(e->name, "exit_group") == 0 ||
				    strcmp(e->name, "execve") == 0);
}

void strace_enter(const struct uregs *u, const struct sysent *e)
{
	struct line l = {.len = 0};

	if (!never_returns(e))
		return;
	print_call(u, e, &l);
	add(&l, "\n");
	host_log(l.text, l.len);
}

void strace_exit(const struct uregs *u, const struct sysent *e, long ret)
{
	struct line l = {.len = 0};

	if (never_returns(e) && ret >= 0)
		return;
	print_call(u, e, &l);
	if (ret < 0 && ret >= -4095)
		add(&l, " = -1 %s\n", errname((int)-ret));
	else if (ret > 0xffffff || ret < 0)
		add(&l, " = 0x%lx\n", (unsigned long)ret);
	else
		add(&l, " = %ld\n", ret);
	host_log(l.text, l.len);
}
