/* SPDX-License-Identifier: Apache-2.0 */
/* A one-page ELF image, as getauxval(AT_SYSINFO_EHDR) would name, with the SGX entry function. */
#ifndef HOST_VDSO_IMAGE_H
#define HOST_VDSO_IMAGE_H

/*
 * The image has PT_LOAD, PT_DYNAMIC, DT_HASH, DT_SYMTAB, DT_STRTAB with addresses relative to it,
 * and one symbol, __vdso_sgx_enter_enclave. NULL: no memory. Never freed.
 */
const void *vdso_image_make(void);

/* enter.S: thread_init() on a thread's first call, then the emulator's entry. */
void preload_enter(void);

#endif
