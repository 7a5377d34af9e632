/* SPDX-License-Identifier: Apache-2.0 */
/* The parent sees the low eight bits of the exit status, from exit, _exit, main and abort. */
#include "t.h"

static void at_exit(void)
{
	printf("atexit ran\n");
}

int main(int argc, char **argv)
{
	static const int codes[] = {0, 1, 7, 127, 128, 255, 256, 257, -1, 0x7fffffff};

	if (T_IS_ROLE("exit")) {
		atexit(at_exit);
		exit((int)strtol(argv[2], NULL, 10));
	}
	if (T_IS_ROLE("_exit")) {
		atexit(at_exit);
		_exit((int)strtol(argv[2], NULL, 10));
	}
	if (T_IS_ROLE("return"))
		return (int)strtol(argv[2], NULL, 10);
	if (T_IS_ROLE("abort"))
		abort();
	if (T_IS_ROLE("quick")) {
		at_quick_exit(at_exit);
		quick_exit(5);
	}
	for (size_t i = 0; i < T_COUNT(codes); i++) {
		char text[16];

		snprintf(text, sizeof(text), "%d", codes[i]);
		printf("code %s\n", text);
		t_wait("exit", t_spawn("exit", text));
		t_wait("_exit", t_spawn("_exit", text));
		t_wait("return", t_spawn("return", text));
	}
	t_wait("abort", t_spawn("abort", NULL));
	t_wait("quick_exit", t_spawn("quick", NULL));
	return 0;
}
