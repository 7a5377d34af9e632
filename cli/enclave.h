/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An enclave file on disk: opened, checked, measured. Functions return 0, or CLI_FAILURE after
 * printing their message.
 */
#ifndef CLI_ENCLAVE_H
#define CLI_ENCLAVE_H

#include "enclave_image.h"

struct cli_enclave {
	const char *path; /* borrowed */
	int fd;
	struct enclave_source src;
	struct enclave_image img;
};

int cli_enclave_open(struct cli_enclave *e, const char *path);
void cli_enclave_close(struct cli_enclave *e);

/* MRENCLAVE; sgxs, if not NULL, is the path to write the measured byte stream to. */
int cli_enclave_measure(
	const struct cli_enclave *e, uint8_t mrenclave[SGX_HASH_SIZE], const char *sgxs);

#endif
