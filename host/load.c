/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the enclave file to an initialised enclave: ECREATE, ADD_PAGES, INIT, mappings. The same
 * ioctls in the same order on hardware and emulator.
 *
 * Mappings: Linux refuses a mapping whose permissions exceed those of any page that was added below
 * it, while absent pages (EDMM) impose nothing. So added pages are mapped with exactly their own
 * permissions and everything between them RWX, from vm.mmap_min_addr up. What a page really allows
 * is the EPCM's business, which the enclave commands.
 */
#include <errno.h>
#include <fcntl.h>
#include <immintrin.h>
#include <cpuid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "enclave_image.h"
#include "host.h"
#include "sgx.h"
#include "sgx_measure.h"
#include "sgx_sign.h"
#include "sgx_uapi.h"
#include "sigstruct.h"

#define RETRIES_MAX 1000 /* of an ioctl that says EINTR, EAGAIN or EBUSY */

/* A run of pages: adjacent, same SECINFO. */
struct run {
	uint64_t addr, len, secinfo;
};

struct loading {
	struct host *h;
	const char *file;
	int fd;
	struct enclave_image image;
	struct sgx_secs *secs; /* page aligned, like all that the device reads */
	struct sgx_sigstruct *sig;
	uint8_t *pages; /* contents of all pages, in EADD order */
	size_t npages;
	struct run *runs;
	size_t nruns;
	uint64_t tcs[VCPU_MAX];
	unsigned ntcs;
	struct sgx_measure measure;
};

/* ---- input ---- */

static int file_read(void *ctx, uint64_t off, void *buf, size_t len)
{
	struct loading *l = ctx;
	uint8_t *p = buf;

	while (len > 0) {
		ssize_t n = pread(l->fd, p, len, (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		p += n;
		off += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

static int take_page(
	void *ctx, uint64_t offset, const uint8_t page[SGX_PAGE_SIZE], uint64_t secinfo)
{
	struct loading *l = ctx;
	struct run *last = l->nruns ? &l->runs[l->nruns - 1] : NULL;

	memcpy(l->pages + l->npages++ * SGX_PAGE_SIZE, page, SGX_PAGE_SIZE);
	if ((secinfo & SGX_SECINFO_PT_MASK) == SGX_SECINFO_TCS && l->ntcs < VCPU_MAX)
		l->tcs[l->ntcs++] = offset;
	if (last && last->addr + last->len == offset && last->secinfo == secinfo)
		last->len += SGX_PAGE_SIZE;
	else
		l->runs[l->nruns++] = (struct run){offset, SGX_PAGE_SIZE, secinfo};
	return 0;
}

static int read_image(struct loading *l)
{
	struct stat st;
	struct enclave_source src = {.read = file_read, .ctx = l};
	enum enclave_image_error e;

	l->fd = open(l->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* it may be a FIFO */
	if (l->fd < 0 || fstat(l->fd, &st) < 0)
		return host_complain("%s: %s", l->file, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return host_complain("%s: is not a regular file", l->file);
	src.size = (uint64_t)st.st_size;
	e = enclave_image_open(&l->image, &src);
	if (e == ENCLAVE_IMAGE_OK) {
		l->pages = mmap(NULL, (size_t)l->image.npages * SGX_PAGE_SIZE,
			PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		l->runs = calloc(l->image.npages, sizeof *l->runs);
		if (l->pages == MAP_FAILED || l->runs == NULL)
			return host_complain("%s: no memory to load it", l->file);
		e = enclave_image_pages(&l->image, &src, take_page, l);
	}
	if (e != ENCLAVE_IMAGE_OK)
		return host_complain("%s: %s", l->file, enclave_image_strerror(e));
	return 0;
}

static int read_signature(struct loading *l)
{
	char path[4096];
	int fd;

	if (snprintf(path, sizeof path, "%s.sig", l->file) >= (int)sizeof path)
		return host_complain("%s: %s", l->file, strerror(ENAMETOOLONG));
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return host_complain("%s: %s (cloister sign makes it)", path, strerror(errno));
	ssize_t n = read(fd, l->sig, SGX_PAGE_SIZE);
	close(fd);
	if (n != (ssize_t)sizeof *l->sig)
		return host_complain("%s: is not a SIGSTRUCT of %zu bytes", path, sizeof *l->sig);
	return 0;
}

/* ---- creation ---- */

/* What the CPU and the OS let an enclave have of the extended state. */
static uint64_t host_xfrm(void)
{
	unsigned a, b, c, d;
	uint64_t xcr0 = SGX_XFRM_LEGACY;

	if (__get_cpuid(1, &a, &b, &c, &d) && (c & bit_OSXSAVE)) {
		uint32_t lo, hi;

		__asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
		xcr0 = (uint64_t)hi << 32 | lo;
	}
	if (__get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & 4) && /* SGX: leaf 12h says more */
		__get_cpuid_count(0x12, 1, &a, &b, &c, &d))
		xcr0 &= (uint64_t)d << 32 | c;
	return xcr0;
}

static int choose_secs(struct loading *l, bool debug)
{
	uint64_t lacking;

	enclave_image_secs(&l->image, l->secs);
	l->secs->attributes.xfrm &= host_xfrm();
	lacking = l->image.desc.xfrm_required & ~l->secs->attributes.xfrm;
	if (lacking)
		return host_complain(
			"%s: needs processor state components %#lx that this machine lacks",
			l->file, (unsigned long)lacking);
	if (debug)
		l->secs->attributes.flags |= SGX_ATTR_DEBUG;
	if (l->image.desc.elrange_size != ELRANGE_SIZE)
		return host_complain("%s: is laid out for another address map", l->file);
	return 0;
}

static bool transient(int err)
{
	return err == -EINTR || err == -EAGAIN || err == -EBUSY;
}

static int add_run(struct loading *l, const struct run *r, const uint8_t *src)
{
	struct sgx_secinfo info __attribute__((aligned(64))) = {.flags = r->secinfo};
	uint64_t done = 0;
	int tries = 0;

	while (done < r->len) {
		struct sgx_enclave_add_pages add = {
			.src = (uint64_t)(uintptr_t)src + done,
			.offset = r->addr + done,
			.length = r->len - done,
			.secinfo = (uint64_t)(uintptr_t)&info,
			.flags = SGX_PAGE_MEASURE,
		};
		int err = l->h->dev->ioctl(l->h->enclave, SGX_IOC_ENCLAVE_ADD_PAGES, &add);

		done += add.count;
		if (err < 0 && !(transient(err) && tries++ < RETRIES_MAX))
			return host_complain("%s: page %#lx cannot be added: %s", l->file,
				(unsigned long)(r->addr + done), strerror(-err));
	}
	return 0;
}

static int create(struct loading *l)
{
	const struct sgx_dev *dev = l->h->dev;
	struct sgx_enclave_create create = {.src = (uint64_t)(uintptr_t)l->secs};
	const uint8_t *src = l->pages;
	int err;

	l->h->enclave = dev->open();
	if (l->h->enclave < 0)
		return host_complain("the %s SGX device cannot be opened: %s", dev->name,
			strerror(-l->h->enclave));
	err = dev->ioctl(l->h->enclave, SGX_IOC_ENCLAVE_CREATE, &create);
	if (err < 0)
		return host_complain("%s: the %s SGX device cannot create an enclave like this: %s",
			l->file, dev->name, strerror(-err));
	for (size_t i = 0; i < l->nruns; i++) {
		err = add_run(l, &l->runs[i], src);
		if (err)
			return err;
		src += l->runs[i].len;
	}
	return 0;
}

/* ---- EINIT, and why it said no ---- */

static bool measures_as_signed(struct loading *l)
{
	uint8_t hash[SGX_HASH_SIZE];
	const uint8_t *page = l->pages;
	bool same;

	if (sgx_measure_init(&l->measure) < 0)
		return true; /* not known: another reason will be named */
	sgx_measure_ecreate(&l->measure, l->secs->size, l->secs->ssa_frame_size);
	for (size_t i = 0; i < l->nruns; i++)
		for (uint64_t off = 0; off < l->runs[i].len;
			off += SGX_PAGE_SIZE, page += SGX_PAGE_SIZE)
			sgx_measure_page(
				&l->measure, l->runs[i].addr + off, page, l->runs[i].secinfo, true);
	same = sgx_measure_final(&l->measure, hash) == 0 &&
	       memcmp(hash, l->sig->enclave_hash, sizeof hash) == 0;
	sgx_measure_fini(&l->measure);
	return same;
}

static const char *why_refused(struct loading *l)
{
	const struct sgx_attributes *mask = &l->sig->attribute_mask;
	uint64_t flags = (l->secs->attributes.flags ^ l->sig->attributes.flags) & mask->flags;

	switch (sgx_sig_verify(l->sig)) {
	case SGX_SUCCESS:
		break;
	case SGX_INVALID_SIG_STRUCT:
		return "is not a well-formed SIGSTRUCT";
	default:
		return "carries a wrong signature";
	}
	if (!measures_as_signed(l))
		return "signs another enclave file (MRENCLAVE differs)";
	if (flags & SGX_ATTR_DEBUG)
		return l->sig->attributes.flags & SGX_ATTR_DEBUG
			       ? "signs a debug enclave, and this run is not one (--debug)"
			       : "does not allow a debug enclave";
	if (flags || ((l->secs->attributes.xfrm ^ l->sig->attributes.xfrm) & mask->xfrm))
		return "does not allow the attributes of this enclave on this machine";
	return "does not allow this enclave to start";
}

static int initialise(struct loading *l)
{
	struct sgx_enclave_init init = {.sigstruct = (uint64_t)(uintptr_t)l->sig};
	int err, tries = 0;

	do
		err = l->h->dev->ioctl(l->h->enclave, SGX_IOC_ENCLAVE_INIT, &init);
	while (transient(err) && tries++ < RETRIES_MAX);
	if (err == 0)
		return 0;
	if (err == -EPERM || err > 0 || err == -EINVAL)
		return host_complain("%s.sig: %s", l->file, why_refused(l));
	return host_complain("%s: cannot be initialised: %s", l->file, strerror(-err));
}

/* ---- mappings ---- */

static int run_prot(uint64_t secinfo)
{
	if ((secinfo & SGX_SECINFO_PT_MASK) == SGX_SECINFO_TCS)
		return PROT_READ | PROT_WRITE;
	return (secinfo & SGX_SECINFO_R ? PROT_READ : 0) |
	       (secinfo & SGX_SECINFO_W ? PROT_WRITE : 0) |
	       (secinfo & SGX_SECINFO_X ? PROT_EXEC : 0);
}

static uint64_t mmap_min(void)
{
	unsigned long long min = 0;
	FILE *f = fopen("/proc/sys/vm/mmap_min_addr", "re");

	if (f != NULL) {
		if (fscanf(f, "%llu", &min) != 1)
			min = 0;
		fclose(f);
	}
	return min > LOW_BASE ? min : LOW_BASE;
}

static int map_range(struct loading *l, uint64_t from, uint64_t to, int prot)
{
	if (from >= to)
		return 0;
	if (l->h->dev->mmap(l->h->enclave, from, to - from, prot) != MAP_FAILED)
		return 0;
	return host_complain("the enclave's addresses %#lx..%#lx cannot be mapped: %s",
		(unsigned long)from, (unsigned long)to, strerror(errno));
}

static int run_cmp(const void *a, const void *b)
{
	const struct run *x = a, *y = b;

	return (x->addr > y->addr) - (x->addr < y->addr);
}

static int map_enclave(struct loading *l)
{
	uint64_t at = mmap_min();
	size_t i = 0;

	qsort(l->runs, l->nruns, sizeof *l->runs, run_cmp);
	while (i < l->nruns) {
		int prot = run_prot(l->runs[i].secinfo);
		uint64_t start = l->runs[i].addr, end = start;

		while (i < l->nruns && l->runs[i].addr == end &&
			run_prot(l->runs[i].secinfo) == prot)
			end += l->runs[i++].len;
		if (map_range(l, at, start, PROT_READ | PROT_WRITE | PROT_EXEC) ||
			map_range(l, start, end, prot))
			return LAUNCH_FAILED;
		at = end;
	}
	return map_range(l, at, ELRANGE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC);
}

static int load(struct loading *l, bool debug)
{
	int err = read_image(l);

	if (err == 0)
		err = read_signature(l);
	if (err == 0)
		err = choose_secs(l, debug);
	if (err == 0)
		err = create(l);
	if (err == 0)
		err = initialise(l);
	if (err == 0)
		err = map_enclave(l);
	return err;
}

int load_enclave(struct host *h, const char *file, bool debug)
{
	struct loading l = {.h = h, .file = file, .fd = -1};
	int err = LAUNCH_FAILED;

	h->enclave = -1;
	l.secs = aligned_alloc(SGX_PAGE_SIZE, SGX_PAGE_SIZE);
	l.sig = aligned_alloc(SGX_PAGE_SIZE, SGX_PAGE_SIZE);
	if (l.secs && l.sig)
		err = load(&l, debug);
	else
		host_complain("no memory");
	if (err == 0) {
		if (h->nvcpu > l.ntcs)
			h->nvcpu = l.ntcs;
		for (unsigned i = 0; i < h->nvcpu; i++)
			h->vcpu[i].tcs = l.tcs[i];
	} else if (h->enclave >= 0) {
		h->dev->close(h->enclave);
	}
	if (l.fd >= 0)
		close(l.fd);
	if (l.pages != NULL && l.pages != MAP_FAILED)
		munmap(l.pages, (size_t)l.image.npages * SGX_PAGE_SIZE);
	free(l.runs);
	free(l.secs);
	free(l.sig);
	return err;
}
