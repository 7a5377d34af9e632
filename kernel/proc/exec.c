/* SPDX-License-Identifier: Apache-2.0 */
/*
 * execve: arguments, #! lines, the new address space and its stack. All of it is built beside the
 * old image, so nearly every failure is reported to the caller unharmed; after exec_enter there is
 * no way back. Set-user-ID bits are ignored: file owners are the host's word.
 */
#include "elf.h"
#include "file.h"
#include "klog.h"
#include "kmem.h"
#include "layout.h"
#include "linux_errno.h"
#include "linux_fs.h"
#include "linux_mm.h"
#include "mem.h"
#include "mm.h"
#include "plat.h"
#include "sip.h"
#include "sipblock.h"
#include "sipframe.h"
#include "task.h"
#include "uaccess.h"

#define SCRIPT_DEPTH 5            /* interpreters of interpreters, as Linux */
#define STACK_MAX    (1ull << 30) /* RLIMIT_STACK above it counts as this much */
#define STACK_MIN    (128ull << 10)
#define STRVEC_MAX   0x600000u
#define AUX_MAX      24
#define RFLAGS_IF    0x202u /* IF and the bit that is always 1 */

/* ---- lists of strings ---- */

static int strvec_room(struct strvec *v, size_t n)
{
	if (n <= v->cap - v->len)
		return 0;
	size_t cap = v->cap < 1024 ? 1024 : v->cap;
	while (cap - v->len < n)
		cap *= 2;
	char *buf = krealloc(v->buf, cap);
	if (buf == NULL)
		return -ENOMEM;
	v->buf = buf;
	v->cap = cap;
	return 0;
}

int strvec_add(struct strvec *v, const char *s)
{
	size_t n = strlen(s) + 1;

	if (v->len + n > STRVEC_MAX)
		return -E2BIG;
	int r = strvec_room(v, n);
	if (r < 0)
		return r;
	memcpy(v->buf + v->len, s, n);
	v->len += n;
	v->n++;
	return 0;
}

void strvec_free(struct strvec *v)
{
	kfree(v->buf);
	*v = (struct strvec){0};
}

static int strvec_add_user(struct strvec *v, uint64_t str)
{
	for (size_t room = 512;; room = MAX_ARG_STRLEN) {
		int r = strvec_room(v, room);
		if (r < 0)
			return r;
		long n = strncpy_from_user(v->buf + v->len, uaddr(str), room);
		if (n >= 0) {
			v->len += (size_t)n + 1;
			v->n++;
			return 0;
		}
		if (n != -ENAMETOOLONG)
			return (int)n;
		if (room == MAX_ARG_STRLEN)
			return -E2BIG;
	}
}

/* A NULL-terminated array of user pointers; a NULL array is an empty one. */
static int strvec_from_user(struct strvec *v, uint64_t array, size_t limit)
{
	if (array == 0)
		return 0;
	for (;; array += sizeof(uint64_t)) {
		uint64_t str;
		int r = get_user(&str, uaddr(array));
		if (r == 0 && str == 0)
			return 0;
		if (r == 0)
			r = strvec_add_user(v, str);
		if (r == 0 && v->len + v->n * sizeof(uint64_t) > limit)
			r = -E2BIG;
		if (r < 0)
			return r;
	}
}

/* The first n strings give way to those of pre. */
static int strvec_replace(struct strvec *v, unsigned n, const char *const *pre, unsigned npre)
{
	struct strvec new = {0};
	size_t skip = 0;
	int r = 0;

	for (unsigned i = 0; i < n && i < v->n; i++)
		skip += strlen(v->buf + skip) + 1;
	for (unsigned i = 0; i < npre && r == 0; i++)
		r = strvec_add(&new, pre[i]);
	if (r == 0)
		r = strvec_room(&new, v->len - skip + 1);
	if (r < 0) {
		strvec_free(&new);
		return r;
	}
	if (v->len > skip)
		memcpy(new.buf + new.len, v->buf + skip, v->len - skip);
	new.len += v->len - skip;
	new.n += v->n > n ? v->n - n : 0;
	strvec_free(v);
	*v = new;
	return 0;
}

/* ---- #! ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * Splits the first line of a script (n bytes of it, n <= EXEC_BUF_SIZE, one more writable) in
 * place: interpreter and one optional argument, as Linux fs/binfmt_script.c does. -ENOEXEC: not a
 * usable line.
 */
static int script_split(char *buf, size_t n, char **interp, char **arg)
{
	char *end = memchr(buf, '\n', n);
	char *p = buf + 2;

	if (end == NULL) {
		end = buf + n;
		if (n ==
			EXEC_BUF_SIZE) { /* a cut argument is tolerable, a cut interpreter is not */
			char *q = p;
			while (q < end && is_blank(*q))
				q++;
			while (q < end && !is_blank(*q) && *q != '\0')
				q++;
			if (q == end)
				return -ENOEXEC;
		}
	}
	while (end > p && is_blank(end[-1]))
		end--;
	*end = '\0';
	while (p < end && is_blank(*p))
		p++;
	if (p == end || *p == '\0')
		return -ENOEXEC;
	*interp = p;
	while (p < end && !is_blank(*p) && *p != '\0')
		p++;
	*arg = NULL;
	if (p < end && *p != '\0') {
		*p++ = '\0';
		while (p < end && is_blank(*p))
			p++;
		if (p < end && *p != '\0')
			*arg = p;
	}
	return 0;
}

/* Follows one #! line: 1 if there was one, 0 if not. */
static int script_follow(struct exec *x, const char *script)
{
	char buf[EXEC_BUF_SIZE + 1];
	char *interp, *arg;
	struct file *f;
	long n = file_pread(x->file, 0, buf, EXEC_BUF_SIZE);

	if (n < 0)
		return (int)n;
	if (n < 2 || buf[0] != '#' || buf[1] != '!')
		return 0;
	int r = script_split(buf, (size_t)n, &interp, &arg);
	if (r < 0) {
		x->why = "malformed #! line";
		return r;
	}
	const char *pre[3] = {interp, arg != NULL ? arg : script, script};
	r = strvec_replace(&x->args, 1, pre, arg != NULL ? 3 : 2);
	if (r == 0) {
		x->why = "cannot open the interpreter of its #! line";
		r = vfs_open_exec(AT_FDCWD, interp, 0, &f);
		if (r < 0)
			x->culprit = kstrdup(interp); /* NULL is no harm: it is for a message */
	}
	if (r < 0)
		return r;
	file_put(x->file);
	x->file = f;
	x->why = NULL;
	return 1;
}

static int follow_scripts(struct exec *x)
{
	char *script = kstrdup(x->path);
	int r = script == NULL ? -ENOMEM : 1;

	for (int depth = 0; r == 1; depth++) {
		if (depth > SCRIPT_DEPTH) {
			r = -ELOOP;
			break;
		}
		r = script_follow(x, script);
		if (r == 1) { /* a script as interpreter is what the next one gets to read */
			kfree(script);
			script = kstrdup(x->args.buf);
			if (script == NULL)
				r = -ENOMEM;
		}
	}
	kfree(script);
	return r;
}

/* ---- the stack ---- */

struct auxv {
	uint64_t v[AUX_MAX][2];
	unsigned n;
};

static void aux_add(struct auxv *a, uint64_t type, uint64_t val)
{
	KASSERT(a->n < AUX_MAX);
	a->v[a->n][0] = type;
	a->v[a->n][1] = val;
	a->n++;
}

static uint32_t cpuid1_edx(void)
{
	const struct boot_block *b = plat_boot();

	for (uint64_t i = 0; i < b->ncpuid && i < CPUID_LEAVES; i++)
		if (b->cpuid[i].leaf == 1)
			return b->cpuid[i].edx;
	return 0;
}

static void aux_fill(struct auxv *a, const struct elf_loaded *l, uint64_t execfn, uint64_t platform,
	uint64_t random)
{
	const struct proc *p = proc_self();

	aux_add(a, AT_HWCAP, cpuid1_edx());
	aux_add(a, AT_PAGESZ, PAGE_SIZE);
	aux_add(a, AT_CLKTCK, LINUX_HZ);
	aux_add(a, AT_PHDR, l->phdr);
	aux_add(a, AT_PHENT, sizeof(struct elf_phdr));
	aux_add(a, AT_PHNUM, l->phnum);
	aux_add(a, AT_BASE, l->base);
	aux_add(a, AT_FLAGS, 0);
	aux_add(a, AT_ENTRY, l->entry);
	aux_add(a, AT_UID, p->uid);
	aux_add(a, AT_EUID, p->euid);
	aux_add(a, AT_GID, p->gid);
	aux_add(a, AT_EGID, p->egid);
	aux_add(a, AT_SECURE, 0);
	aux_add(a, AT_RANDOM, random);
	/* FSGSBASE is not announced: gs belongs to the kernel under a plain program. */
	aux_add(a, AT_HWCAP2, 0);
	aux_add(a, AT_EXECFN, execfn);
	aux_add(a, AT_PLATFORM, platform);
	aux_add(a, AT_MINSIGSTKSZ, sigframe_size());
	aux_add(a, AT_NULL, 0);
}

/* Pointers to n strings that lie at addr in user memory and, the same bytes, at s here. */
static uint64_t *put_pointers(uint64_t *w, const char *s, unsigned n, uint64_t addr)
{
	for (unsigned i = 0; i < n; i++) {
		size_t len = strlen(s) + 1;
		*w++ = addr;
		s += len;
		addr += len;
	}
	*w++ = 0;
	return w;
}

/*
 * Composes everything above the initial rsp in one kernel buffer and copies it at once. From the
 * top: 8 zero bytes, the file name, environment, arguments, platform, 16 random bytes; then the
 * auxiliary vector, envp, argv, argc. The order is Linux's; programs such as ps rely on it.
 */
static int build_stack(struct exec *x, const struct elf_loaded *l, uint64_t top)
{
	static const char platform[] = "x86_64";
	size_t fnlen = strlen(x->path) + 1;
	struct auxv *aux = kzalloc(sizeof *aux);
	if (aux == NULL)
		return -ENOMEM;

	uint64_t execfn = top - 8 - fnlen;
	uint64_t envs = execfn - x->envs.len;
	uint64_t args = envs - x->args.len;
	uint64_t plat = args - sizeof platform;
	uint64_t random = (plat - 16) & ~15ull;
	aux_fill(aux, l, execfn, plat, random);
	size_t words = 1 + x->args.n + 1 + x->envs.n + 1 + 2 * (size_t)aux->n;
	uint64_t sp = (random - words * sizeof(uint64_t)) & ~15ull;
	size_t size = top - sp;
	char *b = kzalloc(size);
	if (b == NULL) {
		kfree(aux);
		return -ENOMEM;
	}
	memcpy(b + (execfn - sp), x->path, fnlen);
	if (x->envs.len > 0)
		memcpy(b + (envs - sp), x->envs.buf, x->envs.len);
	if (x->args.len > 0)
		memcpy(b + (args - sp), x->args.buf, x->args.len);
	memcpy(b + (plat - sp), platform, sizeof platform);
	plat_random(b + (random - sp), 16);
	uint64_t *w = (uint64_t *)b;
	*w++ = x->args.n;
	w = put_pointers(w, b + (args - sp), x->args.n, args);
	w = put_pointers(w, b + (envs - sp), x->envs.n, envs);
	memcpy(w, aux->v, aux->n * sizeof aux->v[0]);

	int r = copy_to_mm(x->mm, uaddr(sp), b, size);
	x->mm->arg_start = args;
	x->mm->arg_end = x->mm->env_start = envs;
	x->mm->env_end = execfn;
	x->mm->stack_top = top;
	x->stack = sp;
	kfree(b);
	kfree(aux);
	return r == -EFAULT ? -E2BIG : r; /* it does not fit below top */
}

static uint64_t stack_limit(const struct proc *p)
{
	uint64_t lim = p->rlim[RLIMIT_STACK].cur;

	lim = lim > STACK_MAX ? STACK_MAX : lim < STACK_MIN ? STACK_MIN : lim;
	return (lim + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
}

static int make_stack(struct exec *x, const struct elf_loaded *l)
{
	uint64_t limit = stack_limit(proc_self());
	long top = mm_map_stack(x->mm, limit);

	if (top < 0)
		return (int)top;
	if (l->exec_stack) {
		uint64_t end = ((uint64_t)top + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
		int r = mm_mprotect(x->mm, end - limit, limit, PROT_READ | PROT_WRITE | PROT_EXEC);
		if (r < 0)
			return r;
	}
	return build_stack(x, l, (uint64_t)top);
}

/* ---- the new image ---- */

int exec_open(struct exec *x, int dirfd, int flags)
{
	return vfs_open_exec(dirfd, x->path, flags, &x->file);
}

static bool is_elf(struct file *f)
{
	char magic[4];

	return file_pread(f, 0, magic, sizeof magic) == sizeof magic && memcmp(magic,
										"\x7f"
										"ELF",
										sizeof magic) == 0;
}

/* A plain program, or a SIP, as the file is linked and the enclave's isolation allows. */
static int load_program(struct exec *x, struct elf_loaded *l)
{
	static bool warned;
	int sip = sip_known(x->file) ? 1 : sip_claims(x->file);

	if (sip < 0)
		return sip;
	if (sip && sip_isolation() != ISOLATION_PLAIN) {
		if (sip_isolation() == ISOLATION_MIXED && !warned) {
			klog("isolation is mixed: SIPs are safe only from each other's mistakes, not from plain programs");
			warned = true;
		}
		return sip_load(x->file, &x->mm, l, &x->why);
	}
	if (sip_isolation() == ISOLATION_SIP) {
		if (!is_elf(x->file)) /* a shell takes it for a script */
			return -ENOEXEC;
		x->why = "it is not a SIP program, and isolation is sip";
		klog("exec: %s is not a SIP program, and isolation is sip", x->path);
		return -EACCES;
	}
	int r = mm_new_plain(&x->mm);

	return r < 0 ? r : elf_load(x->mm, x->file, l, &x->why, &x->fixed_taken);
}

int exec_prepare(struct exec *x)
{
	struct elf_loaded l = {.interp = ""};
	int r = sip_known(x->file) ? 0 : follow_scripts(x);

	if (r < 0)
		return r;
	r = load_program(x, &l);
	if (r == 0)
		r = make_stack(x, &l);
	if (r < 0 && x->mm != NULL) {
		struct mm *mm = x->mm;
		x->mm = NULL;
		mm_put(mm);
	}
	if (r < 0) {
		x->culprit = l.interp[0] != '\0' ? kstrdup(l.interp) : NULL;
		return r;
	}
	x->mm->exe = file_get(x->file);
	x->entry = l.start;
	return 0;
}

void exec_free(struct exec *x)
{
	if (x->mm != NULL)
		mm_put(x->mm);
	if (x->file != NULL)
		file_put(x->file);
	strvec_free(&x->args);
	strvec_free(&x->envs);
	kfree(x->path);
	kfree(x->culprit);
	*x = (struct exec){0};
}

static void set_registers(const struct exec *x, const struct mm *mm, struct uregs *u)
{
	memset(u, 0, sizeof *u);
	u->rip = x->entry;
	u->rsp = x->stack;
	if (mm->kind == MM_SIP) { /* K3 */
		u->rip = TEXT_BASE + x->entry;
		u->rsp = mm->base + x->stack;
		u->r14 = mm->base;
	}
	u->rflags = RFLAGS_IF;
	u->orig_rax = UINT64_MAX;
	u->full = 1;
}

int exec_ready(struct exec *x, struct thread *t)
{
	return x->mm->kind == MM_SIP ? sip_thread_init(t, x->mm, 0, NULL) : 0;
}

/* t is p's only thread; x->mm moves to p. */
void exec_enter(struct exec *x, struct proc *p, struct thread *t)
{
	const char *base = strrchr(x->path, '/');
	struct mm *old = p->mm;

	proc_set_mm(p, x->mm);
	x->mm = NULL;
	p->sip = p->mm->kind == MM_SIP;
	if (!p->sip)
		sip_thread_free(t);
	t->tp->clear_child_tid = 0;
	t->tp->robust_list = 0;
	t->tp->restore_mask = false;
	t->tp->altstack = (struct linux_stack){.flags = SS_DISABLE};
	sipframe_drop(t->tp); /* they hold addresses of the old window */
	thread_rename(t, base != NULL ? base + 1 : x->path);
	p->execed = true;
	p->not_dumpable = false;
	p->pdeath_sig = 0;
	timers_drop(p, true);
	sigstate_exec(p);
	set_registers(x, p->mm, t->uregs);
	fdtable_close_exec(p->files);
	if (old != NULL)
		mm_put(old);
}

/* ---- execve(2) ---- */

static int copy_args(struct exec *x, uint64_t argv, uint64_t envp)
{
	uint64_t quarter = proc_self()->rlim[RLIMIT_STACK].cur / 4;
	size_t limit = quarter > EXEC_ARGS_CEIL  ? EXEC_ARGS_CEIL
		       : quarter < ARG_MAX_FLOOR ? ARG_MAX_FLOOR
						 : (size_t)quarter;
	int r = strvec_from_user(&x->args, argv, limit);

	if (r == 0 && x->args.n == 0)
		r = strvec_add(&x->args, ""); /* argc is never 0 (Linux 5.18) */
	if (r == 0)
		r = strvec_from_user(&x->envs, envp, limit);
	size_t total = x->args.len + x->envs.len + (x->args.n + x->envs.n) * sizeof(uint64_t);
	return r == 0 && total > limit ? -E2BIG : r;
}

/* execveat with an empty path: /proc and the script's interpreter see /dev/fd/N. */
static int name_by_fd(struct exec *x, int dirfd)
{
	char name[32] = "/dev/fd/", digits[12];
	int n = 0, at = 8;

	do
		digits[n++] = (char)('0' + dirfd % 10);
	while ((dirfd /= 10) > 0);
	while (n > 0)
		name[at++] = digits[--n];
	char *path = kstrdup(name);
	if (path == NULL)
		return -ENOMEM;
	kfree(x->path);
	x->path = path;
	return 0;
}

/* The address of a fixed image is taken, perhaps by our own old image: that one goes first. From
 * here on a failure can only kill the process, as it does in Linux. */
static int retry_without_old(struct exec *x)
{
	struct proc *p = proc_self();
	struct mm *old = p->mm, *empty;
	int r = mm_new_plain(&empty);

	if (r == 0)
		r = task_kill_others();
	if (r < 0)
		return r;
	task_release_mm(thread_self());
	proc_set_mm(p, empty);
	mm_put(old);
	x->fixed_taken = false;
	r = exec_prepare(x);
	if (r < 0) {
		klog("exec: %s: error %d after its old image was gone", x->path, -r);
		task_exit_group(SIGKILL);
	}
	return 0;
}

static int prepare_user(struct exec *x, int dirfd, uint64_t argv, uint64_t envp, int flags)
{
	int r = copy_args(x, argv, envp);

	if (r == 0)
		r = exec_open(x, dirfd, flags);
	if (r == 0 && x->path[0] == '\0')
		r = name_by_fd(x, dirfd);
	if (r == 0)
		r = exec_prepare(x);
	if (r == -ENOMEM && x->fixed_taken) {
		if (proc_self()->mm->refs == 1)
			return retry_without_old(x);
		klog("exec: %s needs a fixed address that another process occupies", x->path);
	}
	return r;
}

long task_exec(int dirfd, char *path, uint64_t argv, uint64_t envp, int flags, struct uregs *u)
{
	struct thread *t = thread_self();
	struct proc *p = t->proc;
	struct exec x = {.path = path};
	int r = fdtable_unshare(&p->files);

	if (r == 0)
		r = sigstate_unshare(p);
	if (r == 0)
		r = prepare_user(&x, dirfd, argv, envp, flags);
	if (r == 0)
		r = task_kill_others();
	if (r == 0)
		r = exec_ready(&x, t);
	if (r == 0) {
		task_release_mm(t);
		exec_enter(&x, p, t);
		task_vfork_done(p);
		plat_xinit();
		if (t->sip != NULL)
			plat_set_sip(t->sip, t->window);
		else
			plat_set_sip(NULL, 0);
		if (t->sip == NULL)
			plat_set_fsbase(0);
	}
	exec_free(&x);
	(void)u; /* is t->uregs, set by exec_enter */
	return r;
}
