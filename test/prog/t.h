/* SPDX-License-Identifier: Apache-2.0 */
/* What the integration programs share: printing results so that a difference between two kernels is
 * visible, a scratch directory, and children without fork.
 *
 * A program prints what system calls return, by name and never by address, pid or time, so that its
 * output is the same on every correct kernel. Standard output is line buffered: lines of a parent
 * and of its children appear in the order in which they were printed. Everything is static and
 * unused functions are no warning; each program is one translation unit. */
#ifndef T_H
#define T_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define T_UNUSED   __attribute__((unused))
#define T_COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define T_NOINLINE __attribute__((noinline))

/* clang-format off */
#define T_ERRNOS(X) \
	X(EPERM) X(ENOENT) X(ESRCH) X(EINTR) X(EIO) X(ENXIO) X(E2BIG) X(ENOEXEC) X(EBADF) X(ECHILD) \
	X(EAGAIN) X(ENOMEM) X(EACCES) X(EFAULT) X(ENOTBLK) X(EBUSY) X(EEXIST) X(EXDEV) X(ENODEV) \
	X(ENOTDIR) X(EISDIR) X(EINVAL) X(ENFILE) X(EMFILE) X(ENOTTY) X(ETXTBSY) X(EFBIG) X(ENOSPC) \
	X(ESPIPE) X(EROFS) X(EMLINK) X(EPIPE) X(EDOM) X(ERANGE) X(EDEADLK) X(ENAMETOOLONG) X(ENOLCK) \
	X(ENOSYS) X(ENOTEMPTY) X(ELOOP) X(ENOMSG) X(EIDRM) X(ENODATA) X(ETIME) X(EPROTO) X(EBADMSG) \
	X(EOVERFLOW) X(EILSEQ) X(ENOTSOCK) X(EDESTADDRREQ) X(EMSGSIZE) X(EPROTOTYPE) X(ENOPROTOOPT) \
	X(EPROTONOSUPPORT) X(ESOCKTNOSUPPORT) X(EOPNOTSUPP) X(EAFNOSUPPORT) X(EADDRINUSE) \
	X(EADDRNOTAVAIL) X(ECONNABORTED) X(ECONNRESET) X(ENOBUFS) X(EISCONN) X(ENOTCONN) X(ESHUTDOWN) \
	X(ETIMEDOUT) X(ECONNREFUSED) X(EALREADY) X(EINPROGRESS) X(ECANCELED) X(EOWNERDEAD) \
	X(ENOTRECOVERABLE)
#define T_SIGNALS(X) \
	X(SIGHUP) X(SIGINT) X(SIGQUIT) X(SIGILL) X(SIGTRAP) X(SIGABRT) X(SIGBUS) X(SIGFPE) X(SIGKILL) \
	X(SIGUSR1) X(SIGSEGV) X(SIGUSR2) X(SIGPIPE) X(SIGALRM) X(SIGTERM) X(SIGSTKFLT) X(SIGCHLD) \
	X(SIGCONT) X(SIGSTOP) X(SIGTSTP) X(SIGTTIN) X(SIGTTOU) X(SIGURG) X(SIGXCPU) X(SIGXFSZ) \
	X(SIGVTALRM) X(SIGPROF) X(SIGWINCH) X(SIGIO) X(SIGPWR) X(SIGSYS)
/* clang-format on */

#define T_CASE(name)                                                                               \
	case name:                                                                                 \
		return #name;

/* "ENOENT"; a number not in the table reads "errno-N" (one at a time: static buffer). */
T_UNUSED static const char *t_errname(int e)
{
	static char other[24];

	switch (e) {
		T_ERRNOS(T_CASE)
	}
	snprintf(other, sizeof(other), "errno-%d", e);
	return other;
}

T_UNUSED static const char *t_signame(int sig)
{
	static char other[24];

	switch (sig) {
		T_SIGNALS(T_CASE)
	}
	if (sig >= SIGRTMIN && sig <= SIGRTMAX)
		snprintf(other, sizeof(other), "SIGRTMIN+%d", sig - SIGRTMIN);
	else
		snprintf(other, sizeof(other), "signal-%d", sig);
	return other;
}

/* What the compiler shall not know: arguments that it would warn of. */
T_UNUSED static void *volatile t_null;
T_UNUSED static volatile int t_minus_one = -1;

/* One line: the call, and what came back. */
T_UNUSED static long t_show(const char *call, long value)
{
	if (value == -1 && errno)
		printf("%s = -1 %s\n", call, t_errname(errno));
	else
		printf("%s = %ld\n", call, value);
	return value;
}

/* The result of a call that returns -1 and errno; evaluates to it. */
#define SHOW(call) t_show(#call, (errno = 0, (long)(call)))
/* The same under another name, for the rows of a table. */
#define SHOW_AS(name, call) t_show(name, (errno = 0, (long)(call)))
/* A call that returns an error number, as the pthread functions do. */
#define SHOW_ERR(call) t_show_err(#call, (call))
/* A fact. */
#define YES(fact) printf("%s: %s\n", #fact, (fact) ? "yes" : "no")

T_UNUSED static int t_show_err(const char *call, int e)
{
	printf("%s: %s\n", call, e ? t_errname(e) : "ok");
	return e;
}

/* What must work for the test to mean anything. */
#define MUST(fact)                                                                                 \
	do {                                                                                       \
		if (!(fact))                                                                       \
			t_die(__LINE__, #fact);                                                    \
	} while (0)

T_UNUSED static void t_die(int line, const char *what)
{
	printf("line %d: %s: %s\n", line, what, t_errname(errno));
	exit(99);
}

__attribute__((constructor)) static void t_begin(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
}

T_UNUSED static void t_sleep_ms(int ms)
{
	struct timespec ts = {ms / 1000, ms % 1000 * 1000000L};

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

T_UNUSED static int64_t t_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* ---- a scratch directory ---- */

T_UNUSED static int t_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path), 0;
}

/* Run a test in an empty directory below `where`. Its path is not for printing. */
T_UNUSED static void t_in_dir(const char *where, void (*test)(void))
{
	char *home = getcwd(NULL, 0), dir[64];

	snprintf(dir, sizeof(dir), "%s/t-XXXXXX", where);
	printf("-- in %s\n", where);
	MUST(mkdtemp(dir));
	MUST(chdir(dir) == 0);
	test();
	MUST(chdir(home) == 0);
	nftw(dir, t_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(home);
}

/* The same below /tmp and below the directory we were started in: two file systems, in an enclave. */
T_UNUSED static void t_in_dirs(void (*test)(void))
{
	t_in_dir("/tmp", test);
	t_in_dir(".", test);
}

/* A file with this content; the descriptor is open for reading and writing at offset 0. */
T_UNUSED static int t_file(const char *path, const char *text)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);

	MUST(fd >= 0);
	MUST(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	MUST(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

/* Prints the content of a file as one quoted line. */
T_UNUSED static void t_cat(const char *path)
{
	char buf[256];
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);

	if (n < 0) {
		printf("%s: %s\n", path, t_errname(errno));
	} else {
		buf[n] = 0;
		printf("%s: \"", path);
		for (ssize_t i = 0; i < n; i++)
			printf(buf[i] >= ' ' && buf[i] <= '~' ? "%c" : "\\%03o",
				(unsigned char)buf[i]);
		printf("\"\n");
	}
	if (fd >= 0)
		close(fd);
}

/* ---- children ---- */

extern char **environ;

/* Start this program again as `self ROLE [ARG]`; main() is to look at argv[1]. */
T_UNUSED static pid_t t_spawn(const char *role, const char *arg)
{
	char *argv[] = {"self", (char *)role, (char *)arg, NULL};
	pid_t pid;
	int e = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ);

	errno = e;
	MUST(e == 0);
	return pid;
}

#define T_IS_ROLE(name) (argc > 1 && strcmp(argv[1], name) == 0)

T_UNUSED static void t_show_status(const char *who, int status)
{
	if (WIFEXITED(status))
		printf("%s exited with %d\n", who, WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		printf("%s was killed by %s\n", who, t_signame(WTERMSIG(status)));
	else if (WIFSTOPPED(status))
		printf("%s was stopped by %s\n", who, t_signame(WSTOPSIG(status)));
	else if (WIFCONTINUED(status))
		printf("%s was continued\n", who);
	else
		printf("%s: status %#x\n", who, (unsigned)status);
}

/* Wait for a child and print how it ended. */
T_UNUSED static void t_wait(const char *who, pid_t pid)
{
	int status = 0;
	pid_t got;

	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	MUST(got == pid);
	t_show_status(who, status);
}

/* ---- signals ---- */

T_UNUSED static void t_handle(int sig, void (*handler)(int), int flags)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = flags};

	MUST(sigaction(sig, &sa, NULL) == 0);
}

T_UNUSED static void t_handle_info(int sig, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = flags | SA_SIGINFO};

	MUST(sigaction(sig, &sa, NULL) == 0);
}

T_UNUSED static sigset_t t_sigset(int sig)
{
	sigset_t set;

	sigemptyset(&set);
	if (sig)
		sigaddset(&set, sig);
	return set;
}

#endif
