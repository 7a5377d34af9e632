/* SPDX-License-Identifier: Apache-2.0 */
/* posix_spawn file actions run in order: open, dup2, close, chdir; a failing one is the error. */
#include "t.h"

static int report(void)
{
	char line[64] = "", *cwd = getcwd(NULL, 0);
	int open_fds = 0;

	YES(strcmp(strrchr(cwd, '/'), "/dir") == 0);
	printf("read %s", fgets(line, sizeof(line), stdin));
	dprintf(2, "to stderr\n");
	for (int fd = 0; fd < 10; fd++)
		open_fds += fcntl(fd, F_GETFD) >= 0;
	printf("%d open\n", open_fds);
	return 0;
}

static void run(void (*prepare)(posix_spawn_file_actions_t *), const char *name)
{
	posix_spawn_file_actions_t fa;
	char *argv[] = {"self", "report", NULL};
	pid_t pid;
	int e;

	posix_spawn_file_actions_init(&fa);
	prepare(&fa);
	e = posix_spawn(&pid, "/proc/self/exe", &fa, NULL, argv, environ);
	if (e)
		printf("%s: %s\n", name, t_errname(e));
	else
		t_wait(name, pid);
	posix_spawn_file_actions_destroy(&fa);
}

static void to_files(posix_spawn_file_actions_t *fa)
{
	posix_spawn_file_actions_addopen(fa, 0, "in", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(fa, 1, "out", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	posix_spawn_file_actions_adddup2(fa, 1, 2);
	for (int fd = 3; fd < 10; fd++)
		posix_spawn_file_actions_addclose(fa, fd);
}

static void missing(posix_spawn_file_actions_t *fa)
{
	posix_spawn_file_actions_addopen(fa, 0, "no/such", O_RDONLY, 0);
}

static void bad_dup(posix_spawn_file_actions_t *fa)
{
	posix_spawn_file_actions_adddup2(fa, 77, 1);
}

static void other_dir(posix_spawn_file_actions_t *fa)
{
	posix_spawn_file_actions_addchdir_np(fa, "dir");
	posix_spawn_file_actions_addopen(fa, 0, "../in", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(fa, 1, "../out2", O_WRONLY | O_CREAT, 0600);
	posix_spawn_file_actions_addopen(fa, 2, "/dev/null", O_WRONLY, 0);
}

static void all(void)
{
	close(t_file("in", "line\n"));
	MUST(mkdir("dir", 0755) == 0);
	run(missing, "missing");
	run(bad_dup, "bad dup2");
	run(other_dir, "chdir");
	t_cat("out2");
	if (chdir("dir") == 0 && chdir("..") == 0)
		run(to_files, "to files");
	t_cat("out");
	MUST(truncate("out", 0) == 0);
	run(to_files, "again");
}

int main(int argc, char **argv)
{
	if (T_IS_ROLE("report"))
		return report();
	t_in_dirs(all);
	return argv == NULL;
}
