/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ADD_PAGES takes pages only from mappings that may be executed: not from a file on a noexec mount,
 * or an enclave would be a way around it. The driver looks at VM_MAYEXEC; we at the mount behind
 * /proc/self/maps. Remembered per enclave, because a loader adds many pages from one mapping.
 */
#define _GNU_SOURCE
#include "emu.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#define LINE_MAX_ 4400 /* a path and what stands before it */

/* The mapping that holds addr: its range, and its path ("" if none). False: no mapping. */
static bool find_mapping(uint64_t addr, uint64_t *start, uint64_t *end, char path[LINE_MAX_])
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[LINE_MAX_];
	bool found = false;

	while (maps != NULL && !found && fgets(line, sizeof(line), maps) != NULL) {
		int off = 0;
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %*s %*s %n", start, end, &off) <
			2)
			continue;
		if (addr < *start || addr >= *end)
			continue;
		line[strcspn(line, "\n")] = '\0';
		memcpy(path, line + off, strlen(line + off) + 1);
		found = true;
	}
	if (maps != NULL)
		(void)fclose(maps);
	return found;
}

/* An unlinked file ("... (deleted)") is judged by its directory. */
static bool on_noexec(char *path)
{
	struct statvfs fs;
	char *slash;

	if (path[0] != '/')
		return false; /* anonymous */
	if (statvfs(path, &fs) < 0) {
		slash = strrchr(path, '/');
		slash[slash == path] = '\0';
		if (statvfs(path, &fs) < 0)
			return false;
	}
	return fs.f_flag & ST_NOEXEC;
}

/* 0, -EACCES, or -EFAULT. [src, src + len) may span mappings; each must do. */
int emu_source_check(struct emu_encl *e, uint64_t src, uint64_t len)
{
	char path[LINE_MAX_];

	while (len > 0) {
		uint64_t n;

		if (src < e->src_start || src >= e->src_end) {
			if (!find_mapping(src, &e->src_start, &e->src_end, path)) {
				e->src_end = 0;
				return -EFAULT;
			}
			if (on_noexec(path)) {
				e->src_end = 0;
				return -EACCES;
			}
		}
		n = e->src_end - src;
		if (n >= len)
			return 0;
		src += n;
		len -= n;
	}
	return 0;
}
