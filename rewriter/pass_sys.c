/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instructions that speak to the system: the syscall gate, thread-local storage through fs, and
 * what a program in an enclave cannot have (doc/sfi.md V2).
 */
#include "rewrite.h"
#include "policy.h"

#include <string.h>

static const struct {
	const char *name;
	const char *why;
} refused[] = {
	{"cpuid", "cpuid does not work inside an enclave"},
	{"rdtsc", "rdtsc may not work inside an enclave"},
	{"rdtscp", "rdtscp may not work inside an enclave"},
	{"rdpmc", "performance counters are not available"},
	{"rdpid", "rdpid does not work inside an enclave"},
	{"sysenter", "use syscall"},
	{"int", "use syscall"},
	{"iret", "far transfers leave the text window"},
	{"lret", "far transfers leave the text window"},
	{"ljmp", "far transfers leave the text window"},
	{"lcall", "far transfers leave the text window"},
	{"enter", "use push and sub"},
	{"popf", "flags cannot be loaded"},
	{"wrfsbase", "segment bases belong to the kernel"},
	{"wrgsbase", "segment bases belong to the kernel"},
	{"rdfsbase", "segment bases belong to the kernel"},
	{"rdgsbase", "segment bases belong to the kernel"},
	{"swapgs", "segment bases belong to the kernel"},
	{"xsave", "extended state cannot be saved by programs"},
	{"xsavec", "extended state cannot be saved by programs"},
	{"xsaveopt", "extended state cannot be saved by programs"},
	{"xrstor", "extended state cannot be loaded"},
	{"fxsave", "extended state cannot be saved by programs"},
	{"fxrstor", "extended state cannot be loaded"},
	{"wrpkru", "protection keys belong to the kernel"},
	{"rdpkru", "protection keys belong to the kernel"},
	{"in", "no ports"},
	{"out", "no ports"},
	{"xlat", "use mov"},
	{"maskmovq", "use a masked store"},
	{"maskmovdqu", "use a masked store"},
	{"vmaskmovdqu", "use a masked store"},
	{"xbegin", "no transactions"},
	{"movdir64b", "its destination cannot be confined"},
	{"clflush", "cache lines cannot be flushed"},
	{"clflushopt", "cache lines cannot be flushed"},
	{"clwb", "cache lines cannot be flushed"},
	{"sti", "privileged"},
	{"cli", "privileged"},
};

/* fs forms that the policy knows. */
#define FS_THREAD 0
#define FS_CANARY 0x28

static bool refuse(struct rewrite *rw, const struct insn *in)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		const char *name = refused[i].name;

		if (in->name[0] == name[0] && name_is(in->name, name)) {
			rw_error(rw, in->stmt, refused[i].why);
			return true;
		}
	}
	return false;
}

/* The call pushes a return address, which the kernel's entry does not: step over a red zone. */
static void syscall_gate(struct rewrite *rw)
{
	if (rw->syms.red_zone) {
		rw_line(rw, "leal\t-128(%%rsp), %%esp");
		rw_line(rw, "leaq\t(%%rsp,%%r14), %%rsp");
	}
	rw_line(rw, "call\t*%%fs:0x10");
	rw_label(rw);
	if (rw->syms.red_zone) {
		rw_line(rw, "leal\t128(%%rsp), %%esp");
		rw_line(rw, "leaq\t(%%rsp,%%r14), %%rsp");
	}
}

static bool plain_fs_load(const struct insn *in, const struct operand *op)
{
	if (op->base != REG_NONE || op->index != REG_NONE || !op->numeric)
		return false;
	return (op->value == FS_THREAD || op->value == FS_CANARY) && in->nops == 2 &&
	       op == &in->op[0] && in->op[1].kind == OPND_REG && in->op[1].size == 8 &&
	       (name_is(in->name, "mov") || name_is(in->name, "sub") || name_is(in->name, "xor") ||
		       name_is(in->name, "cmp"));
}

/* %fs:x anywhere else: the thread pointer in r11 takes the segment's place. */
static void through_thread_pointer(struct rewrite *rw, struct operand *op)
{
	bool canary = op->numeric && op->value == FS_CANARY && op->base == REG_NONE &&
		      op->index == REG_NONE;

	rw_line(rw, "movq\t%%fs:%d, %%r11", canary ? FS_CANARY : FS_THREAD);
	rw_forget(rw, 1u << REG_SCRATCH);
	rw->scratch_used = true;
	if (canary) {
		rw_set_reg(op, REG_SCRATCH, 8);
		return;
	}
	if (op->base >= 0)
		rw_line(rw, "leaq\t(%%r11,%%%s), %%r11", reg_name(op->base, 8));
	if (op->index >= 0)
		rw_line(rw, "leaq\t(%%r11,%.*s%s%.*s), %%r11", (int)op->index_text.n,
			op->index_text.s, op->scale.n ? "," : "", (int)op->scale.n, op->scale.s);
	op->seg = 0;
	op->base = REG_SCRATCH;
	op->index = REG_NONE;
	op->scale = op->index_text = (struct slice){"", 0};
	op->text = rw_text(rw, "%.*s(%%r11)", (int)op->disp.n, op->disp.s);
}

int pass_sys(struct rewrite *rw, struct insn *in)
{
	if (refuse(rw, in))
		return PASS_DONE;
	if (!strcmp(in->name, "syscall")) {
		syscall_gate(rw);
		return PASS_DONE;
	}
	struct operand *op = insn_mem(in);
	if (!op || op->star || !op->seg)
		return PASS_NEXT;
	if (op->seg == 'g') {
		rw_error(rw, in->stmt, "gs belongs to the policy");
		return PASS_DONE;
	}
	if (plain_fs_load(in, op)) {
		struct effects e = insn_effects(in);

		rw_insn(rw, in);
		rw_forget(rw, e.killed);
		return PASS_DONE;
	}
	through_thread_pointer(rw, op);
	return PASS_NEXT;
}
