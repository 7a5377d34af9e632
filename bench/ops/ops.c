/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ops NAME [ARG]: one operation of a process, over and over; prints the best of several rounds, ns
 * per operation. The same source runs natively (static musl), as a SIP and as a plain program.
 */
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 5

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void op_getppid(int n, const char *arg)
{
	(void)arg;
	for (int i = 0; i < n; i++)
		(void)getppid();
}

static void reap(pid_t pid)
{
	int st;

	if (waitpid(pid, &st, 0) != pid || st != 0)
		die("wait");
}

static void op_spawn(int n, const char *path)
{
	char *argv[] = {(char *)path, (char *)"true", NULL}, *env[] = {NULL};

	for (int i = 0; i < n; i++) {
		pid_t pid;

		if (posix_spawn(&pid, path, NULL, NULL, argv, env) != 0)
			die(path);
		reap(pid);
	}
}

/* arg: KiB of written data that the process has. */
static void op_fork(int n, const char *arg)
{
	static char *data;
	size_t len = (size_t)atoi(arg) * 1024;

	if (data == NULL)
		data = malloc(len);
	memset(data, 1, len);
	for (int i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0)
			_exit(data[len - 1] - 1);
		reap(pid);
	}
}

static void make_pipes(int to[2], int from[2])
{
	if (pipe(to) < 0 || pipe(from) < 0)
		die("pipe");
}

static pid_t spawn_self(const char *role, int in, int out)
{
	char a[16], b[16];
	char *argv[] = {(char *)"ops", (char *)role, a, b, NULL}, *env[] = {NULL};
	pid_t pid;

	snprintf(a, sizeof a, "%d", in);
	snprintf(b, sizeof b, "%d", out);
	if (posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, env) != 0)
		die("spawn self");
	return pid;
}

/* Another process sends every byte back. */
static void op_pipe_rtt(int n, const char *arg)
{
	int to[2], from[2];
	char c = 0;

	(void)arg;
	make_pipes(to, from);
	pid_t pid = spawn_self("echo", to[0], from[1]);

	for (int i = 0; i < n; i++)
		if (write(to[1], &c, 1) != 1 || read(from[0], &c, 1) != 1)
			die("pipe");
	c = 'q';
	(void)!write(to[1], &c, 1);
	reap(pid);
	close(to[0]), close(to[1]), close(from[0]), close(from[1]);
}

static int role_echo(int in, int out)
{
	char c;

	while (read(in, &c, 1) == 1 && c != 'q')
		if (write(out, &c, 1) != 1)
			return 1;
	return 0;
}

/* n blocks of 64 KiB to another process. */
static void op_pipe_bw64k(int n, const char *arg)
{
	static char block[65536];
	int to[2], from[2];

	(void)arg;
	make_pipes(to, from);
	fcntl(to[1], F_SETFD, FD_CLOEXEC);
	pid_t pid = spawn_self("drain", to[0], from[1]);

	for (int i = 0; i < n; i++)
		for (size_t done = 0; done < sizeof block;) {
			ssize_t k = write(to[1], block + done, sizeof block - done);

			if (k <= 0)
				die("write");
			done += (size_t)k;
		}
	close(to[1]);
	reap(pid);
	close(to[0]), close(from[0]), close(from[1]);
}

static int role_drain(int in, int out)
{
	static char block[65536];

	(void)out;
	while (read(in, block, sizeof block) > 0)
		;
	return 0;
}

/* 16 processes in a ring hand a byte on: n hops. */
static void op_ctx_switch16(int n, const char *arg)
{
	int p[17][2];
	pid_t pid[16];
	char c = 0;

	(void)arg;
	for (int i = 0; i < 17; i++)
		if (pipe(p[i]) < 0)
			die("pipe");
	for (int i = 0; i < 16; i++)
		pid[i] = spawn_self("hand", p[i][0], p[i + 1][1]);
	for (int i = 0; i < n / 16; i++)
		if (write(p[0][1], &c, 1) != 1 || read(p[16][0], &c, 1) != 1)
			die("ring");
	c = 'q';
	(void)!write(p[0][1], &c, 1);
	for (int i = 0; i < 16; i++)
		reap(pid[i]);
	for (int i = 0; i < 17; i++)
		close(p[i][0]), close(p[i][1]);
}

static int role_hand(int in, int out)
{
	char c;

	do
		if (read(in, &c, 1) != 1 || write(out, &c, 1) != 1)
			return 1;
	while (c != 'q');
	return 0;
}

static unsigned word;
static int turns;

static void futex(int op, unsigned val)
{
	syscall(SYS_futex, &word, op | FUTEX_PRIVATE_FLAG, val, NULL, NULL, 0);
}

static void play(unsigned mine)
{
	for (int i = 0; i < turns; i++) {
		unsigned seen;

		while ((seen = __atomic_load_n(&word, __ATOMIC_ACQUIRE)) % 2 != mine)
			futex(FUTEX_WAIT, seen);
		__atomic_store_n(&word, seen + 1, __ATOMIC_RELEASE);
		futex(FUTEX_WAKE, 1);
	}
}

static void *other_player(void *arg)
{
	(void)arg;
	play(1);
	return NULL;
}

static void op_futex_pingpong(int n, const char *arg)
{
	pthread_t t;

	(void)arg;
	turns = n;
	if (pthread_create(&t, NULL, other_player, NULL) != 0)
		die("thread");
	play(0);
	pthread_join(t, NULL);
}

static void *nothing(void *arg)
{
	return arg;
}

static void op_thread_create(int n, const char *arg)
{
	(void)arg;
	for (int i = 0; i < n; i++) {
		pthread_t t;

		if (pthread_create(&t, NULL, nothing, NULL) != 0)
			die("thread");
		pthread_join(t, NULL);
	}
}

static const struct {
	const char *name;
	void (*fn)(int n, const char *arg);
	int n;
} ops[] = {
	{"getppid", op_getppid, 200000},
	{"spawn", op_spawn, 200},
	{"fork", op_fork, 200},
	{"pipe_rtt", op_pipe_rtt, 20000},
	{"pipe_bw64k", op_pipe_bw64k, 4000},
	{"ctx_switch16", op_ctx_switch16, 16 * 2000},
	{"futex_pingpong", op_futex_pingpong, 20000},
	{"thread_create", op_thread_create, 2000},
};

static const struct {
	const char *name;
	int (*fn)(int in, int out);
} roles[] = {{"echo", role_echo}, {"drain", role_drain}, {"hand", role_hand}};

static void run(unsigned i, const char *arg)
{
	double best = 1e18;

	for (int r = 0; r < ROUNDS; r++) {
		double start = now_ns();

		ops[i].fn(ops[i].n, arg);
		double t = (now_ns() - start) / ops[i].n;
		if (t < best)
			best = t;
	}
	printf("%.2f\n", best);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "true") == 0)
		return 0;
	for (unsigned i = 0; argc == 4 && i < sizeof roles / sizeof roles[0]; i++)
		if (strcmp(argv[1], roles[i].name) == 0)
			return roles[i].fn(atoi(argv[2]), atoi(argv[3]));
	for (unsigned i = 0; argc > 1 && i < sizeof ops / sizeof ops[0]; i++)
		if (strcmp(argv[1], ops[i].name) == 0) {
			run(i, argc > 2 ? argv[2] : NULL);
			return 0;
		}
	fprintf(stderr, "usage: ops NAME [ARG]\n");
	return 2;
}
