/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cloister verify: whether a program file obeys the SFI policy (doc/sfi.md), judged by the verifier
 * that the enclave uses. Section headers are read only to name the symbol at a rejected place.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "verify.h"

/* Of ELF-64 (System V ABI), what finding a symbol takes. */
#define ELF_SHOFF  40 /* offsets in the file header */
#define ELF_SHENT  58
#define ELF_SHNUM  60
#define SHT_SYMTAB 2
#define SHN_ABS    0xfff1

struct section_header {
	uint32_t name, type;
	uint64_t flags, addr, offset, size;
	uint32_t link, info;
	uint64_t align, entry_size;
};

struct symbol {
	uint32_t name;
	uint8_t info, other;
	uint16_t section;
	uint64_t value, size;
};

static const char usage[] =
	"Usage: cloister verify [--json] PROGRAM\n"
	"Check that a program obeys the SFI policy, as the enclave will before it runs it.\n"
	"Exit status: 0 if it does, 1 if not (the rule and the place are printed), 125 on failure.\n"
	"\n"
	"  --json  print the result as a JSON object\n"
	"  --help  print this help\n";

struct program {
	const char *path;
	uint8_t *bytes;
	size_t size;
	struct verify_elf elf;
	struct verify_report report;
};

/* What a rejection is about; empty for one of the file's headers. */
struct place {
	bool in_text;
	uint32_t address;
	char bytes[3 * 15 + 1];
	char symbol[256];
};

static int program_read(struct program *p)
{
	FILE *f = fopen(p->path, "rb");
	size_t room = 1 << 20, n;
	if (f == NULL)
		return cli_fail_errno(p->path, "open", -errno);
	p->bytes = malloc(room);
	while (p->bytes && (n = fread(p->bytes + p->size, 1, room - p->size, f)) > 0) {
		p->size += n;
		if (p->size == room) {
			uint8_t *more = realloc(p->bytes, room *= 2);
			if (more == NULL)
				free(p->bytes);
			p->bytes = more;
		}
	}
	int err = p->bytes == NULL ? -ENOMEM : ferror(f) ? -EIO : 0;
	fclose(f);
	return err ? cli_fail_errno(p->path, "read", err) : 0;
}

static int program_verify(struct program *p)
{
	if (verify_elf(p->bytes, p->size, &p->elf, &p->report) != VERIFY_OK)
		return 0;
	const struct verify_segment *text = &p->elf.load[p->elf.text];
	size_t scratch_size = verify_scratch_size(text->file_size);
	void *scratch = malloc(scratch_size);
	if (scratch == NULL)
		return cli_fail_errno(p->path, "verify", -ENOMEM);
	verify_text(p->bytes + text->file_offset, text->file_size, p->elf.entry - text->vaddr,
		scratch, scratch_size, &p->report);
	free(scratch);
	return 0;
}

/* Section header number i, and whether its bytes are in the file; headers of sections are not
 * trusted. */
static bool section(const struct program *p, uint32_t i, struct section_header *s)
{
	uint64_t table;
	uint16_t entry_size, count;
	memcpy(&table, p->bytes + ELF_SHOFF, sizeof table);
	memcpy(&entry_size, p->bytes + ELF_SHENT, sizeof entry_size);
	memcpy(&count, p->bytes + ELF_SHNUM, sizeof count);
	if (i >= count || entry_size != sizeof *s || table > p->size ||
		p->size - table < (uint64_t)count * sizeof *s)
		return false;
	memcpy(s, p->bytes + table + (uint64_t)i * sizeof *s, sizeof *s);
	return s->offset <= p->size && s->size <= p->size - s->offset;
}

/* Copies what a C string in identifiers may hold; others become '?', so JSON needs no escapes. */
static void copy_name(char *out, size_t room, const char *name, size_t max)
{
	size_t i = 0;
	for (; i < max && i + 1 < room && name[i]; i++) {
		bool plain = name[i] > ' ' && name[i] < 127 && name[i] != '"' && name[i] != '\\';
		out[i] = plain ? name[i] : '?';
	}
	out[i] = 0;
}

/* The nearest symbol at or before the address, from one symbol table and its names. */
static void search_symbols(const struct program *p, const struct section_header *table,
	const struct section_header *names, struct place *at)
{
	uint64_t best = 0;
	for (uint64_t i = 0; i < table->size / sizeof(struct symbol); i++) {
		struct symbol sym;
		memcpy(&sym, p->bytes + table->offset + i * sizeof sym, sizeof sym);
		if (sym.value > at->address || sym.value < best || sym.section == SHN_ABS ||
			sym.name >= names->size || p->bytes[names->offset + sym.name] == 0)
			continue;
		best = sym.value;
		copy_name(at->symbol, sizeof at->symbol - 24,
			(const char *)p->bytes + names->offset + sym.name, names->size - sym.name);
	}
	if (at->symbol[0])
		snprintf(at->symbol + strlen(at->symbol), 24, "+0x%llx",
			(unsigned long long)(at->address - best));
}

static void find_symbol(const struct program *p, struct place *at)
{
	struct section_header table, names;
	for (uint32_t i = 0; i < UINT16_MAX; i++)
		if (section(p, i, &table) && table.type == SHT_SYMTAB &&
			section(p, table.link, &names)) {
			search_symbols(p, &table, &names, at);
			return;
		}
}

static struct place locate(const struct program *p)
{
	struct place at = {0};
	const char *id = verify_rule_id(p->report.cause);
	const struct verify_segment *text = &p->elf.load[p->elf.text];
	if (p->report.cause == VERIFY_OK || p->elf.nload == 0 || id[0] != 'V')
		return at;
	at.in_text = true;
	at.address = text->vaddr + p->report.offset;
	size_t left = text->file_size - p->report.offset;
	const uint8_t *bytes = p->bytes + text->file_offset + p->report.offset;
	size_t n = verify_insn_length(bytes, left);
	if (n == 0) /* it does not decode: show what there is */
		n = left < 15 ? left : 15;
	for (size_t i = 0; i < n; i++)
		sprintf(at.bytes + 3 * i, "%02x ", bytes[i]);
	if (n)
		at.bytes[3 * n - 1] = 0;
	find_symbol(p, &at);
	return at;
}

static void print_human(const struct program *p, const struct place *at)
{
	const struct verify_report *r = &p->report;
	if (r->cause == VERIFY_OK) {
		printf("%s: accepted: %u instructions, %u labels, %u indirect branches\n", p->path,
			r->insns, r->labels, r->branches);
		return;
	}
	printf("%s: rejected: %s: %s\n", p->path, verify_rule_id(r->cause),
		verify_rule_text(r->cause));
	if (at->in_text)
		printf("  at 0x%x%s%s%s: %s\n", at->address, at->symbol[0] ? " <" : "", at->symbol,
			at->symbol[0] ? ">" : "", at->bytes);
	else
		printf("  at offset 0x%x of the file\n", r->offset);
}

static void print_json(const struct program *p, const struct place *at)
{
	const struct verify_report *r = &p->report;
	if (r->cause == VERIFY_OK) {
		printf("{\"accepted\": true, \"instructions\": %u, \"labels\": %u, \"indirect_branches\": %u}\n",
			r->insns, r->labels, r->branches);
		return;
	}
	printf("{\"accepted\": false, \"rule\": \"%s\", \"reason\": \"%s\", \"offset\": %u",
		verify_rule_id(r->cause), verify_rule_text(r->cause), r->offset);
	if (at->in_text)
		printf(", \"address\": %u, \"bytes\": \"%s\", \"symbol\": \"%s\"", at->address,
			at->bytes, at->symbol);
	puts("}");
}

int cmd_verify(int argc, char **argv)
{
	enum { OPT_JSON = 1, OPT_HELP };
	static const struct option options[] = {
		{"json", no_argument, NULL, OPT_JSON},
		{"help", no_argument, NULL, OPT_HELP},
		{0},
	};
	bool json = false;
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case OPT_JSON:
			json = true;
			break;
		case OPT_HELP:
			fputs(usage, stdout);
			return 0;
		default:
			return cli_usage_error("verify");
		}
	}
	if (optind + 1 != argc)
		return cli_fail("verify: exactly one program file is needed");

	struct program p = {.path = argv[optind]};
	int status = program_read(&p);
	if (status == 0)
		status = program_verify(&p);
	if (status == 0) {
		struct place at = locate(&p);
		(json ? print_json : print_human)(&p, &at);
		status = p.report.cause != VERIFY_OK;
	}
	free(p.bytes);
	return status;
}
