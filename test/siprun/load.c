/* SPDX-License-Identifier: Apache-2.0 */
/* Loads a SIP file as doc/sfi.md F describes: copy, move the text by a slide, protect. */
#include "siprun.h"
#include "verify.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PT_TEXTREL 0x60534649

static _Noreturn void die(const char *path, const char *why)
{
	fprintf(stderr, "siprun: %s: %s\n", path, why);
	exit(126);
}

static uint8_t *address(uint64_t offset, int text)
{
	return (uint8_t *)((text ? TEXT_BASE : DATA_BASE) +
			   offset); /* fixed places, by definition */
}

static void map_segment(const char *path, const uint8_t *file, const Elf64_Phdr *ph, uint32_t slide)
{
	int text = (ph->p_flags & PF_X) != 0;
	uint64_t at = ph->p_vaddr + (text ? slide : 0);
	uint64_t page = at & ~(PAGE - 1);
	uint64_t len = (at - page + ph->p_memsz + PAGE - 1) & ~(PAGE - 1);
	void *m = mmap(address(page, text), len, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (m == MAP_FAILED)
		die(path, strerror(errno));
	memcpy(address(at, text), file + ph->p_offset, ph->p_filesz);
	if (!text)
		window_mark(page, len, 1);
}

/* Adds the slide to every field the table lists. */
static void move_text(const char *path, const uint8_t *file, const Elf64_Phdr *ph, unsigned n,
	const Elf64_Phdr *table, uint32_t slide)
{
	const uint8_t *p = file + table->p_offset + 16, *end = p + table->p_filesz - 16;
	uint64_t place = 0;

	while (p < end) {
		uint64_t delta = 0;
		unsigned i;

		for (unsigned shift = 0;; shift += 7) {
			delta |= (uint64_t)(*p & 0x7f) << shift;
			if (!(*p++ & 0x80))
				break;
		}
		place += delta;
		for (i = 0; i < n; i++)
			if (ph[i].p_type == PT_LOAD && place >= ph[i].p_vaddr &&
				place + 4 <= ph[i].p_vaddr + ph[i].p_filesz)
				break;
		if (i == n)
			die(path, "relocation outside the segments");
		int text = (ph[i].p_flags & PF_X) != 0;
		uint32_t *field = (uint32_t *)address(place + (text ? slide : 0), text), value;
		memcpy(&value, field, 4);
		value += slide;
		memcpy(field, &value, 4);
	}
}

static void protect(const Elf64_Phdr *ph, uint32_t slide)
{
	int text = (ph->p_flags & PF_X) != 0;
	uint64_t at = ph->p_vaddr + (text ? slide : 0);
	uint64_t page = at & ~(PAGE - 1);
	int prot = text                 ? PROT_READ | PROT_EXEC
		   : ph->p_flags & PF_W ? PROT_READ | PROT_WRITE
					: PROT_READ;

	(void)mprotect(address(page, text), at - page + ph->p_memsz, prot);
}

static void report(const char *path, const struct verify_report *r, const char *where)
{
	fprintf(stderr, "siprun: %s: does not verify: %s at %s 0x%x: %s\n", path,
		verify_rule_id(r->cause), where, r->offset, verify_rule_text(r->cause));
	exit(125);
}

/* What the kernel does before it makes text executable. */
static void verify(const char *path, const uint8_t *file, size_t len, uint32_t slide)
{
	struct verify_report r;
	struct verify_elf elf;

	if (verify_elf(file, len, &elf, &r) != VERIFY_OK)
		report(path, &r, "file offset");
	const struct verify_segment *text = &elf.load[elf.text];
	size_t room = verify_scratch_size(text->mem_size);
	void *scratch = malloc(room);
	if (!scratch)
		die(path, strerror(ENOMEM));
	if (verify_text(address(text->vaddr + slide, 1), text->mem_size, elf.entry - text->vaddr,
		    scratch, room, &r) != VERIFY_OK)
		report(path, &r, "text offset");
	free(scratch);
}

static uint8_t *read_file(const char *path, size_t *len)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st))
		die(path, strerror(errno));
	*len = (size_t)st.st_size;
	uint8_t *file = mmap(NULL, *len ? *len : 1, PROT_READ, MAP_PRIVATE, fd, 0);
	if (file == MAP_FAILED)
		die(path, strerror(errno));
	close(fd);
	return file;
}

static const Elf64_Phdr *find_table(const uint8_t *file, size_t len)
{
	const Elf64_Ehdr *eh = (const Elf64_Ehdr *)file;

	if (len < sizeof(*eh) || memcmp(eh->e_ident, ELFMAG, SELFMAG) || eh->e_type != ET_EXEC ||
		eh->e_phoff + eh->e_phnum * sizeof(Elf64_Phdr) > len)
		return NULL;
	const Elf64_Phdr *ph = (const Elf64_Phdr *)(file + eh->e_phoff);
	for (unsigned i = 0; i < eh->e_phnum; i++)
		if (ph[i].p_type == PT_TEXTREL && ph[i].p_offset + ph[i].p_filesz <= len &&
			ph[i].p_filesz >= 16)
			return &ph[i];
	return NULL;
}

int program_is_sip(const char *path)
{
	struct stat st;

	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return 0;
	size_t len;
	uint8_t *file = read_file(path, &len);
	int sip = find_table(file, len) != NULL;
	munmap(file, len ? len : 1);
	return sip;
}

void program_load(struct program *p, const char *path, uint32_t slide, int check)
{
	size_t len;
	uint8_t *file = read_file(path, &len);
	const Elf64_Phdr *table = find_table(file, len);
	const Elf64_Ehdr *eh = (const Elf64_Ehdr *)file;

	if (!table)
		die(path, "not a SIP program");
	const Elf64_Phdr *ph = (const Elf64_Phdr *)(file + eh->e_phoff);
	for (unsigned i = 0; i < eh->e_phnum; i++) {
		if (ph[i].p_type != PT_LOAD)
			continue;
		map_segment(path, file, &ph[i], slide);
		if (ph[i].p_offset <= eh->e_phoff && eh->e_phoff < ph[i].p_offset + ph[i].p_filesz)
			p->phdr = ph[i].p_vaddr + eh->e_phoff - ph[i].p_offset;
		if (p->end < ph[i].p_vaddr + ph[i].p_memsz)
			p->end = ph[i].p_vaddr + ph[i].p_memsz;
	}
	p->phnum = eh->e_phnum;
	move_text(path, file, ph, eh->e_phnum, table, slide);
	if (check)
		verify(path, file, len, slide);
	for (unsigned i = 0; i < eh->e_phnum; i++)
		if (ph[i].p_type == PT_LOAD)
			protect(&ph[i], slide);
	p->entry = (uint32_t)eh->e_entry + slide;
	munmap(file, len);
}
