/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cloister-rewrite: assembler text in, assembler text out. Called under the name `as`, as the
 * compiler does when it finds it in its -B directory, it takes the assembler's arguments, rewrites
 * the inputs and hands the result to the real assembler.
 */
#include "expand.h"
#include "rewrite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct text {
	char *s;
	size_t n;
};

/* Appends a file ("-": standard input) to t. Returns 0 or -errno. */
static int read_file(struct text *t, const char *path)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	size_t room = t->n;
	ssize_t got = 0;

	if (fd < 0)
		return -errno;
	do {
		t->n += (size_t)got;
		if (room - t->n < 1 << 16) {
			room = room ? room * 2 : 1 << 20;
			char *grown = realloc(t->s, room);
			if (!grown)
				return -ENOMEM;
			t->s = grown;
		}
		got = read(fd, t->s + t->n, room - t->n - 1);
	} while (got > 0);
	int rc = got < 0 ? -errno : 0;
	if (fd != STDIN_FILENO)
		close(fd);
	t->s[t->n] = 0;
	return rc;
}

static int write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t put = write(fd, p, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		p += put;
		n -= (size_t)put;
	}
	return 0;
}

/* Rewrites the files into rw->out; the input text stays alive in *text. */
static int rewrite_files(struct rewrite *rw, struct text *text, char **paths, int n)
{
	for (int i = 0; i < n; i++) {
		int rc = read_file(text, paths[i]);

		if (rc) {
			fprintf(stderr, "%s: %s\n", paths[i], strerror(-rc));
			return rc;
		}
	}
	int rc = 0;
	if (expand_needed(text->s, text->n)) {
		struct out expanded = {0};

		rc = expand_text(&expanded, n ? paths[0] : "-", text->s, text->n);
		if (rc)
			return rc;
		free(text->s);
		*text = (struct text){expanded.buf, expanded.len};
	}
	rc = lex_split(&rw->src, n ? paths[0] : "-", text->s, text->n);
	if (!rc)
		rc = rewrite_run(rw);
	if (rc && rc != -EINVAL)
		fprintf(stderr, "%s: %s\n", n ? paths[0] : "-", strerror(-rc));
	return rc;
}

static int parse_guard(const char *name, enum guard *guard)
{
	static const char *const names[] = {"auto", "gs", "register"};

	for (int i = 0; i < 3; i++)
		if (!strcmp(name, names[i])) {
			*guard = (enum guard)i;
			return 0;
		}
	return -EINVAL;
}

/* Runs the real assembler on text from a pipe. Returns its exit status. */
static int assemble(char **argv, const struct out *out)
{
	int fd[2], status;

	if (pipe(fd))
		return 1;
	pid_t pid = fork();
	if (pid < 0)
		return 1;
	if (!pid) {
		dup2(fd[0], STDIN_FILENO);
		close(fd[0]);
		close(fd[1]);
		execvp("as", argv);
		perror("as");
		_exit(127);
	}
	close(fd[0]);
	(void)write_all(fd[1], out->buf, out->len); /* a dead assembler reports itself */
	close(fd[1]);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* Assembler options that take the next argument. */
static bool takes_argument(const char *opt)
{
	return !strcmp(opt, "-o") || !strcmp(opt, "-I") || !strcmp(opt, "--defsym") ||
	       !strcmp(opt, "-MD") || !strcmp(opt, "--MD");
}

static int run_as(int argc, char **argv)
{
	char **pass = calloc((size_t)argc + 2, sizeof(*pass));
	char **inputs = calloc((size_t)argc + 1, sizeof(*inputs));
	struct rewrite rw = {0};
	struct text text = {0};
	int npass = 0, ninputs = 0;
	bool query = false;

	if (!pass || !inputs)
		return 1;
	pass[npass++] = argv[0];
	for (int i = 1; i < argc; i++) {
		query |= !strcmp(argv[i], "--version") || !strcmp(argv[i], "--help") ||
			 !strcmp(argv[i], "-version");
		if (argv[i][0] != '-' || !argv[i][1]) {
			inputs[ninputs++] = argv[i];
			continue;
		}
		pass[npass++] = argv[i];
		if (takes_argument(argv[i]) && i + 1 < argc)
			pass[npass++] = argv[++i];
	}
	if (query) {
		execvp("as", argv);
		perror("as");
		return 127;
	}
	if (!ninputs)
		inputs[ninputs++] = (char[]){"-"};
	const char *guard = getenv("CLOISTER_GUARD");
	if (guard && parse_guard(guard, &rw.guard)) {
		fprintf(stderr, "CLOISTER_GUARD: auto, gs or register\n");
		return 1;
	}
	if (rewrite_files(&rw, &text, inputs, ninputs))
		return 1;
	return assemble(pass, &rw.out);
}

static int usage(void)
{
	fprintf(stderr,
		"usage: cloister-rewrite [--guard=auto|gs|register] [-o out.s] [in.s ...]\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *base = strrchr(argv[0], '/');
	struct rewrite rw = {0};
	struct text text = {0};
	const char *output = NULL;
	char *stdin_name = (char[]){"-"};
	int opt = 1;

	if (!strcmp(base ? base + 1 : argv[0], "as"))
		return run_as(argc, argv);
	for (; opt < argc && argv[opt][0] == '-' && argv[opt][1]; opt++) {
		if (!strncmp(argv[opt], "--guard=", 8)) {
			if (parse_guard(argv[opt] + 8, &rw.guard))
				return usage();
		} else if (!strcmp(argv[opt], "-o") && opt + 1 < argc) {
			output = argv[++opt];
		} else {
			return usage();
		}
	}
	int n = argc - opt;
	if (rewrite_files(&rw, &text, n ? argv + opt : &stdin_name, n ? n : 1))
		return 1;
	int fd = output ? open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)
			: STDOUT_FILENO;
	int rc = fd < 0 ? -errno : write_all(fd, rw.out.buf, rw.out.len);
	if (rc)
		fprintf(stderr, "%s: %s\n", output ? output : "stdout", strerror(-rc));
	out_free(&rw.out);
	symbols_free(&rw.syms);
	lex_free(&rw.src);
	free(text.s);
	return rc != 0;
}
