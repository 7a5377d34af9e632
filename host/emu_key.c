/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EREPORT and EGETKEY. Keys are CMACs of a fixed structure under one secret per machine (a file of
 * the user's, mode 0600), and every structure begins with the word EMULATED: no report or key made
 * here can pass for a processor's. CPUSVN is 0xEE but for its first byte, a knob for sealing tests
 * (CLOISTER_EMU_CPUSVN). The report key id is new on every boot.
 *
 * emu_key_init() may allocate and do I/O; the rest is async-signal-safe and only reads.
 */
#define _GNU_SOURCE
#include "emu.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_SIZE 16

/* What a key depends on; fields that do not apply are zero. No padding. */
struct material {
	char label[16];
	uint16_t key_name, key_policy, isv_svn, isv_prod_id;
	uint16_t config_svn, zero;
	uint32_t miscselect;
	struct sgx_attributes attributes, attribute_mask;
	uint32_t misc_mask, zero2;
	uint8_t cpu_svn[16], mrenclave[32], mrsigner[32], config_id[64];
	uint8_t isv_family_id[16], isv_ext_prod_id[16], key_id[32];
};
_Static_assert(sizeof(struct material) == 280, "padding would make keys differ");

static uint8_t secret[SECRET_SIZE], report_key_id[32], cpu_svn[16];

static void derive(const struct material *m, uint8_t key[16])
{
	emu_cmac(secret, m, sizeof(*m), key);
}

static void report_key(const struct sgx_targetinfo *t, const uint8_t key_id[32], uint8_t key[16])
{
	struct material m = {.label = "EMULATED REPORT", .key_name = SGX_KEY_REPORT};

	m.attributes = t->attributes;
	m.miscselect = t->miscselect;
	m.config_svn = t->config_svn;
	memcpy(m.config_id, t->config_id, sizeof(m.config_id));
	memcpy(m.mrenclave, t->mrenclave, sizeof(m.mrenclave));
	memcpy(m.cpu_svn, cpu_svn, sizeof(m.cpu_svn));
	memcpy(m.key_id, key_id, sizeof(m.key_id));
	derive(&m, key);
}

static bool all_zero(const uint8_t *p, size_t len)
{
	while (len > 0 && *p == 0)
		p++, len--;
	return len == 0;
}

bool emu_report(const struct emu_encl *e, const struct sgx_targetinfo *ti,
	const struct sgx_reportdata *rd, struct sgx_report *out)
{
	const struct sgx_secs *s = &e->sh->secs;
	uint8_t key[16];

	if (ti->reserved1 != 0 || !all_zero(ti->reserved2, sizeof(ti->reserved2)) ||
		!all_zero(ti->reserved3, sizeof(ti->reserved3)))
		return false;
	memset(out, 0, sizeof(*out));
	memcpy(out->cpu_svn, cpu_svn, sizeof(cpu_svn));
	out->miscselect = s->miscselect;
	out->attributes = s->attributes;
	memcpy(out->mrenclave, s->mrenclave, sizeof(s->mrenclave));
	memcpy(out->mrsigner, s->mrsigner, sizeof(s->mrsigner));
	memcpy(out->config_id, s->config_id, sizeof(s->config_id));
	out->isv_prod_id = s->isv_prod_id;
	out->isv_svn = s->isv_svn;
	out->config_svn = s->config_svn;
	if (s->attributes.flags & SGX_ATTR_KSS) {
		memcpy(out->isv_ext_prod_id, e->sh->isv_ext_prod_id, 16);
		memcpy(out->isv_family_id, e->sh->isv_family_id, 16);
	}
	memcpy(out->report_data, rd->data, sizeof(out->report_data));
	memcpy(out->key_id, report_key_id, sizeof(report_key_id));
	report_key(ti, out->key_id, key);
	emu_cmac(key, out, SGX_REPORT_BODY_SIZE, out->mac);
	return true;
}

static void report_key_of_self(const struct emu_encl *e, const uint8_t key_id[32], uint8_t key[16])
{
	const struct sgx_secs *s = &e->sh->secs;
	struct sgx_targetinfo t = {.attributes = s->attributes, .miscselect = s->miscselect};

	t.config_svn = s->config_svn;
	memcpy(t.mrenclave, s->mrenclave, sizeof(t.mrenclave));
	memcpy(t.config_id, s->config_id, sizeof(t.config_id));
	report_key(&t, key_id, key);
}

/* Only the first byte of our CPUSVN counts upwards. */
static bool cpu_svn_reachable(const uint8_t want[16])
{
	if (want[0] > cpu_svn[0])
		return false;
	return all_zero(want, 16) || memcmp(want + 1, cpu_svn + 1, 15) == 0;
}

static int check_request(const struct emu_encl *e, const struct sgx_keyrequest *kr)
{
	const struct sgx_secs *s = &e->sh->secs;
	bool kss = s->attributes.flags & SGX_ATTR_KSS;
	bool provision =
		kr->key_name == SGX_KEY_PROVISION || kr->key_name == SGX_KEY_PROVISION_SEAL;

	if (kr->reserved1 != 0 || !all_zero(kr->reserved2, sizeof(kr->reserved2)) ||
		(kr->key_policy & ~SGX_KEYPOLICY_ALL) || kr->cet_attributes_mask != 0)
		return -1;
	if (!kss && ((kr->key_policy & SGX_KEYPOLICY_KSS) || kr->config_svn != 0))
		return -1;
	if (kr->key_name > SGX_KEY_SEAL)
		return SGX_INVALID_KEYNAME;
	if (provision && !(s->attributes.flags & SGX_ATTR_PROVISIONKEY))
		return SGX_INVALID_ATTRIBUTE;
	if (kr->key_name == SGX_KEY_EINITTOKEN && !(s->attributes.flags & SGX_ATTR_EINITTOKENKEY))
		return SGX_INVALID_ATTRIBUTE;
	if (kr->key_name == SGX_KEY_REPORT)
		return SGX_SUCCESS; /* asks for no version */
	if (!cpu_svn_reachable(kr->cpu_svn))
		return SGX_INVALID_CPUSVN;
	if (kr->isv_svn > s->isv_svn || kr->config_svn > s->config_svn)
		return SGX_INVALID_ISVSVN;
	return SGX_SUCCESS;
}

static void bind_identity(struct material *m, const struct emu_encl *e, uint16_t policy, bool seal)
{
	const struct sgx_secs *s = &e->sh->secs;

	if (seal && (policy & SGX_KEYPOLICY_MRENCLAVE))
		memcpy(m->mrenclave, s->mrenclave, sizeof(m->mrenclave));
	if (!seal || (policy & SGX_KEYPOLICY_MRSIGNER))
		memcpy(m->mrsigner, s->mrsigner, sizeof(m->mrsigner));
	if (!(policy & SGX_KEYPOLICY_NOISVPRODID))
		m->isv_prod_id = s->isv_prod_id;
	if (policy & SGX_KEYPOLICY_CONFIGID)
		memcpy(m->config_id, s->config_id, sizeof(m->config_id));
	else
		m->config_svn = 0;
	if (policy & SGX_KEYPOLICY_ISVFAMILYID)
		memcpy(m->isv_family_id, e->sh->isv_family_id, 16);
	if (policy & SGX_KEYPOLICY_ISVEXTPRODID)
		memcpy(m->isv_ext_prod_id, e->sh->isv_ext_prod_id, 16);
}

int emu_getkey(const struct emu_encl *e, const struct sgx_keyrequest *kr, uint8_t key[16])
{
	const struct sgx_secs *s = &e->sh->secs;
	struct material m = {.label = "EMULATED", .key_name = kr->key_name};
	int code = check_request(e, kr);
	bool seal = kr->key_name == SGX_KEY_SEAL;

	if (code != SGX_SUCCESS)
		return code;
	if (kr->key_name == SGX_KEY_REPORT) {
		report_key_of_self(e, kr->key_id, key);
		return SGX_SUCCESS;
	}
	m.key_policy = kr->key_policy;
	m.isv_svn = kr->isv_svn;
	m.config_svn = kr->config_svn;
	m.attribute_mask = kr->attribute_mask;
	m.attributes.flags =
		s->attributes.flags & (kr->attribute_mask.flags | SGX_ATTR_INIT | SGX_ATTR_DEBUG);
	m.attributes.xfrm = s->attributes.xfrm & kr->attribute_mask.xfrm;
	m.misc_mask = kr->misc_mask;
	m.miscselect = s->miscselect & kr->misc_mask;
	memcpy(m.cpu_svn, kr->cpu_svn, sizeof(m.cpu_svn));
	if (seal)
		memcpy(m.key_id, kr->key_id, sizeof(m.key_id));
	bind_identity(&m, e, kr->key_policy, seal);
	derive(&m, key);
	return SGX_SUCCESS;
}

static int secret_path(char *path, size_t size)
{
	const char *p = getenv("CLOISTER_EMU_SECRET"), *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	int n;

	if (p != NULL && *p != '\0') {
		n = snprintf(path, size, "%s", p);
	} else if (state != NULL && *state == '/') {
		(void)mkdir(state, 0700);
		n = snprintf(path, size, "%s/cloister", state);
	} else if (home != NULL && *home == '/') {
		n = snprintf(path, size, "%s/.local", home);
		(void)mkdir(path, 0755);
		n = snprintf(path, size, "%s/.local/state", home);
		(void)mkdir(path, 0700);
		n = snprintf(path, size, "%s/.local/state/cloister", home);
	} else {
		return -ENOENT;
	}
	if (n < 0 || (size_t)n + 16 > size)
		return -ENAMETOOLONG;
	if (p == NULL || *p == '\0') {
		(void)mkdir(path, 0700);
		strcat(path, "/emu-secret");
	}
	return 0;
}

static int read_secret(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, secret, sizeof(secret));
	close(fd);
	return n == sizeof(secret) ? 0 : -EBADMSG;
}

/* Several processes may start at once: whoever links first decides. */
static int create_secret(const char *path)
{
	char tmp[PATH_MAX + 16];
	int fd, ret = 0;

	snprintf(tmp, sizeof(tmp), "%s.%d", path, (int)getpid());
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (getrandom(secret, sizeof(secret), 0) != sizeof(secret) ||
		write(fd, secret, sizeof(secret)) != sizeof(secret))
		ret = -EIO;
	close(fd);
	if (ret == 0 && link(tmp, path) < 0 && errno != EEXIST)
		ret = -errno;
	unlink(tmp);
	return ret == 0 ? read_secret(path) : ret;
}

static void boot_key_id(void)
{
	char id[36] = {0};
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		(void)!read(fd, id, sizeof(id));
		close(fd);
	}
	emu_cmac(secret, id, sizeof(id), report_key_id);
	emu_cmac(secret, report_key_id, 16, report_key_id + 16);
}

/* -errno: the secret can be neither read nor made; keys would not survive the process. */
int emu_key_init(void)
{
	const char *svn = getenv("CLOISTER_EMU_CPUSVN");
	char path[PATH_MAX];
	int ret = secret_path(path, sizeof(path));

	if (ret == 0) {
		ret = read_secret(path);
		if (ret == -ENOENT)
			ret = create_secret(path);
	}
	if (ret < 0 && getrandom(secret, sizeof(secret), 0) != sizeof(secret))
		return -EIO;
	memset(cpu_svn, 0xee, sizeof(cpu_svn));
	cpu_svn[0] = svn != NULL ? (uint8_t)strtoul(svn, NULL, 0) : 1;
	boot_key_id();
	return ret;
}
