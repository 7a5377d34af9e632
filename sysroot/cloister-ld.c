/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cloister-ld: the linker, then what the linker cannot do. It runs ld with the SIP layout and
 * --emit-relocs; from the relocations it keeps, it makes the table of places that hold a text
 * address (doc/sfi.md F4), drops the relocations, and lets e_phoff point at the copy of the
 * program headers in the read-only data. `ld -r` and queries pass through untouched.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PT_TEXTREL 0x60534649

struct image {
	uint8_t *buf;
	size_t len;
	Elf64_Ehdr *eh;
	Elf64_Shdr *sh;
	const char *names;
};

struct places {
	uint64_t *at;
	size_t count, room;
};

static _Noreturn void die(const char *what, const char *why)
{
	fprintf(stderr, "cloister-ld: %s: %s\n", what, why);
	exit(1);
}

static void *must(void *p)
{
	if (!p)
		die("memory", strerror(ENOMEM));
	return p;
}

static void load(struct image *im, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st))
		die(path, strerror(errno));
	im->len = (size_t)st.st_size;
	im->buf = must(malloc(im->len + 1));
	for (size_t got = 0; got < im->len;) {
		ssize_t n = read(fd, im->buf + got, im->len - got);

		if (n <= 0)
			die(path, n ? strerror(errno) : "short read");
		got += (size_t)n;
	}
	close(fd);
	im->eh = (Elf64_Ehdr *)im->buf;
	if (im->len < sizeof(*im->eh) || memcmp(im->eh->e_ident, ELFMAG, SELFMAG) ||
		im->eh->e_shoff + im->eh->e_shnum * sizeof(Elf64_Shdr) > im->len)
		die(path, "not an ELF file of ld");
	im->sh = (Elf64_Shdr *)(im->buf + im->eh->e_shoff);
	im->names = (const char *)im->buf + im->sh[im->eh->e_shstrndx].sh_offset;
}

static void place_add(struct places *pl, uint64_t at)
{
	if (pl->count == pl->room) {
		pl->room = pl->room ? pl->room * 2 : 1024;
		pl->at = must(realloc(pl->at, pl->room * sizeof(*pl->at)));
	}
	pl->at[pl->count++] = at;
}

static bool is_text(const struct image *im, unsigned shndx)
{
	return shndx < im->eh->e_shnum && im->sh[shndx].sh_flags & SHF_EXECINSTR;
}

/* Does the field of this relocation contain the address of text, once? */
static bool holds_text(const Elf64_Rela *r, bool in_text, bool to_text)
{
	static char what[64];

	switch (ELF64_R_TYPE(r->r_info)) {
	case R_X86_64_64:
	case R_X86_64_32:
	case R_X86_64_32S:
		return to_text;
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
	case R_X86_64_PC64:
		if (in_text && !to_text && ELF64_R_SYM(r->r_info)) {
			snprintf(what, sizeof(what), "text at 0x%llx",
				(unsigned long long)r->r_offset);
			die(what, "refers to data by rip: was it rewritten?");
		}
		return to_text && !in_text;
	case R_X86_64_NONE:
	case R_X86_64_TPOFF32:
	case R_X86_64_TPOFF64:
	case R_X86_64_DTPOFF32:
	case R_X86_64_DTPOFF64:
	case R_X86_64_SIZE32:
	case R_X86_64_SIZE64:
		return false;
	default:
		snprintf(what, sizeof(what), "relocation type %u at 0x%llx",
			(unsigned)ELF64_R_TYPE(r->r_info), (unsigned long long)r->r_offset);
		die(what, to_text ? "cannot be moved with the text" : "not supported in a SIP");
	}
}

static int by_address(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void collect(const struct image *im, struct places *pl)
{
	for (unsigned i = 0; i < im->eh->e_shnum; i++) {
		const Elf64_Shdr *s = &im->sh[i];

		if (s->sh_type != SHT_RELA || s->sh_info >= im->eh->e_shnum ||
			!(im->sh[s->sh_info].sh_flags & SHF_ALLOC))
			continue;
		const Elf64_Sym *syms = (const Elf64_Sym *)(im->buf + im->sh[s->sh_link].sh_offset);
		const Elf64_Rela *r = (const Elf64_Rela *)(im->buf + s->sh_offset);
		bool in_text = is_text(im, s->sh_info);

		for (size_t n = s->sh_size / sizeof(*r); n--; r++) {
			const Elf64_Sym *sym = &syms[ELF64_R_SYM(r->r_info)];

			if (sym->st_shndx == SHN_UNDEF && ELF64_R_TYPE(r->r_info) != R_X86_64_NONE)
				continue; /* an undefined weak symbol: zero, wherever text is */
			if (holds_text(r, in_text, is_text(im, sym->st_shndx)))
				place_add(pl, r->r_offset);
		}
	}
	if (!pl->count)
		return;
	qsort(pl->at, pl->count, sizeof(*pl->at), by_address);
	for (size_t i = 1; i < pl->count; i++)
		if (pl->at[i] - pl->at[i - 1] < 4)
			die("relocations", "two fields overlap");
}

struct file {
	uint8_t *buf;
	size_t len, room;
};

static void append(struct file *f, const void *p, size_t n)
{
	if (f->len + n > f->room) {
		f->room = (f->len + n) * 2;
		f->buf = must(realloc(f->buf, f->room));
	}
	if (p)
		memcpy(f->buf + f->len, p, n);
	else
		memset(f->buf + f->len, 0, n);
	f->len += n;
}

static void append_table(struct file *f, const struct places *pl)
{
	uint32_t head[4] = {0, 1, (uint32_t)pl->count, 0};
	size_t start = f->len;
	uint64_t last = 0;

	memcpy(head, "SFIR", 4);
	append(f, head, sizeof(head));
	for (size_t i = 0; i < pl->count; i++) {
		uint64_t delta = pl->at[i] - last;

		last = pl->at[i];
		do {
			uint8_t b = (uint8_t)(delta & 0x7f);

			delta >>= 7;
			b = (uint8_t)(b | (delta ? 0x80 : 0));
			append(f, &b, 1);
		} while (delta);
	}
	head[3] = (uint32_t)(f->len - start - sizeof(head));
	memcpy(f->buf + start, head, sizeof(head));
}

/* Sections that the finished file keeps. */
static bool kept(const struct image *im, unsigned i, bool strip, bool strip_debug)
{
	const Elf64_Shdr *s = &im->sh[i];
	const char *name = im->names + s->sh_name;

	if (s->sh_type == SHT_RELA && !(s->sh_flags & SHF_ALLOC))
		return false;
	if (strip &&
		(s->sh_type == SHT_SYMTAB || (s->sh_type == SHT_STRTAB && i != im->eh->e_shstrndx)))
		return false;
	return !((strip || strip_debug) && !strncmp(name, ".debug", 6));
}

/* Copies the loaded part, then the sections that are kept, the table, and the headers. */
static void build(const struct image *im, const struct places *pl, struct file *f, bool strip,
	bool strip_debug)
{
	unsigned n = im->eh->e_shnum;
	unsigned *renumber = must(calloc(n, sizeof(*renumber)));
	Elf64_Phdr *ph = (Elf64_Phdr *)(im->buf + im->eh->e_phoff);
	size_t loaded = im->eh->e_phoff + im->eh->e_phnum * sizeof(*ph);
	Elf64_Shdr *out = must(calloc(n, sizeof(*out)));
	unsigned count = 0;

	for (unsigned i = 0; i < im->eh->e_phnum; i++)
		if (ph[i].p_type == PT_LOAD && ph[i].p_offset + ph[i].p_filesz > loaded)
			loaded = ph[i].p_offset + ph[i].p_filesz;
	append(f, im->buf, loaded);
	for (unsigned i = 0; i < n; i++)
		if (kept(im, i, strip, strip_debug))
			renumber[i] = count++;
	count = 0;
	for (unsigned i = 0; i < n; i++) {
		if (!kept(im, i, strip, strip_debug))
			continue;
		Elf64_Shdr *s = &out[count++];
		*s = im->sh[i];
		if (s->sh_link < n)
			s->sh_link = renumber[s->sh_link];
		if (s->sh_type == SHT_REL || s->sh_type == SHT_RELA)
			s->sh_info = renumber[s->sh_info];
		if (s->sh_flags & SHF_ALLOC || s->sh_type == SHT_NULL)
			continue;
		append(f, NULL, -f->len & (s->sh_addralign > 1 ? s->sh_addralign - 1 : 0));
		size_t at = f->len;
		append(f, im->buf + s->sh_offset, s->sh_size);
		s->sh_offset = at;
		if (s->sh_type == SHT_SYMTAB)
			for (Elf64_Sym *y = (Elf64_Sym *)(f->buf + at);
				(uint8_t *)y < f->buf + f->len; y++)
				if (y->st_shndx < n)
					y->st_shndx = (Elf64_Half)renumber[y->st_shndx];
	}
	size_t table = f->len;
	append_table(f, pl);
	size_t table_len = f->len - table;
	append(f, NULL, -f->len & 7);
	size_t headers = f->len;
	append(f, out, count * sizeof(*out));

	Elf64_Ehdr *eh = (Elf64_Ehdr *)f->buf;
	ph = (Elf64_Phdr *)(f->buf + eh->e_phoff);
	for (unsigned i = 0; i < eh->e_phnum; i++) {
		if (ph[i].p_type == PT_TEXTREL)
			ph[i] = (Elf64_Phdr){.p_type = PT_TEXTREL,
				.p_flags = PF_R,
				.p_offset = table,
				.p_filesz = table_len,
				.p_align = 1};
		else if (!ph[i].p_memsz && ph[i].p_type != PT_GNU_STACK)
			ph[i] = (Elf64_Phdr){.p_type = PT_NULL};
	}
	eh->e_shoff = headers;
	eh->e_shnum = (Elf64_Half)count;
	eh->e_shstrndx = (Elf64_Half)renumber[eh->e_shstrndx];
	free(renumber);
	free(out);
}

/* Moves the program headers into .cloister.phdr, the first section of the data. */
static void move_headers(const struct image *im, struct file *f)
{
	Elf64_Ehdr *eh = (Elf64_Ehdr *)f->buf;
	size_t len = eh->e_phnum * sizeof(Elf64_Phdr);

	for (unsigned i = 0; i < im->eh->e_shnum; i++) {
		const Elf64_Shdr *s = &im->sh[i];

		if (strcmp(im->names + s->sh_name, ".cloister.phdr"))
			continue;
		if (s->sh_size < len)
			die("layout", "no room for the program headers");
		memcpy(f->buf + s->sh_offset, f->buf + eh->e_phoff, len);
		memset(f->buf + eh->e_phoff, 0, len);
		eh->e_phoff = s->sh_offset;
		return;
	}
	die("layout", "not linked with the SIP layout");
}

static void finish(const char *path, bool strip, bool strip_debug)
{
	struct image im = {0};
	struct places pl = {0};
	struct file f = {0};

	load(&im, path);
	collect(&im, &pl);
	build(&im, &pl, &f, strip, strip_debug);
	move_headers(&im, &f);
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0 || write(fd, f.buf, f.len) != (ssize_t)f.len || close(fd))
		die(path, strerror(errno));
	free(im.buf);
	free(pl.at);
	free(f.buf);
}

static int run(char **argv)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* Options that ask for something a static program at fixed addresses cannot be. */
static bool dropped(const char *a)
{
	static const char *const list[] = {"-static", "-pie", "-no-pie", "--no-dynamic-linker",
		"-static-pie", "--emit-relocs", "-q", "--gc-keep-exported", "-export-dynamic",
		"--export-dynamic", "-E", "--eh-frame-hdr", "--build-id", NULL};

	for (int i = 0; list[i]; i++)
		if (!strcmp(a, list[i]))
			return true;
	return !strncmp(a, "--build-id=", 11) || !strncmp(a, "--hash-style", 12) ||
	       !strncmp(a, "--dynamic-linker=", 17);
}

/* The layout lies next to the libraries: ../lib/sip.lds of the directory of this program. */
static char *layout(void)
{
	static char self[PATH_MAX], path[PATH_MAX + 32];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		die("/proc/self/exe", strerror(errno));
	self[n] = 0;
	snprintf(path, sizeof(path), "%s/../lib/sip.lds", dirname(self));
	return path;
}

int main(int argc, char **argv)
{
	char **pass = must(calloc((size_t)argc + 16, sizeof(*pass)));
	const char *output = "a.out";
	bool strip = false, strip_debug = false, plain = argc < 2, script = false;
	int n = 0;

	pass[n++] = "ld";
	for (int i = 1; i < argc; i++) {
		char *a = argv[i];

		plain |= !strcmp(a, "-r") || !strcmp(a, "--relocatable") ||
			 !strcmp(a, "--version") || !strcmp(a, "--help") ||
			 (!strcmp(a, "-v") && argc == 2);
		if (!strcmp(a, "-shared") || !strcmp(a, "-Bshareable"))
			die(a, "SIP programs are static: there are no shared libraries");
		script |= !strncmp(a, "-T", 2) || !strncmp(a, "--script", 8);
		strip |= !strcmp(a, "-s") || !strcmp(a, "--strip-all");
		strip_debug |= !strcmp(a, "-S") || !strcmp(a, "--strip-debug");
	}
	if (plain) {
		argv[0] = "ld";
		return run(argv);
	}
	for (int i = 1; i < argc; i++) {
		char *a = argv[i];

		if (!strcmp(a, "-s") || !strcmp(a, "--strip-all") || !strcmp(a, "-S") || dropped(a))
			continue;
		if (!strcmp(a, "-dynamic-linker") || !strcmp(a, "--dynamic-linker")) {
			i++;
			continue;
		}
		pass[n++] = a;
		if (!strcmp(a, "-o") && i + 1 < argc)
			output = pass[n++] = argv[++i];
		else if (!strncmp(a, "-o", 2) && a[2])
			output = a + 2;
	}
	pass[n++] = "-static";
	pass[n++] = "--emit-relocs";
	pass[n++] = "--no-relax";
	pass[n++] = "--build-id=none";
	pass[n++] = "-znoexecstack";
	pass[n++] = "-zmax-page-size=4096";
	pass[n++] = "-znoseparate-code";
	pass[n++] = "--no-warn-rwx-segments";
	if (!script) {
		pass[n++] = "-T";
		pass[n++] = layout();
	}
	int rc = run(pass);
	if (!rc)
		finish(output, strip, strip_debug);
	free(pass);
	return rc;
}
