/* SPDX-License-Identifier: Apache-2.0 */
/* sendfile, copy_file_range, splice and tee: bytes, offsets and the errors. */
#include "t.h"
#include <sys/sendfile.h>

static void run(void)
{
	int in = t_file("in", "0123456789"), out = t_file("out", ""), p[2], q[2];
	loff_t from = 2, to = 1;
	off_t at = 4;
	char buf[16] = "";

	MUST(pipe(p) == 0 && pipe(q) == 0);
	SHOW(sendfile(out, in, NULL, 3));
	SHOW(lseek(in, 0, SEEK_CUR));
	SHOW(sendfile(out, in, &at, 100));
	printf("at %d\n", (int)at);
	t_cat("out");
	SHOW(sendfile(p[1], in, NULL, 4));
	SHOW(read(p[0], buf, 16));
	printf("%s\n", buf);
	SHOW(sendfile(out, 99, NULL, 1));
	SHOW(syscall(SYS_copy_file_range, in, &from, out, &to, 5, 0));
	printf("from %d to %d\n", (int)from, (int)to);
	t_cat("out");
	SHOW(syscall(SYS_copy_file_range, in, &from, out, &to, 5, 1));
	SHOW(syscall(SYS_copy_file_range, p[0], NULL, out, NULL, 5, 0));
	from = 0;
	SHOW(splice(in, &from, p[1], NULL, 6, 0));
	SHOW(tee(p[0], q[1], 4, 0));
	SHOW(splice(p[0], NULL, out, NULL, 100, 0));
	memset(buf, 0, sizeof(buf));
	SHOW(read(q[0], buf, 16));
	printf("%s\n", buf);
	t_cat("out");
	SHOW(splice(in, NULL, out, NULL, 1, 0));
	SHOW(tee(in, q[1], 1, 0));
	SHOW(splice(p[0], &from, out, NULL, 1, 0));
	close(in), close(out);
	for (int i = 0; i < 2; i++)
		close(p[i]), close(q[i]);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
