/* SPDX-License-Identifier: Apache-2.0 */
/* ENCLU leaves of enclu.S: registers and results as the SDM says; operands aligned to SGX_*_ALIGN.
 */
#ifndef CLOISTER_EDMM_H
#define CLOISTER_EDMM_H

#include <stdint.h>

#include "sgx.h"

uint64_t enclu_eaccept(const struct sgx_secinfo *s, uint64_t page);
uint64_t enclu_eacceptcopy(const struct sgx_secinfo *s, uint64_t page, const void *src);
void enclu_emodpe(const struct sgx_secinfo *s, uint64_t page);
void enclu_ereport(const struct sgx_targetinfo *t, const void *data, struct sgx_report *out);
uint64_t enclu_egetkey(const struct sgx_keyrequest *r, uint8_t key[SGX_KEY_SIZE]);

#endif
