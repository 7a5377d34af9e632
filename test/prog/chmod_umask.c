/* SPDX-License-Identifier: Apache-2.0 */
/* chmod, fchmod, umask: all twelve bits, what creation masks out, and the errors. */
#include "t.h"

static void mode(const char *path)
{
	struct stat st;

	MUST(stat(path, &st) == 0);
	printf("%s %o\n", path, st.st_mode & 07777);
}

static void run(void)
{
	static const mode_t modes[] = {0, 0444, 0777, 01777, 04755, 02750, 06711, 07777, 0600};
	int fd = t_file("f", "");

	for (size_t i = 0; i < T_COUNT(modes); i++) {
		MUST(chmod("f", modes[i]) == 0);
		mode("f");
	}
	SHOW(fchmod(fd, 0640));
	mode("f");
	umask(027);
	printf("umask %o\n", umask(077));
	close(open("g", O_CREAT | O_WRONLY, 0666));
	mode("g");
	MUST(mkdir("d", 0777) == 0);
	mode("d");
	printf("umask %o\n", umask(0));
	close(open("h", O_CREAT | O_WRONLY, 06777));
	mode("h");
	MUST(mkdir("e", 01777) == 0);
	mode("e");
	printf("umask %o\n", umask(01777));
	printf("umask %o\n", umask(022));
	SHOW(chmod("none", 0600));
	SHOW(fchmod(99, 0600));
	SHOW(chmod("f/x", 0600));
	SHOW(fchmodat(AT_FDCWD, "g", 0604, 0));
	mode("g");
	close(fd);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
