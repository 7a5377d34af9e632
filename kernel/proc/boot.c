/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Process 1 is the program that was asked for, as in a container: no init above it, orphans become
 * its children, its end is the end of the enclave. Signals that the loader receives go to it. A
 * program that cannot be started is one line on stderr and status 126 or 127, as a shell would
 * give.
 */
#include "conf.h"
#include "file.h"
#include "host.h"
#include "klog.h"
#include "kmem.h"
#include "linux_errno.h"
#include "linux_fs.h"
#include "mem.h"
#include "mm.h"
#include "plat.h"
#include "task.h"
#include "tty.h"

#define EXIT_NOT_FOUND  127
#define EXIT_CANNOT_RUN 126
#define EXIT_OWN        125 /* Cloister's own failure */
#define DEFAULT_PATH    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define UMASK_DEFAULT   022u

static _Noreturn void fail(unsigned status, const char *name, const char *why)
{
	klog("%s: %s", name, why);
	host_exit(status);
}

static const char *errno_text(int e)
{
	switch (e) {
	case ENOENT:
		return "no such file";
	case EACCES:
		return "permission denied";
	case ENOTDIR:
		return "not a directory";
	case EISDIR:
		return "is a directory";
	case ELOOP:
		return "too many levels of links or interpreters";
	case ENOEXEC:
		return "not an executable format";
	case ELIBBAD:
		return "its interpreter is not an executable";
	case ENOMEM:
		return "not enough enclave memory";
	case E2BIG:
		return "arguments too long";
	case ENAMETOOLONG:
		return "name too long";
	case EIO:
		return "input/output error";
	case EPROTO:
		return "the host answered nonsense";
	default:
		return "failed";
	}
}

/* ---- configuration ---- */

static int conf_strings(uint32_t kind, struct strvec *v)
{
	const char *s;
	size_t off = 0, len;

	while ((s = conf_next(&off, kind, &len)) != NULL) {
		char *str = conf_string(s, len);
		int r = str == NULL ? -ENOMEM : strvec_add(v, str);
		kfree(str);
		if (r < 0)
			return r;
	}
	return 0;
}

static unsigned conf_umask(void)
{
	size_t off = 0, len;
	uint32_t mask = UMASK_DEFAULT;
	const char *s = conf_next(&off, CONF_UMASK, &len);

	if (s != NULL && len == sizeof mask)
		memcpy(&mask, s, sizeof mask);
	return mask & 0777;
}

static void set_cwd(struct proc *p)
{
	size_t off = 0, len;
	const char *s = conf_next(&off, CONF_CWD, &len);
	bool must = s != NULL;

	off = 0;
	if (s == NULL && (s = conf_next(&off, CONF_CWD_HINT, &len)) == NULL)
		return;
	char *dir = conf_string(s, len);
	int r = dir == NULL ? -ENOMEM : fsctx_set_cwd(p->fs, dir);
	if (r < 0 && (must || dir == NULL))
		fail(EXIT_OWN, dir != NULL ? dir : "--cwd", errno_text(-r));
	kfree(dir);
}

/* ---- finding the program ---- */

static const char *search_path(const struct strvec *envs)
{
	const char *s = envs->buf;

	for (unsigned i = 0; i < envs->n; i++, s += strlen(s) + 1)
		if (strncmp(s, "PATH=", 5) == 0)
			return s + 5;
	return DEFAULT_PATH;
}

/* execvp: the first directory of PATH that has it; EACCES only if no other one does. */
static int find_in_path(struct exec *x, const char *name)
{
	const char *dir = search_path(&x->envs);
	int worst = -ENOENT;

	for (;;) {
		size_t n = 0;
		while (dir[n] != ':' && dir[n] != '\0')
			n++;
		x->path = kmalloc(n + strlen(name) + 2);
		if (x->path == NULL)
			return -ENOMEM;
		memcpy(x->path, dir, n);
		size_t at = n;
		if (n > 0)
			x->path[at++] = '/';
		strlcpy(x->path + at, name, strlen(name) + 1);
		int r = exec_open(x, AT_FDCWD, 0);
		if (r == 0)
			return 0;
		kfree(x->path);
		x->path = NULL;
		if (r == -EACCES)
			worst = r;
		else if (r != -ENOENT && r != -ENOTDIR && r != -ENAMETOOLONG)
			return r;
		if (dir[n] == '\0')
			return worst;
		dir += n + 1;
	}
}

static int find_program(struct exec *x, const char *name)
{
	if (name[0] == '\0')
		return -ENOENT;
	if (strchr(name, '/') == NULL)
		return find_in_path(x, name);
	x->path = kstrdup(name);
	return x->path == NULL ? -ENOMEM : exec_open(x, AT_FDCWD, 0);
}

/* ---- process 1 ---- */

static struct proc *make_init(struct thread *t)
{
	struct proc *p = proc_new(NULL, pid_alloc());

	if (p == NULL || (t->tp = tproc_new(t, NULL)) == NULL)
		fail(EXIT_OWN, "boot", errno_text(ENOMEM));
	p->files = fdtable_new();
	p->fs = fsctx_new();
	p->sig = sigstate_new();
	if (p->files == NULL || p->fs == NULL || p->sig == NULL)
		fail(EXIT_OWN, "boot", errno_text(ENOMEM));
	thread_attach(t, p, p->pid);
	proc_publish(p);
	return p;
}

static _Noreturn void fail_load(const struct exec *x, const char *name, int error)
{
	klog("%s: %s%s%s%s%s", name, x->why != NULL ? x->why : "", x->culprit != NULL ? " " : "",
		x->culprit != NULL ? x->culprit : "", x->why != NULL ? ": " : "", errno_text(error));
	host_exit(error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN);
}

static void load_program(struct exec *x)
{
	if (conf_strings(CONF_ARG, &x->args) < 0 || conf_strings(CONF_ENV, &x->envs) < 0)
		fail(EXIT_OWN, "boot", errno_text(ENOMEM));
	if (x->args.n == 0)
		fail(EXIT_OWN, "boot", "no program was named");
	char *name = kstrdup(x->args.buf);
	if (name == NULL)
		fail(EXIT_OWN, "boot", errno_text(ENOMEM));
	int r = find_program(x, name);
	if (r < 0)
		fail(r == -ENOENT || r == -ENOTDIR ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN, name,
			r == -ENOENT && strchr(name, '/') == NULL ? "not found in PATH"
								  : errno_text(-r));
	r = exec_prepare(x);
	if (r < 0)
		fail_load(x, name, -r);
	kfree(name);
}

/* ---- signals from outside ---- */

static struct hostasync host_signal;

/* What the host's terminal sends its foreground group goes to the one that is ours. */
static void host_signal_came(struct hostasync *a, long sig)
{
	struct proc *p = proc_init();

	if (tty_loader() != NULL && tty_loader()->pgrp != 0 &&
		(sig == SIGINT || sig == SIGQUIT || sig == SIGTSTP || sig == SIGWINCH))
		tty_signal(tty_loader(), (int)sig);
	else if (sig > 0 && sig < SIGRTMIN && p != NULL)
		signal_send_proc(p, (int)sig, SI_KERNEL);
	if (sig >= 0)
		(void)host_signal_async(a);
}

void proc_boot(void)
{
	struct exec x = {0};
	struct thread *self = thread_self();
	struct thread *t = thread_new(true);

	if (t == NULL)
		fail(EXIT_OWN, "boot", errno_text(ENOMEM));
	struct proc *p = make_init(t);
	/* The file system acts for a process: lend this kernel thread the new one's. */
	self->proc = p;
	const char *where;
	int r = fs_boot(p->files, p->fs, &where);
	if (r < 0) {
		klog("cannot mount %s: %s", where, errno_text(-r));
		host_exit(EXIT_OWN);
	}
	fsctx_set_umask(p->fs, conf_umask());
	set_cwd(p);
	load_program(&x);
	if (exec_ready(&x, t) < 0)
		fail(EXIT_OWN, "boot", errno_text(ENOMEM));
	exec_enter(&x, p, t);
	p->execed = false;
	exec_free(&x);
	self->proc = NULL;
	host_signal.done = host_signal_came;
	r = host_signal_async(&host_signal);
	if (r < 0)
		klog("signals from the host will not be seen: error %d", -r);
	thread_start_user(t);
}
