/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First entries. The boot vCPU copies the host's boot block and configuration in, once, checks
 * every field of the copies, and starts the kernel; the others wait for that (entry.S) and join.
 */
#include "enclave.h"
#include "kernel.h"
#include "plat.h"

#include "die.h"
#include "mem.h"
#include "outside.h"
#include "start.h"
#include "vcpu.h"

_Static_assert(sizeof(struct boot_block) % 8 == 0, "copied in words");
_Static_assert(CONFIG_COPY_BASE >= VCPU_BASE + VCPU_MAX * VCPU_STRIDE &&
		       CONFIG_COPY_BASE + CONFIG_MAX <= KSTACK_BASE,
	"nothing else is there");

uint32_t enclave_booted;

static struct boot_block boot; /* constant once enclave_booted */

const struct boot_block *plat_boot(void)
{
	return &boot;
}

const uint8_t *plat_config(size_t *len)
{
	*len = boot.config_len;
	return (const uint8_t *)CONFIG_COPY_BASE;
}

static bool boot_sane(const struct boot_block *b)
{
	return b->magic == BOOT_MAGIC && b->vcpus >= 1 && b->vcpus <= VCPU_MAX &&
	       b->mem_limit > 0 && b->mem_limit <= ELRANGE_SIZE && b->ncpuid <= CPUID_LEAVES &&
	       b->shared % PAGE_SIZE == 0 && outside_range(b->shared, ARENA_OFF + ARENA_SIZE) &&
	       b->config % 8 == 0 && b->config_len > 0 && b->config_len % 8 == 0 &&
	       b->config_len <= CONFIG_MAX && outside_range(b->config, b->config_len) &&
	       (b->config + b->config_len <= b->shared ||
		       b->config >= b->shared + ARENA_OFF + ARENA_SIZE);
}

/* Whole records up to CONF_END or the end; the kernel judges what they say. */
static bool config_sane(const uint8_t *p, size_t len)
{
	while (len > 0) {
		struct conf_record r;
		size_t body;

		memcpy(&r, p, sizeof r);
		body = ((size_t)r.len + 7) & ~(size_t)7;
		if (body > len - sizeof r)
			return false;
		for (size_t i = r.len; i < body; i++)
			if (p[sizeof r + i] != 0)
				return false;
		if (r.kind == CONF_END)
			return r.len == 0;
		p += sizeof r + body;
		len -= sizeof r + body;
	}
	return true;
}

static void boot_copy(uint64_t block)
{
	struct boot_block b;
	size_t pages, done;

	if (block % 8 != 0 || !outside_range(block, sizeof b))
		plat_die(DIE_STATUS, DIE_BOOT);
	outside_read_words((uint64_t *)&b, block, sizeof b / 8);
	if (!boot_sane(&b))
		plat_die(DIE_STATUS, DIE_BOOT);
	pages = (b.config_len + PAGE_SIZE - 1) >> PAGE_SHIFT;
	if (plat_pages_commit(CONFIG_COPY_BASE, pages, &done) < 0)
		plat_die(DIE_STATUS, DIE_EDMM);
	outside_read_words((uint64_t *)CONFIG_COPY_BASE, b.config, b.config_len / 8);
	if (!config_sane((const uint8_t *)CONFIG_COPY_BASE, b.config_len))
		plat_die(DIE_STATUS, DIE_CONFIG);
	boot = b;
}

_Noreturn void start_vcpu(struct vcpu *v, uint64_t boot_block)
{
	if (v->index == 0) {
		report_boot();
		boot_copy(boot_block);
		__atomic_store_n(&enclave_booted, 1, __ATOMIC_RELEASE);
		kernel_boot();
	} else if (v->index < boot.vcpus) {
		kernel_vcpu_main((unsigned)v->index);
	}
	plat_die(DIE_STATUS, DIE_VCPU);
}
