/* SPDX-License-Identifier: Apache-2.0 */
/* EREPORT and EGETKEY for the kernel: any alignment, copies inside. Source: SDM vol. 3D. */
#ifndef CLOISTER_REPORT_H
#define CLOISTER_REPORT_H

#include <stdint.h>

#include "sgx.h"

/* A report for the target (an enclave on this machine) over 64 bytes of data. */
void report_make(const struct sgx_targetinfo *target, const uint8_t data[SGX_REPORT_DATA_SIZE],
	struct sgx_report *out);
/* 0, or -EINVAL with the SGX error code in *sgx_error. The key is the caller's to wipe. */
int report_key(const struct sgx_keyrequest *r, uint8_t key[SGX_KEY_SIZE], uint64_t *sgx_error);

#endif
