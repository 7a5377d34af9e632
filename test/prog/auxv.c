/* SPDX-License-Identifier: Apache-2.0 */
/* The auxiliary vector of getauxval(3): what is constant on x86-64 and what must fit the program.
 */
/* run: plain */
#include "t.h"
#include <elf.h>
#include <link.h>
#include <sys/auxv.h>

extern int main(int argc, char **argv);

int main(int argc, char **argv)
{
	const ElfW(Phdr) *ph = (void *)getauxval(AT_PHDR);
	const unsigned char *random = (void *)getauxval(AT_RANDOM);
	const char *execfn = (void *)getauxval(AT_EXECFN);
	unsigned char any = 0;
	bool load = false;

	(void)argc;
	SHOW(getauxval(AT_PAGESZ));
	SHOW(getauxval(AT_CLKTCK));
	SHOW(getauxval(AT_PHENT));
	SHOW(getauxval(AT_SECURE));
	SHOW(getauxval(AT_FLAGS));
	YES(getauxval(AT_PHNUM) > 2);
	YES(getauxval(AT_UID) == getuid());
	YES(getauxval(AT_EUID) == geteuid());
	YES(getauxval(AT_GID) == getgid());
	YES(getauxval(AT_EGID) == getegid());
	YES(getauxval(AT_ENTRY) != 0);
	YES(getauxval(AT_MINSIGSTKSZ) >= 2048);
	printf("platform %s\n", (char *)getauxval(AT_PLATFORM));
	YES(execfn && argv[0] && strcmp(execfn, argv[0]) == 0);
	for (unsigned i = 0; ph && i < getauxval(AT_PHNUM); i++)
		load |= ph[i].p_type == PT_LOAD && ph[i].p_flags & PF_X;
	YES(load);
	for (int i = 0; random && i < 16; i++)
		any |= random[i];
	YES(any != 0);
	errno = 0;
	SHOW(getauxval(12345));
	return 0;
}
