/* SPDX-License-Identifier: Apache-2.0 */
/* fcntl record locks and flock between processes: conflicts, F_GETLK, release on close. */
#include "t.h"
#include <sys/file.h>

static long lock(int fd, int cmd, short type, off_t start, off_t len)
{
	struct flock fl = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};
	long r = fcntl(fd, cmd, &fl);

	if (cmd == F_GETLK && r == 0)
		printf("  type %d start %d len %d, pid %s\n", fl.l_type, (int)fl.l_start,
			(int)fl.l_len,
			fl.l_type == F_UNLCK    ? "none"
			: fl.l_pid == getppid() ? "parent"
						: "OTHER");
	return r;
}

static int child(const char *path)
{
	int fd = open(path, O_RDWR);

	SHOW(lock(fd, F_SETLK, F_WRLCK, 0, 1) == -1 && (errno == EAGAIN || errno == EACCES));
	SHOW(lock(fd, F_GETLK, F_WRLCK, 0, 0));
	SHOW(lock(fd, F_GETLK, F_RDLCK, 20, 5));
	SHOW(lock(fd, F_SETLK, F_RDLCK, 20, 5));
	SHOW(lock(fd, F_SETLK, F_WRLCK, 100, 0));
	SHOW(flock(fd, LOCK_EX | LOCK_NB));
	SHOW(flock(fd, LOCK_SH | LOCK_NB));
	return 0;
}

static void run(void)
{
	int fd = t_file("f", "x"), two;

	SHOW(lock(fd, F_SETLK, F_WRLCK, 0, 10));
	SHOW(lock(fd, F_SETLK, F_RDLCK, 20, 10));
	SHOW(lock(fd, F_SETLK, F_WRLCK, 5, 2));
	SHOW(flock(fd, LOCK_SH));
	t_wait("child", t_spawn("child", "f"));
	SHOW(lock(fd, F_SETLK, F_WRLCK, -1, 1));
	SHOW(lock(fd, F_SETLK, 77, 0, 1));
	two = open("f", O_RDONLY);
	SHOW(lock(two, F_SETLK, F_WRLCK, 0, 1));
	SHOW(flock(two, LOCK_EX | LOCK_NB));
	close(two); /* drops all record locks of the process */
	SHOW(lock(99, F_SETLK, F_WRLCK, 0, 1));
	SHOW(flock(fd, LOCK_UN));
	SHOW(flock(fd, 77));
	close(fd);
}

int main(int argc, char **argv)
{
	if (T_IS_ROLE("child"))
		return child(argv[2]);
	t_in_dirs(run);
	return 0;
}
