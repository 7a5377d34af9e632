/* SPDX-License-Identifier: Apache-2.0 */
/* fcntl(F_SETFL) turns O_APPEND on and off for an open file. */
#include "t.h"

static void run(void)
{
	int fd = t_file("f", "0123456789");

	SHOW(fcntl(fd, F_SETFL, O_APPEND));
	SHOW(write(fd, "ab", 2));
	t_cat("f");
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(lseek(fd, 3, SEEK_SET));
	SHOW(fcntl(fd, F_SETFL, 0));
	SHOW(write(fd, "AB", 2));
	SHOW(pwrite(fd, "C", 1, 0));
	t_cat("f");
	close(fd);
	fd = open("f", O_WRONLY | O_APPEND);
	SHOW(fcntl(fd, F_SETFL, 0));
	SHOW(write(fd, "xy", 2));
	t_cat("f");
	close(fd);
}

int main(void)
{
	t_in_dir("/tmp", run);
	return 0;
}
