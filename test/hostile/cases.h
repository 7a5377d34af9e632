/* SPDX-License-Identifier: Apache-2.0 */
/* The cases of test_entry: X(name); the function is case_name(). */
#ifndef CASES_H
#define CASES_H

struct world;
struct world_event;

#define CASES(X)                                                                                   \
	/* case_registers.c: what the host leaves in the registers, what the enclave leaves */     \
	X(boots)                                                                                   \
	X(poisoned_registers)                                                                      \
	X(poisoned_flags)                                                                          \
	X(poisoned_vectors)                                                                        \
	X(poisoned_all_stepped)                                                                    \
	X(enclu_only_where_known)                                                                  \
	/* case_aex.c: interruptions */                                                            \
	X(aex_resume_at_every_instruction)                                                         \
	X(aex_reenter_at_every_instruction)                                                        \
	X(aex_inside_stage1)                                                                       \
	X(eenter_inside_stage1)                                                                    \
	X(stage1_again_and_again)                                                                  \
	X(forged_exceptions)                                                                       \
	X(real_fault_entering)                                                                     \
	X(real_fault_in_kernel)                                                                    \
	X(eaccept_never_backed)                                                                    \
	/* case_entry.c: entries in the wrong place, boot blocks, rings */                         \
	X(vcpu_before_boot)                                                                        \
	X(vcpu_beyond_count)                                                                       \
	X(dead_stays_dead)                                                                         \
	X(busy_tcs)                                                                                \
	X(eresume_nothing)                                                                         \
	X(random_host)                                                                             \
	X(idle_wakes_for_nothing)                                                                  \
	X(boot_block_addresses)                                                                    \
	X(boot_block_fields)                                                                       \
	X(boot_config_records)                                                                     \
	X(boot_block_flips)                                                                        \
	X(ring_positions)

#define X(name) void case_##name(void);
CASES(X)
#undef X

extern const char *enclave_file, *symbol_file;
void fresh(void);
void run_to_the_end(void);
int leave_when_idle(struct world *w, const struct world_event *e);

#endif
