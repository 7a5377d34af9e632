/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MRENCLAVE as the CPU computes it, one record per instruction (Intel SDM volume 3D, ECREATE,
 * EADD, EEXTEND). SHA-256 is OpenSSL's. Used by `cloister measure` and `sign`, and by the emulator.
 * Optionally the hashed bytes are also handed out: their concatenation is an .sgxs file.
 *
 * Not thread safe per object. Functions return 0 or -errno; after a failure every later call on
 * the object fails too, so a caller may check the last one only.
 */
#ifndef SGX_MEASURE_H
#define SGX_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sgx.h"

#define SGX_EEXTEND_CHUNK 256

struct sgx_measure {
	void *md;  /* EVP_MD_CTX */
	int error; /* first failure, -errno */
	/* Receives every hashed byte; 0 or -errno. NULL: nobody does. Set after sgx_measure_init().
	 */
	int (*tee)(void *ctx, const void *bytes, size_t len);
	void *tee_ctx;
};

/* Start empty. -ENOMEM. Pair with sgx_measure_fini() also after failures. */
int sgx_measure_init(struct sgx_measure *m);
void sgx_measure_fini(struct sgx_measure *m);

/* Only SIZE and SSAFRAMESIZE (pages) of the SECS are measured. */
int sgx_measure_ecreate(struct sgx_measure *m, uint64_t size, uint32_t ssa_frame_size);

/*
 * One page at `offset` (bytes from the enclave base) with the SECINFO.FLAGS given. The access bits
 * of a TCS page are dropped, as EADD does.
 */
int sgx_measure_eadd(struct sgx_measure *m, uint64_t offset, uint64_t secinfo_flags);

/*
 * 256 bytes at `offset`. They must be the bytes of the EPC page: for a TCS page with STATE, CSSA,
 * AEP and FLAGS.DBGOPTIN cleared (sgx_measure_page() does that).
 */
int sgx_measure_eextend(struct sgx_measure *m, uint64_t offset, const uint8_t chunk[256]);

/* What SGX_IOC_ENCLAVE_ADD_PAGES does for one page: EADD, then, if `measure`, 16 EEXTENDs. */
int sgx_measure_page(struct sgx_measure *m, uint64_t offset, const uint8_t page[4096],
	uint64_t secinfo_flags, bool measure);

/* MRENCLAVE of what has been added so far; the object may go on being used. */
int sgx_measure_final(struct sgx_measure *m, uint8_t mrenclave[SGX_HASH_SIZE]);

#endif
