/* SPDX-License-Identifier: Apache-2.0 */
/* run: plain */
/* A shell-like pipeline by posix_spawn: descriptors, exit statuses, a program that is not there. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static pid_t spawn(char **argv, int in, int out, int *err)
{
	posix_spawn_file_actions_t fa;
	pid_t pid = -1;

	posix_spawn_file_actions_init(&fa);
	if (in >= 0)
		posix_spawn_file_actions_adddup2(&fa, in, 0);
	if (out >= 0)
		posix_spawn_file_actions_adddup2(&fa, out, 1);
	*err = posix_spawnp(&pid, argv[0], &fa, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&fa);
	return pid;
}

static int status_of(pid_t pid)
{
	int st = -1;

	while (waitpid(pid, &st, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(st) ? WEXITSTATUS(st) : 1000 + WTERMSIG(st);
}

int main(void)
{
	char *tr[] = {"tr", "a-z", "A-Z", NULL}, *sort[] = {"sort", NULL};
	char *no[] = {"/bin/false", NULL}, *gone[] = {"/no/such/program", NULL};
	int to_tr[2], to_sort[2], from[2], err;
	char buf[256];
	pid_t a, b;

	if (pipe2(to_tr, O_CLOEXEC) || pipe2(to_sort, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		return 1;
	a = spawn(tr, to_tr[0], to_sort[1], &err);
	b = spawn(sort, to_sort[0], from[1], &err);
	close(to_tr[0]);
	close(to_sort[0]);
	close(to_sort[1]);
	close(from[1]);
	printf("wrote %zd\n", write(to_tr[1], "pear\napple\nfig\n", 15));
	close(to_tr[1]);
	for (ssize_t n; (n = read(from[0], buf, sizeof buf)) > 0;)
		printf("%.*s", (int)n, buf);
	printf("tr %d, sort %d\n", status_of(a), status_of(b));
	a = spawn(no, -1, -1, &err);
	printf("false %d\n", status_of(a));
	spawn(gone, -1, -1, &err);
	printf("gone: %s\n", strerror(err));
	printf("no child: %d %s\n", waitpid(-1, NULL, WNOHANG), strerror(errno));
	return 0;
}
