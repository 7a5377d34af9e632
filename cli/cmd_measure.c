/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cloister measure: MRENCLAVE of an enclave file.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>

#include "cli.h"
#include "enclave.h"

static const char usage[] =
	"Usage: cloister measure [--json] [--sgxs FILE] ENCLAVE\n"
	"Print MRENCLAVE, the measurement of an enclave file.\n"
	"\n"
	"  --json       print a JSON object with the enclave's parameters too\n"
	"  --sgxs FILE  write the measured byte stream; its SHA-256 is MRENCLAVE\n"
	"  --help       print this help\n";

static void print_json(const struct enclave_image *img, const uint8_t mrenclave[SGX_HASH_SIZE])
{
	const struct enclave_desc *d = &img->desc;

	printf("{\"mrenclave\": \"");
	cli_print_hex(stdout, mrenclave, SGX_HASH_SIZE);
	printf("\", \"size\": %" PRIu64 ", \"pages\": %" PRIu32 ", \"tcs\": %" PRIu32
	       ", \"nssa\": %" PRIu32 ", \"ssa_frame_size\": %" PRIu32 ", \"attributes\": %" PRIu64
	       ", \"xfrm\": %" PRIu64 ", \"xfrm_required\": %" PRIu64 ", \"miscselect\": %" PRIu32
	       "}\n",
		d->elrange_size, img->npages, d->tcs_count, d->nssa, d->ssa_frame_size,
		d->attributes, d->xfrm, d->xfrm_required, d->miscselect);
}

int cmd_measure(int argc, char **argv)
{
	enum { OPT_JSON = 1, OPT_SGXS, OPT_HELP };
	static const struct option options[] = {
		{"json", no_argument, NULL, OPT_JSON},
		{"sgxs", required_argument, NULL, OPT_SGXS},
		{"help", no_argument, NULL, OPT_HELP},
		{0},
	};
	const char *sgxs = NULL;
	bool json = false;
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case OPT_JSON:
			json = true;
			break;
		case OPT_SGXS:
			sgxs = optarg;
			break;
		case OPT_HELP:
			fputs(usage, stdout);
			return 0;
		default:
			return cli_usage_error("measure");
		}
	}
	if (optind + 1 != argc)
		return cli_fail("measure: exactly one enclave file is needed");

	struct cli_enclave e;
	uint8_t mrenclave[SGX_HASH_SIZE];
	int status = cli_enclave_open(&e, argv[optind]);
	if (status != 0)
		return status;
	status = cli_enclave_measure(&e, mrenclave, sgxs);
	if (status == 0 && json) {
		print_json(&e.img, mrenclave);
	} else if (status == 0) {
		cli_print_hex(stdout, mrenclave, sizeof mrenclave);
		putchar('\n');
	}
	cli_enclave_close(&e);
	return status;
}
