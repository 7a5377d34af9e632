/* SPDX-License-Identifier: Apache-2.0 */
/* What the first entry learnt, for the other files of enclave/. */
#ifndef CLOISTER_START_H
#define CLOISTER_START_H

#include <stdint.h>

#include "sgx.h"

/* report.c: this enclave's REPORT to itself, taken at boot. */
const struct sgx_report *report_self(void);
void report_boot(void); /* dies if the enclave was created in a way that it cannot live with */

/* The copy of the configuration: pages of its own between the vCPU slots and the kernel stacks. */
#define CONFIG_COPY_BASE 0x10060000000

#endif
