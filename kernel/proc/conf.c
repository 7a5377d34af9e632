/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration records: see conf.h. */
#include "conf.h"
#include "kmem.h"
#include "mem.h"
#include "plat.h"

const char *conf_next(size_t *off, uint32_t kind, size_t *len)
{
	size_t total;
	const uint8_t *c = plat_config(&total);

	while (total - *off >= sizeof(struct conf_record)) {
		struct conf_record r;
		memcpy(&r, c + *off, sizeof r);
		size_t body = *off + sizeof r, padded = ((size_t)r.len + 7) & ~(size_t)7;
		if (r.kind == CONF_END || r.len > total - body)
			return NULL;
		*off = padded > total - body ? total : body + padded;
		if (r.kind == kind) {
			*len = r.len;
			return (const char *)c + body;
		}
	}
	return NULL;
}

char *conf_string(const char *s, size_t len)
{
	char *str = kmalloc(len + 1);

	if (str != NULL) {
		memcpy(str, s, len);
		str[len] = '\0';
	}
	return str;
}

void conf_hostname(char *buf, size_t cap)
{
	size_t off = 0, len;
	const char *s = conf_next(&off, CONF_HOSTNAME, &len);

	if (s == NULL)
		return;
	len = len < cap - 1 ? len : cap - 1;
	memcpy(buf, s, len);
	buf[len] = '\0';
}
