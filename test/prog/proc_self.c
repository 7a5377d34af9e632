/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/self: exe, cmdline, comm, cwd, stat, status and environ of this program. */
#include "t.h"
#include <sys/prctl.h>

static void show(const char *path)
{
	char buf[4096];
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, buf, sizeof(buf) - 1);

	close(fd);
	printf("%s, %zd bytes:", path, n);
	for (ssize_t i = 0; i < n; i++)
		printf(buf[i] >= ' ' ? "%c" : "\\%o", buf[i]);
	printf("\n");
}

static int inner(void)
{
	char a[4096], b[4096], *p;
	int pid = -1, ppid = -1, fd;
	char state = 0;
	ssize_t n;

	show("/proc/self/cmdline");
	show("/proc/self/environ");
	prctl(PR_SET_NAME, "a name (x) y");
	show("/proc/self/comm");
	fd = open("/proc/self/stat", O_RDONLY);
	n = read(fd, a, sizeof(a) - 1);
	a[n > 0 ? n : 0] = 0;
	close(fd);
	p = strrchr(a, ')');
	MUST(p && sscanf(a, "%d", &pid) == 1 && sscanf(p + 1, " %c %d", &state, &ppid) == 2);
	YES(pid == getpid() && ppid == getppid());
	printf("state %c\n", state);
	n = readlink("/proc/self", a, sizeof(a) - 1);
	YES(n > 0 && (a[n] = 0, strtol(a, NULL, 10) == getpid()));
	n = readlink("/proc/self/cwd", a, sizeof(a) - 1);
	YES(n > 0 && (a[n] = 0, getcwd(b, sizeof(b)) && strcmp(a, b) == 0));
	n = readlink("/proc/self/exe", a, sizeof(a) - 1);
	YES(n > 0 && a[0] == '/' && memcmp(a + n - 4, "self", 4) != 0);
	n = readlink("/proc/self/root", a, sizeof(a) - 1);
	YES(n == 1 && a[0] == '/');
	SHOW(open("/proc/self/none", O_RDONLY));
	SHOW(open("/proc/999999999", O_RDONLY));
	return 0;
}

int main(int argc, char **argv)
{
	char *args[] = {"self", "inner", "", "x y", NULL}, *env[] = {"K=V", "L=", NULL};
	pid_t pid;

	if (T_IS_ROLE("inner"))
		return inner();
	MUST(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, args, env) == 0);
	t_wait("inner", pid);
	return argc == 0;
}
