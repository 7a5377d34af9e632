/* SPDX-License-Identifier: Apache-2.0 */
/* mmap and mprotect: each protection, what faults under it and with which si_code. */
/* run: plain */
#include "t_fault.h"
#include <sys/mman.h>

static const unsigned char ret[] = {0xc3};

static const struct {
	const char *name;
	int prot;
} rows[] = {
	{"none", PROT_NONE},
	{"r", PROT_READ},
	{"rw", PROT_READ | PROT_WRITE},
	{"rx", PROT_READ | PROT_EXEC},
	{"rw again", PROT_READ | PROT_WRITE},
	{"none again", PROT_NONE},
	{"rx again", PROT_READ | PROT_EXEC},
};

int main(void)
{
	char *m = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *page = m + 4096;

	MUST(m != MAP_FAILED);
	memcpy(page, ret, sizeof(ret));
	t_fault_catch();
	for (size_t i = 0; i < T_COUNT(rows); i++) {
		printf("-- %s\n", rows[i].name);
		SHOW(mprotect(page, 4096, rows[i].prot));
		if (rows[i].prot & PROT_WRITE)
			memcpy(page, ret, sizeof(ret));
		t_fault("read", t_read_byte, page, page);
		t_fault("write", t_write_byte, page + 100, page + 100);
		t_fault("execute", t_call, page, page);
	}
	t_probe("before", page - 1);
	t_probe("after", page + 4096);
	SHOW(munmap(page, 4096));
	t_probe("unmapped", page);
	t_fault("execute unmapped", t_call, page, page);
	t_probe("null", NULL);
	t_fault("execute null", t_call, NULL, NULL);
	return 0;
}
