/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boot of the file system layer: / is what the configuration binds there; /dev, /proc, /sys are
 * ours; /tmp, /run and /dev/shm are in enclave memory; then the binds of the configuration in their
 * order, over anything.
 */
#include "vfs.h"
#include "conf.h"
#include "devfs.h"
#include "enclave.h"
#include "linux_errno.h"
#include "mem.h"
#include "proc.h"
#include "pty.h"
#include "thread.h"

static const char *failed_at; /* what was last tried */

static int mount_new(struct super *sb, const char *path)
{
	failed_at = path;
	return sb == NULL ? -ENOMEM : mount_at(sb, path);
}

/* One of the strings of a record: its start, or NULL. The last one may end with the record. */
static const char *field(const char *data, size_t len, unsigned which, size_t *flen)
{
	size_t pos = 0;

	for (unsigned k = 0; pos < len; k++) {
		size_t n = strnlen(data + pos, len - pos);

		if (k == which) {
			*flen = n;
			return data + pos;
		}
		pos += n + 1;
	}
	return NULL;
}

/* A bind on / is the root file system itself; the others come when that stands. */
static int bind_mount(const char *data, size_t len, bool on_root)
{
	size_t slen, dlen, mlen;
	const char *src = field(data, len, 0, &slen), *dst = field(data, len, 1, &dlen);
	const char *how = field(data, len, 2, &mlen);
	struct super *sb;
	int err;

	if (src == NULL || dst == NULL || how == NULL || src[0] != '/' || dst[0] != '/' ||
		mlen != 2 || slen >= PATH_MAX || dlen >= PATH_MAX)
		return -EINVAL;
	if ((dlen == 1) != on_root)
		return 0;
	sb = hostfs_new(src, memcmp(how, "rw", 2) == 0, &err);
	failed_at = src;
	if (sb == NULL)
		return err;
	return on_root ? mount_root(sb) : mount_new(sb, dst);
}

static int bind_all(bool on_root)
{
	const char *data;
	size_t off = 0, len;
	int err = 0;

	while (err == 0 && (data = conf_next(&off, CONF_BIND, &len)) != NULL)
		err = bind_mount(data, len, on_root);
	return err;
}

static int open_stdio(struct super *dev, struct fdtable *t)
{
	uint32_t kind[3] = {STDIO_STREAM, STDIO_STREAM, STDIO_STREAM};
	size_t off = 0, len;
	const char *data = conf_next(&off, CONF_STDIO, &len);

	if (data != NULL && len == sizeof(kind))
		memcpy(kind, data, sizeof(kind));
	for (int fd = 0; fd < 3; fd++) {
		struct file *f;
		int err;

		if (kind[fd] == STDIO_CLOSED || kind[fd] > STDIO_FILE)
			continue;
		err = devfs_stdio(dev, fd, (enum stdio_kind)kind[fd], &f);
		if (err < 0)
			return err;
		err = fdtable_install(t, f, false, (unsigned)fd);
		if (err < 0) {
			file_put(f);
			return err;
		}
	}
	return 0;
}

static int mount_all(struct super **dev)
{
	struct super *root;
	int err;

	err = bind_all(true);
	if (err < 0)
		return err;
	if (root_dentry() == NULL) { /* nothing of the host is to be seen at / */
		root = memfs_new("tmpfs", 0755);
		if (root == NULL)
			return -ENOMEM;
		err = mount_root(root);
	}
	*dev = devfs_new();
	if (err == 0)
		err = mount_new(*dev, "/dev");
	if (err == 0)
		err = mount_new(devpts_new(), "/dev/pts");
	if (err == 0)
		err = mount_new(procfs_new(), "/proc");
	if (err == 0)
		err = mount_new(sysfs_new(), "/sys");
	if (err == 0)
		err = mount_new(memfs_new("tmpfs", 01777), "/tmp");
	if (err == 0)
		err = mount_new(memfs_new("tmpfs", 0755), "/run");
	if (err == 0)
		err = mount_new(memfs_new("tmpfs", 01777), "/dev/shm");
	if (err == 0)
		err = bind_all(false);
	return err;
}

int fs_boot(struct fdtable *t, struct fsctx *c, const char **where)
{
	struct super *dev;
	int err;

	failed_at = "/";
	err = mount_all(&dev);
	*where = failed_at;
	if (err < 0)
		return err;
	fs_set_root(c, root_dentry());
	fs_set_cwd(c, root_dentry());
	return open_stdio(dev, t);
}
