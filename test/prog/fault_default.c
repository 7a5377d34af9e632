/* SPDX-License-Identifier: Apache-2.0 */
/* A fault without handler, or with it ignored or blocked, kills with its signal. */
/* run: plain */
#include "t.h"
#include <sys/resource.h>

static void fault(const char *kind)
{

	if (kind[0] == 's')
		*(volatile int *)t_null = 1;
	if (kind[0] == 'f')
		__asm__ volatile("cltd\n idivl %0" : : "r"(0), "a"(1) : "rdx");
	if (kind[0] == 'i')
		__asm__ volatile("ud2");
	if (kind[0] == 't')
		__asm__ volatile("int3");
}

int main(int argc, char **argv)
{
	static const char *const kinds[] = {"segv", "fpe", "ill", "trap"};
	static const char *const ways[] = {"default", "ignored", "blocked"};
	struct rlimit none = {0, 0};
	sigset_t all;

	if (argc == 3) {
		setrlimit(RLIMIT_CORE, &none);
		if (argv[1][0] == 'i')
			for (int s = 1; s < 16; s++)
				signal(s, SIG_IGN);
		sigfillset(&all);
		if (argv[1][0] == 'b')
			sigprocmask(SIG_BLOCK, &all, NULL);
		fault(argv[2]);
		return 1;
	}
	for (size_t w = 0; w < T_COUNT(ways); w++)
		for (size_t k = 0; k < T_COUNT(kinds); k++) {
			printf("%s, ", ways[w]);
			t_wait(kinds[k], t_spawn(ways[w], kinds[k]));
		}
	return 0;
}
