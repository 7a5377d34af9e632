/* SPDX-License-Identifier: Apache-2.0 */
/* access(2) and faccessat: existence, and the errors of wrong arguments. */
#include "t.h"

static void run(void)
{
	close(t_file("f", ""));
	MUST(chmod("f", 0644) == 0 && symlink("none", "l") == 0 && mkdir("d", 0755) == 0);
	SHOW(access("f", F_OK));
	SHOW(access("f", R_OK | W_OK));
	SHOW(access("f", X_OK));
	SHOW(access("d", R_OK | W_OK | X_OK));
	SHOW(access("none", F_OK));
	SHOW(access("l", F_OK));
	SHOW(access("f", 8));
	SHOW(access("f/x", F_OK));
	SHOW(access("", F_OK));
	SHOW(access("/dev/null", R_OK | W_OK));
	SHOW(syscall(SYS_faccessat2, AT_FDCWD, "l", F_OK, AT_SYMLINK_NOFOLLOW));
	SHOW(syscall(SYS_faccessat2, AT_FDCWD, "f", F_OK, AT_EACCESS));
	SHOW(syscall(SYS_faccessat2, AT_FDCWD, "f", F_OK, 0x40000000));
	SHOW(syscall(SYS_access, 8, F_OK));
	MUST(chmod("f", 0755) == 0);
	SHOW(access("f", X_OK));
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
