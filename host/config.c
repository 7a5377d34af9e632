/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration records of abi/enclave.h, from the parameters of launch(). */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>

#include "host.h"

/* Grows with what is put in; a failed put makes all later ones fail, so only the end is checked. */
struct records {
	uint8_t *buf; /* CONFIG_MAX bytes, demand-zero */
	size_t len;
	bool full;
};

static void put(struct records *r, enum conf_kind kind, const void *data, size_t len)
{
	struct conf_record head = {.kind = kind, .len = (uint32_t)len};
	size_t need = (sizeof head + len + 7) & ~(size_t)7;

	if (r->full || need < len || need > CONFIG_MAX - r->len) {
		r->full = true;
		return;
	}
	memcpy(r->buf + r->len, &head, sizeof head);
	if (len > 0)
		memcpy(r->buf + r->len + sizeof head, data, len);
	r->len += need;
}

static void put_str(struct records *r, enum conf_kind kind, const char *s)
{
	put(r, kind, s, strlen(s));
}

static void put_bind(struct records *r, const struct launch_bind *b)
{
	char rec[2 * HC_PATH_MAX + 8];
	int n = snprintf(rec, sizeof rec, "%s%c%s%c%s", b->src, 0, b->dst, 0, b->rw ? "rw" : "ro");

	if (n < 0 || (size_t)n >= sizeof rec)
		r->full = true;
	else
		put(r, CONF_BIND, rec, (size_t)n);
}

int config_build(const struct launch_params *p, const uint32_t stdio[3], uint32_t umask_bits,
	void **out, size_t *len)
{
	struct records r = {.buf = mmap(NULL, CONFIG_MAX, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)};
	struct utsname uts;

	if (r.buf == MAP_FAILED)
		return -ENOMEM;
	for (char *const *a = p->argv; *a; a++)
		put_str(&r, CONF_ARG, *a);
	for (char *const *e = p->env; *e; e++)
		put_str(&r, CONF_ENV, *e);
	for (size_t i = 0; i < p->nbinds; i++)
		put_bind(&r, &p->binds[i]);
	put_str(&r, p->cwd_hint ? CONF_CWD_HINT : CONF_CWD, p->cwd);
	put_str(&r, CONF_ISOLATION, p->isolation);
	if (uname(&uts) == 0)
		put_str(&r, CONF_HOSTNAME, uts.nodename);
	if (p->strace)
		put(&r, CONF_STRACE, NULL, 0);
	put(&r, CONF_STDIO, stdio, 3 * sizeof stdio[0]);
	put(&r, CONF_UMASK, &umask_bits, sizeof umask_bits);
	put(&r, CONF_END, NULL, 0);
	if (r.full) {
		munmap(r.buf, CONFIG_MAX);
		return -E2BIG;
	}
	*out = r.buf;
	*len = r.len;
	return 0;
}
