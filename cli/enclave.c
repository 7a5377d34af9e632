/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An enclave file on disk. See enclave.h.
 */
#include "enclave.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "sgx_measure.h"

static int file_read(void *ctx, uint64_t off, void *buf, size_t len)
{
	const struct cli_enclave *e = ctx;

	while (len > 0) {
		ssize_t n = pread(e->fd, buf, len, (off_t)off);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO; /* it shrank */
		buf = (char *)buf + n;
		off += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

int cli_enclave_open(struct cli_enclave *e, const char *path)
{
	struct stat st;

	*e = (struct cli_enclave){.path = path};
	e->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not hang us */
	if (e->fd < 0)
		return cli_fail_errno(path, "cannot open", -errno);
	int status = 0;
	if (fstat(e->fd, &st) < 0)
		status = cli_fail_errno(path, "cannot stat", -errno);
	else if (!S_ISREG(st.st_mode))
		status = cli_fail("%s: is not a regular file", path);
	if (status == 0) {
		e->src = (struct enclave_source){(uint64_t)st.st_size, file_read, e};
		enum enclave_image_error err = enclave_image_open(&e->img, &e->src);
		if (err != ENCLAVE_IMAGE_OK)
			status = cli_fail("%s: %s", path, enclave_image_strerror(err));
	}
	if (status != 0)
		close(e->fd);
	return status;
}

void cli_enclave_close(struct cli_enclave *e)
{
	close(e->fd);
}

static int measure_page(void *ctx, uint64_t offset, const uint8_t *page, uint64_t secinfo_flags)
{
	return sgx_measure_page(ctx, offset, page, secinfo_flags, true);
}

static int stream_write(void *ctx, const void *bytes, size_t len)
{
	return fwrite(bytes, 1, len, ctx) == len ? 0 : -errno;
}

static int measure(const struct cli_enclave *e, uint8_t *mrenclave, FILE *stream, const char *sgxs)
{
	struct sgx_measure m;

	(void)sgx_measure_init(&m);
	if (stream != NULL) {
		m.tee = stream_write;
		m.tee_ctx = stream;
	}
	(void)sgx_measure_ecreate(&m, e->img.desc.elrange_size, e->img.desc.ssa_frame_size);
	enum enclave_image_error err = enclave_image_pages(&e->img, &e->src, measure_page, &m);
	/* Errors of the measurement stick to it, so this call reports them all. */
	int n = sgx_measure_final(&m, mrenclave);
	sgx_measure_fini(&m);
	if (err != ENCLAVE_IMAGE_OK && err != ENCLAVE_IMAGE_STOPPED)
		return cli_fail("%s: %s", e->path, enclave_image_strerror(err));
	if (n < 0 && stream != NULL && ferror(stream))
		return cli_fail_errno(sgxs, "cannot write", n);
	return n < 0 ? cli_fail_errno(e->path, "cannot measure", n) : 0;
}

int cli_enclave_measure(
	const struct cli_enclave *e, uint8_t mrenclave[SGX_HASH_SIZE], const char *sgxs)
{
	FILE *stream = NULL;

	if (sgxs != NULL) {
		stream = fopen(sgxs, "we");
		if (stream == NULL)
			return cli_fail_errno(sgxs, "cannot create", -errno);
	}
	int status = measure(e, mrenclave, stream, sgxs);
	if (stream != NULL && fclose(stream) != 0 && status == 0)
		status = cli_fail_errno(sgxs, "cannot write", -errno);
	return status;
}
