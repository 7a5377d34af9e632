/* SPDX-License-Identifier: Apache-2.0 */
/* run: plain fixed args="one 'two three' '' \\*" */
/* What a program is given: arguments, auxiliary vector, environment, standard files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	unsigned char *random = (unsigned char *)getauxval(AT_RANDOM);
	int zero = 0;

	for (int i = 1; i < argc; i++)
		printf("%d: [%s]\n", i, argv[i]);
	for (int i = 0; random && i < 16; i++)
		zero += random[i] == 0;
	printf("page size %lu, random %s\n", getauxval(AT_PAGESZ), zero < 8 ? "yes" : "no");
	printf("entry %s, phdr %s\n", getauxval(AT_ENTRY) ? "yes" : "no",
		getauxval(AT_PHDR) ? "yes" : "no");
	printf("PATH %s\n", getenv("PATH") ? "set" : "unset");
	printf("execfn %s\n",
		strcmp((const char *)getauxval(AT_EXECFN), argv[0]) == 0 ? "argv[0]" : "other");
	printf("uid %d euid %d\n", getuid() == geteuid(), getgid() == getegid());
	return argc;
}
