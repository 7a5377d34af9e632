/* SPDX-License-Identifier: Apache-2.0 */
/* /dev/null, zero, full, urandom, random: what they read, what they take. */
#include "t.h"

int main(void)
{
	static const char *const names[] = {
		"/dev/null", "/dev/zero", "/dev/full", "/dev/urandom", "/dev/random"};

	for (size_t i = 0; i < T_COUNT(names); i++) {
		unsigned char buf[256];
		int fd = open(names[i], O_RDWR), zeros = 0;
		struct stat st;

		printf("%s\n", names[i]);
		memset(buf, 0xaa, sizeof(buf));
		SHOW(read(fd, buf, sizeof(buf)));
		for (size_t j = 0; j < sizeof(buf); j++)
			zeros += buf[j] == 0;
		printf("%s\n", zeros == 256 ? "all zero" : zeros > 30 ? "some zeros" : "no zeros");
		if (i != 3 && i != 4)
			SHOW(write(fd, "abc", 3));
		SHOW(write(fd, "", 0));
		SHOW(fstat(fd, &st));
		YES(S_ISCHR(st.st_mode));
		SHOW(isatty(fd));
		SHOW(lseek(fd, 0, SEEK_END));
		SHOW(close(open(names[i], O_WRONLY | O_TRUNC | O_CREAT, 0600)));
		close(fd);
	}
	SHOW(open("/dev/none", O_RDONLY));
	SHOW(open("/dev/null/x", O_RDONLY));
	SHOW(access("/dev/stdin", F_OK));
	return 0;
}
