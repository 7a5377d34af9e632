/* SPDX-License-Identifier: Apache-2.0 */
/* Faults of the processor: signal, si_code and si_addr of each, and going on afterwards. */
/* run: plain */
#include "t_fault.h"

extern char at_ud2[], at_div[], at_hlt[], at_int3[], at_priv[];
__asm__(".text\n"
	"run_ud2: at_ud2: ud2\n ret\n"
	"run_div: xor %ecx,%ecx\n mov $1,%eax\n cltd\n at_div: idiv %ecx\n ret\n"
	"run_hlt: at_hlt: hlt\n ret\n"
	"run_int3: int3\n at_int3: ret\n"
	"run_priv: at_priv: mov %cr3,%rax\n ret\n"
	"run_minint: mov $0x80000000,%eax\n cltd\n mov $-1,%ecx\n at_minint: idiv %ecx\n ret\n"
	"run_noncanon: movabs $0x8000000000000000,%rax\n mov (%rax),%rax\n ret\n");
void run_ud2(void *), run_div(void *), run_hlt(void *), run_int3(void *), run_priv(void *);
void run_minint(void *), run_noncanon(void *);
extern char at_minint[];

int main(void)
{
	t_fault_catch();
	t_fault("ud2", run_ud2, NULL, at_ud2);
	t_fault("division by zero", run_div, NULL, at_div);
	t_fault("division overflow", run_minint, NULL, at_minint);
	t_fault("hlt", run_hlt, NULL, NULL);
	t_fault("mov from cr3", run_priv, NULL, NULL);
	t_fault("int3", run_int3, NULL, NULL);
	t_fault("non-canonical address", run_noncanon, NULL, NULL);
	t_fault("ud2 again", run_ud2, NULL, at_ud2);
	return 0;
}
