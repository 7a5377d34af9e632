/* SPDX-License-Identifier: Apache-2.0 */
/* What the first entry learnt, for the other files of enclave/. */
#ifndef CLOISTER_START_H
#define CLOISTER_START_H

#include <stdint.h>

#include "sgx.h"

/* report.c: XFRM from this enclave's REPORT to itself; dies if it was created in a way that it
 * cannot live with. */
void report_boot(void);

/* The copy of the configuration: pages of its own between the vCPU slots and the kernel stacks. */
#define CONFIG_COPY_BASE 0x10060000000

#endif
