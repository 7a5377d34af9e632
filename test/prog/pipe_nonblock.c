/* SPDX-License-Identifier: Apache-2.0 */
/* O_NONBLOCK pipes: EAGAIN when empty or full; up to PIPE_BUF all or nothing, more is partial. */
#include "t.h"
#include <limits.h>

int main(void)
{
	static char block[65536];
	int p[2];
	long total = 0, n;

	MUST(pipe2(p, O_NONBLOCK) == 0);
	SHOW(read(p[0], block, 1));
	SHOW(fcntl(p[1], F_GETPIPE_SZ));
	while ((n = write(p[1], block, 4096)) > 0)
		total += n;
	printf("filled with %ld, then %s\n", total, t_errname(errno));
	SHOW(write(p[1], block, 1));
	SHOW(read(p[0], block, 4095));
	SHOW(write(p[1], block, PIPE_BUF));
	SHOW(read(p[0], block, 1));
	SHOW(write(p[1], block, PIPE_BUF));
	SHOW(read(p[0], block, 8192));
	SHOW(write(p[1], block, 3 * 4096));
	SHOW(write(p[1], block, 1));
	for (total = 0; (n = read(p[0], block, sizeof(block))) > 0;)
		total += n;
	printf("drained %ld, then %s\n", total, t_errname(errno));
	SHOW(write(p[1], block, sizeof(block)));
	SHOW(close(p[1]));
	SHOW(read(p[0], block, sizeof(block)));
	SHOW(read(p[0], block, sizeof(block)));
	return 0;
}
