/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostcalls that change enclave pages: EMODPR, EMODT, EREMOVE through the device. Whether it was
 * done the enclave finds out by EACCEPT. An ioctl may stop half way and says how far it got.
 */
#include <errno.h>

#include "host.h"
#include "hc.h"
#include "sgx_uapi.h"

#define RETRIES_MAX 1000

/* One ioctl on [at, at + len): its result, and in *count the bytes done. */
typedef int edmm_step(struct host *h, uint64_t at, uint64_t len, uint64_t arg, uint64_t *count);

static int64_t edmm_range(struct host *h, const struct hc_msg *m, edmm_step *step)
{
	uint64_t at = m->a[0], end = at + m->a[1];
	int tries = 0;

	while (at < end) {
		uint64_t count = 0;
		int err = step(h, at, end - at, m->a[2], &count);

		if (count == 0 && err != -EINTR && err != -EAGAIN && err != -EBUSY)
			return err < 0 ? err : -EIO;
		if (count == 0 && tries++ == RETRIES_MAX)
			return err;
		at += count;
	}
	return 0;
}

static int step_restrict(struct host *h, uint64_t at, uint64_t len, uint64_t arg, uint64_t *count)
{
	struct sgx_enclave_restrict_permissions r = {
		.offset = at, .length = len, .permissions = arg};
	int err = h->dev->ioctl(h->enclave, SGX_IOC_ENCLAVE_RESTRICT_PERMISSIONS, &r);

	*count = r.count;
	return err;
}

static int step_modify(struct host *h, uint64_t at, uint64_t len, uint64_t arg, uint64_t *count)
{
	struct sgx_enclave_modify_types r = {.offset = at, .length = len, .page_type = arg};
	int err = h->dev->ioctl(h->enclave, SGX_IOC_ENCLAVE_MODIFY_TYPES, &r);

	*count = r.count;
	return err;
}

static int step_remove(struct host *h, uint64_t at, uint64_t len, uint64_t arg, uint64_t *count)
{
	struct sgx_enclave_remove_pages r = {.offset = at, .length = len};
	int err = h->dev->ioctl(h->enclave, SGX_IOC_ENCLAVE_REMOVE_PAGES, &r);

	*count = r.count;
	return err;
}

int64_t hc_sgx_restrict(struct host *h, const struct hc_msg *m)
{
	return edmm_range(h, m, step_restrict);
}

int64_t hc_sgx_modify(struct host *h, const struct hc_msg *m)
{
	return edmm_range(h, m, step_modify);
}

int64_t hc_sgx_remove(struct host *h, const struct hc_msg *m)
{
	return edmm_range(h, m, step_remove);
}
