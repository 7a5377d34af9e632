/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cloister sigstruct: every field of a signature file, and whether it verifies. The fields are
 * data: one row each, in file order; text and JSON print the same rows.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "cli.h"
#include "sgx_sign.h"
#include "sigstruct.h"

static const char usage[] =
	"Usage: cloister sigstruct [--json] FILE\n"
	"Show every field of a signature file (SIGSTRUCT) and verify it.\n"
	"\n"
	"  --json  print one JSON object\n"
	"  --help  print this help\n"
	"\n"
	"Exit status: 0 it verifies, 1 it does not, 125 it could not be read.\n";

enum field_kind { FIELD_BYTES, FIELD_HEX, FIELD_DECIMAL };

struct field {
	const char *name;
	size_t off, size;
	enum field_kind kind;
};

#define FIELD(name, member, kind)                                                                  \
	{                                                                                          \
		name, offsetof(struct sgx_sigstruct, member),                                      \
			sizeof(((struct sgx_sigstruct *)0)->member), kind                          \
	}

static const struct field fields[] = {
	FIELD("header", header, FIELD_BYTES),
	FIELD("vendor", vendor, FIELD_HEX),
	FIELD("date", date, FIELD_HEX),
	FIELD("header2", header2, FIELD_BYTES),
	FIELD("swdefined", swdefined, FIELD_HEX),
	FIELD("reserved1", reserved1, FIELD_BYTES),
	FIELD("modulus", modulus, FIELD_BYTES),
	FIELD("exponent", exponent, FIELD_DECIMAL),
	FIELD("signature", signature, FIELD_BYTES),
	FIELD("miscselect", miscselect, FIELD_HEX),
	FIELD("miscmask", misc_mask, FIELD_HEX),
	FIELD("cet_attributes", cet_attributes, FIELD_HEX),
	FIELD("cet_attributes_mask", cet_attributes_mask, FIELD_HEX),
	FIELD("reserved2", reserved2, FIELD_BYTES),
	FIELD("isvfamilyid", isv_family_id, FIELD_BYTES),
	FIELD("attributes", attributes.flags, FIELD_HEX),
	FIELD("xfrm", attributes.xfrm, FIELD_HEX),
	FIELD("attributes_mask", attribute_mask.flags, FIELD_HEX),
	FIELD("xfrm_mask", attribute_mask.xfrm, FIELD_HEX),
	FIELD("mrenclave", enclave_hash, FIELD_BYTES),
	FIELD("reserved3", reserved3, FIELD_BYTES),
	FIELD("isvextprodid", isv_ext_prod_id, FIELD_BYTES),
	FIELD("isvprodid", isv_prod_id, FIELD_DECIMAL),
	FIELD("isvsvn", isv_svn, FIELD_DECIMAL),
	FIELD("reserved4", reserved4, FIELD_BYTES),
	FIELD("q1", q1, FIELD_BYTES),
	FIELD("q2", q2, FIELD_BYTES),
};

static void print_name(const char *name, bool json)
{
	if (json)
		printf("  \"%s\": ", name);
	else
		printf("%-20s ", name);
}

/* Numbers are numbers in JSON when decimal, "0x..." strings when they are bit sets. */
static void print_value(const struct sgx_sigstruct *sig, const struct field *f, bool json)
{
	const uint8_t *at = (const uint8_t *)sig + f->off;
	const char *quote = json && f->kind != FIELD_DECIMAL ? "\"" : "";
	uint64_t number = 0;

	printf("%s", quote);
	if (f->kind == FIELD_BYTES) {
		cli_print_hex(stdout, at, f->size);
	} else {
		memcpy(&number, at, f->size); /* little-endian, as we are */
		if (f->kind == FIELD_HEX)
			printf("0x%0*" PRIx64, (int)f->size * 2, number);
		else
			printf("%" PRIu64, number);
	}
	printf("%s", quote);
}

static void print_fields(
	const struct sgx_sigstruct *sig, const uint8_t mrsigner[SGX_HASH_SIZE], bool json)
{
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		print_name(fields[i].name, json);
		print_value(sig, &fields[i], json);
		fputs(json ? ",\n" : "\n", stdout);
	}
	print_name("mrsigner", json);
	fputs(json ? "\"" : "", stdout);
	cli_print_hex(stdout, mrsigner, SGX_HASH_SIZE);
	fputs(json ? "\",\n" : "\n", stdout);
}

static void print_verdict(const char *name, bool good, bool json, bool last)
{
	print_name(name, json);
	if (json)
		printf("%s%s\n", good ? "true" : "false", last ? "" : ",");
	else
		puts(good ? "ok" : "WRONG");
}

static int show(const struct sgx_sigstruct *sig, const char *path, bool json)
{
	struct sgx_sig_check check;
	uint8_t mrsigner[SGX_HASH_SIZE];

	int err = sgx_sig_examine(sig, &check);
	if (err == 0)
		err = sgx_mrsigner(sig->modulus, mrsigner);
	if (err < 0)
		return cli_fail_errno(path, "cannot verify", err);
	bool format = sigstruct_check_format(sig) == SGX_SUCCESS;
	fputs(json ? "{\n" : "", stdout);
	print_fields(sig, mrsigner, json);
	print_verdict("format_ok", format, json, false);
	print_verdict("signature_ok", check.signature, json, false);
	print_verdict("q1_ok", check.q1, json, false);
	print_verdict("q2_ok", check.q2, json, true);
	fputs(json ? "}\n" : "", stdout);
	return format && check.signature && check.q1 && check.q2 ? 0 : 1;
}

int cmd_sigstruct(int argc, char **argv)
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
			return cli_usage_error("sigstruct");
		}
	}
	if (optind + 1 != argc)
		return cli_fail("sigstruct: exactly one signature file is needed");

	struct sgx_sigstruct sig;
	int status = cli_read_exact(argv[optind], "a SIGSTRUCT", &sig, sizeof sig);
	return status != 0 ? status : show(&sig, argv[optind], json);
}
