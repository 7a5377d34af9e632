/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cloister run: a program and its arguments into a new enclave. Options become struct
 * launch_params; everything else is the loader's (host/include/launch.h).
 */
#include "cli.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launch.h"

extern char **environ;

static const char usage[] =
	"Usage: cloister run [OPTION]... [--] PROGRAM [ARG]...\n"
	"\n"
	"Run PROGRAM and what it starts inside one new enclave.\n"
	"\n"
	"  --bind SRC:DST[:rw]  show the host's SRC as DST inside, read-only unless :rw\n"
	"  --env NAME[=VALUE]   set a variable, or copy it from here\n"
	"  --cwd DIR            working directory inside (default: this one, if visible there)\n"
	"  --vcpus N            threads inside at a time (default: one per CPU)\n"
	"  --mem SIZE           memory for programs, e.g. 512M or 4G (default: half of the machine's)\n"
	"  --isolation MODE     sip, mixed or plain (default: plain)\n"
	"  --strace             print system calls\n"
	"  --enclave FILE       the enclave to run, with its signature in FILE.sig\n"
	"  --debug              create a debug enclave, which protects nothing\n"
	"\n"
	"The host's / is visible read-only. Of the environment PATH, HOME, USER, LOGNAME, SHELL, TERM,\n"
	"TZ, LANG, LANGUAGE and LC_* are passed on. Exit status: the program's, 128+N if signal N ended\n"
	"it, 126 or 127 if it could not be run, 125 if Cloister failed.\n";

enum {
	OPT_BIND = 256,
	OPT_ENV,
	OPT_CWD,
	OPT_VCPUS,
	OPT_MEM,
	OPT_ISOLATION,
	OPT_STRACE,
	OPT_ENCLAVE,
	OPT_DEBUG,
	OPT_HELP
};

static const struct option options[] = {
	{"bind", required_argument, NULL, OPT_BIND},
	{"env", required_argument, NULL, OPT_ENV},
	{"cwd", required_argument, NULL, OPT_CWD},
	{"vcpus", required_argument, NULL, OPT_VCPUS},
	{"mem", required_argument, NULL, OPT_MEM},
	{"isolation", required_argument, NULL, OPT_ISOLATION},
	{"strace", no_argument, NULL, OPT_STRACE},
	{"enclave", required_argument, NULL, OPT_ENCLAVE},
	{"debug", no_argument, NULL, OPT_DEBUG},
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0},
};

#define BINDS_MAX 64
#define ENV_MAX   1024
#define MEM_MIN   (32ull << 20)

struct run_args {
	struct launch_params p;
	struct launch_bind binds[BINDS_MAX];
	char *env[ENV_MAX + 1];
	size_t nenv;
};

/* ---- environment ---- */

static bool passed_on(const char *var)
{
	static const char *const names[] = {"PATH=", "HOME=", "USER=", "LOGNAME=", "SHELL=",
		"TERM=", "TZ=", "LANG=", "LANGUAGE=", "LC_"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strncmp(var, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* Takes "NAME=VALUE", replacing an earlier NAME. 0 or CLI_FAILURE. */
static int env_set(struct run_args *a, char *var)
{
	size_t name = strcspn(var, "=") + 1;

	for (size_t i = 0; i < a->nenv; i++)
		if (strncmp(a->env[i], var, name) == 0) {
			a->env[i] = var;
			return 0;
		}
	if (a->nenv == ENV_MAX)
		return cli_fail("run: more than %d environment variables", ENV_MAX);
	a->env[a->nenv++] = var;
	return 0;
}

static int env_option(struct run_args *a, char *arg)
{
	size_t len = strlen(arg);

	if (*arg == '=' || len == 0)
		return cli_fail("run: --env %s: names no variable", arg);
	if (strchr(arg, '=') != NULL)
		return env_set(a, arg);
	for (char **e = environ; *e != NULL; e++)
		if (strncmp(*e, arg, len) == 0 && (*e)[len] == '=')
			return env_set(a, *e);
	return 0; /* not set here: not set there */
}

/* ---- numbers, binds ---- */

/* "N", "NK", "NM", "NG", "NT": bytes, or 0 if it is nothing like that. */
static uint64_t parse_size(const char *s)
{
	static const char units[] = "KMGT";
	char *end;
	unsigned long long n;
	unsigned shift = 0;

	errno = 0;
	n = strtoull(s, &end, 10);
	if (*end != '\0') {
		const char *unit = strchr(units, *end & ~0x20);

		if (unit == NULL || end[1] != '\0')
			return 0;
		shift = 10 * (unsigned)(unit - units + 1);
	}
	return errno || end == s || *s == '-' || n > UINT64_MAX >> shift ? 0 : n << shift;
}

/* A later bind of the same place inside replaces the earlier. */
static int bind_add(struct run_args *a, const char *src, const char *dst, bool rw)
{
	size_t i = 0;

	while (i < a->p.nbinds && strcmp(a->binds[i].dst, dst) != 0)
		i++;
	if (i == BINDS_MAX)
		return cli_fail("run: more than %d binds", BINDS_MAX);
	a->binds[i] = (struct launch_bind){src, dst, rw};
	if (i == a->p.nbinds)
		a->p.nbinds++;
	return 0;
}

/* A path inside, without what only another path could be meant by: "//", "/." and a last "/". False
 * with "..", which means nothing before there are directories. */
static bool plain_path(char *path)
{
	char *to = path;

	for (char *p = path; *p != '\0';) {
		size_t n = strcspn(++p, "/");

		if (n == 2 && strncmp(p, "..", 2) == 0)
			return false;
		if (n > 0 && !(n == 1 && *p == '.')) {
			*to++ = '/';
			memmove(to, p, n);
			to += n;
		}
		p += n;
	}
	if (to == path)
		*to++ = '/';
	*to = '\0';
	return true;
}

static int bind_option(struct run_args *a, char *arg)
{
	char *dst = strchr(arg, ':'), *mode = dst ? strchr(dst + 1, ':') : NULL, *src;

	if (dst == NULL || dst[1] != '/' || (mode && strcmp(mode, ":rw") && strcmp(mode, ":ro")))
		return cli_fail("run: --bind %s: is not SRC:DST[:rw] with an absolute DST", arg);
	*dst++ = '\0';
	if (mode)
		*mode++ = '\0';
	if (!plain_path(dst))
		return cli_fail("run: --bind %s:%s: must not have .. in DST", arg, dst);
	src = realpath(arg, NULL); /* lives as long as the process */
	if (src == NULL)
		return cli_fail_errno(arg, "cannot be bound", -errno);
	return bind_add(a, src, dst, mode && strcmp(mode, "rw") == 0);
}

/* ---- options ---- */

static int take_option(struct run_args *a, int opt)
{
	uint64_t n;

	switch (opt) {
	case OPT_BIND:
		return bind_option(a, optarg);
	case OPT_ENV:
		return env_option(a, optarg);
	case OPT_CWD:
		a->p.cwd = optarg;
		return *optarg == '/' ? 0 : cli_fail("run: --cwd %s: is not absolute", optarg);
	case OPT_VCPUS:
		n = parse_size(optarg);
		a->p.vcpus = n <= INT_MAX ? (unsigned)n : 0;
		return a->p.vcpus ? 0 : cli_fail("run: --vcpus %s: is not a number", optarg);
	case OPT_MEM:
		a->p.mem = parse_size(optarg);
		return a->p.mem >= MEM_MIN
			       ? 0
			       : cli_fail("run: --mem %s: is not a size of 32M or more", optarg);
	case OPT_ISOLATION:
		a->p.isolation = optarg;
		if (strcmp(optarg, "sip") && strcmp(optarg, "mixed") && strcmp(optarg, "plain"))
			return cli_fail("run: --isolation %s: is not sip, mixed or plain", optarg);
		return 0;
	case OPT_STRACE:
		a->p.strace = true;
		return 0;
	case OPT_ENCLAVE:
		a->p.enclave = optarg;
		return 0;
	case OPT_DEBUG:
		a->p.debug = true;
		return 0;
	default:
		return cli_usage_error("run");
	}
}

int cmd_run(int argc, char **argv)
{
	static struct run_args a;
	int opt, err = bind_add(&a, "/", "/", false);
	char *cwd;

	a.p.isolation = "plain";
	a.p.binds = a.binds;
	a.p.env = a.env;
	for (char **e = environ; *e != NULL && !err; e++)
		if (passed_on(*e))
			err = env_set(&a, *e);
	/* "+": the program's own options are not ours */
	while (!err && (opt = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
		if (opt == OPT_HELP || opt == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		err = take_option(&a, opt);
	}
	if (err)
		return err;
	if (optind >= argc)
		return cli_fail("run: names no program (see 'cloister help run')");
	a.p.argv = argv + optind;
	cwd = a.p.cwd ? NULL : getcwd(NULL, 0);
	if (a.p.cwd == NULL) {
		a.p.cwd = cwd && *cwd == '/' ? cwd : "/"; /* not "(unreachable)..." */
		a.p.cwd_hint = true;
	}
	return launch(&a.p);
}
