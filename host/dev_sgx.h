/* SPDX-License-Identifier: Apache-2.0 */
/* What dev_sgx.c offers its unit test beside the table of dev.h. */
#ifndef HOST_DEV_SGX_H
#define HOST_DEV_SGX_H

/*
 * The address of a dynamic symbol of a loaded vDSO image, or NULL. Reads only inside the image's
 * own tables; needs PT_DYNAMIC with DT_HASH, DT_SYMTAB and DT_STRTAB, as Linux's vDSO has.
 */
void *dev_sgx_vdso_symbol(const void *image, const char *name);

#endif
