/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enclave file reader: any bytes either are refused or give pages that obey the format's promises.
 * The promises are checked here from outside the reader: page alignment, ELRANGE, order, no page
 * twice, no W+X, as many pages as announced.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "enclave_image.h"

#define PAGES_WALKED 4096 /* enough of a large image; zero pages would only cost time */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct check {
	const struct enclave_image *img;
	uint64_t next_segment, next_slot; /* lowest offset a page may now have */
	uint32_t n;
};

static void require(int condition)
{
	if (!condition)
		abort();
}

static int source_read(void *ctx, uint64_t off, void *buf, size_t len)
{
	const struct enclave_source *src = ctx;
	require(off <= src->size && len <= src->size - off);
	memcpy(buf, (const uint8_t *)src[1].ctx + off, len);
	return 0;
}

static int page(void *ctx, uint64_t offset, const uint8_t *bytes, uint64_t secinfo)
{
	struct check *c = ctx;
	const struct enclave_desc *d = &c->img->desc;
	uint64_t access = secinfo & SGX_SECINFO_RWX;
	uint64_t slots = d->tcs_base, slots_end = slots + d->tcs_count * d->tcs_stride;
	uint64_t *next = offset >= slots && offset < slots_end ? &c->next_slot : &c->next_segment;

	require(offset % SGX_PAGE_SIZE == 0 && offset <= d->elrange_size - SGX_PAGE_SIZE);
	require((secinfo & ~(SGX_SECINFO_PT_MASK | SGX_SECINFO_RWX)) == 0);
	require(access != SGX_SECINFO_RWX && access != (SGX_SECINFO_W | SGX_SECINFO_X));
	if ((secinfo & SGX_SECINFO_PT_MASK) == SGX_SECINFO_TCS) {
		const struct sgx_tcs *tcs = (const struct sgx_tcs *)bytes;
		require(access == 0 && offset >= *next);
		require(tcs->ossa < d->elrange_size && tcs->ofsbase < d->elrange_size);
		require(tcs->oentry < d->elrange_size && tcs->nssa > 0);
		*next = offset;
	} else {
		require((secinfo & SGX_SECINFO_PT_MASK) == SGX_SECINFO_REG);
		require(access & SGX_SECINFO_R);
		require(next == &c->next_segment ? offset >= *next : offset > *next);
		if (next == &c->next_segment)
			*next = offset + SGX_PAGE_SIZE;
	}
	return ++c->n == PAGES_WALKED;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct enclave_image img;
	struct enclave_source src[2] = {{size, source_read, src}, {.ctx = (void *)data}};

	enum enclave_image_error err = enclave_image_open(&img, src);
	require(enclave_image_strerror(err) != NULL && err != ENCLAVE_IMAGE_READ);
	if (err != ENCLAVE_IMAGE_OK)
		return 0;
	require(img.npages > 0 && img.npages <= ENCLAVE_PAGES_MAX);
	struct check c = {.img = &img};
	err = enclave_image_pages(&img, src, page, &c);
	require(err == (img.npages >= PAGES_WALKED ? ENCLAVE_IMAGE_STOPPED : ENCLAVE_IMAGE_OK));
	require(err == ENCLAVE_IMAGE_STOPPED || c.n == img.npages);
	return 0;
}
