/* SPDX-License-Identifier: Apache-2.0 */
/* mkfifo(3), fifo(7): opening waits for the other side, O_NONBLOCK does not; then it is a pipe. */
#include "t.h"

static void *open_write(void *arg)
{
	int fd = open("fifo", O_WRONLY);

	(void)arg;
	MUST(fd >= 0);
	t_sleep_ms(20);
	MUST(write(fd, "through", 7) == 7);
	close(fd);
	return NULL;
}

static void run(void)
{
	char buf[16] = "";
	struct stat st;
	pthread_t t;
	int fd, rd;

	SHOW(mkfifo("fifo", 0640));
	SHOW(mkfifo("fifo", 0640));
	SHOW(lstat("fifo", &st));
	YES(S_ISFIFO(st.st_mode));
	SHOW(open("fifo", O_WRONLY | O_NONBLOCK));
	SHOW(rd = open("fifo", O_RDONLY | O_NONBLOCK));
	SHOW(read(rd, buf, 1));
	SHOW(fd = open("fifo", O_WRONLY | O_NONBLOCK));
	SHOW(read(rd, buf, 1));
	SHOW(write(fd, "ab", 2));
	close(fd);
	SHOW(read(rd, buf, 4));
	SHOW(read(rd, buf, 4));
	close(rd);
	SHOW(fd = open("fifo", O_RDWR));
	SHOW(write(fd, "self", 4));
	SHOW(read(fd, buf, 4));
	close(fd);
	MUST(pthread_create(&t, NULL, open_write, NULL) == 0);
	MUST((fd = open("fifo", O_RDONLY)) >= 0);
	SHOW(read(fd, buf, sizeof(buf)));
	printf("%s\n", buf);
	pthread_join(t, NULL);
	SHOW(read(fd, buf, sizeof(buf)));
	close(fd);
	SHOW(unlink("fifo"));
}

int main(void)
{
	t_in_dir("/tmp", run);
	return 0;
}
