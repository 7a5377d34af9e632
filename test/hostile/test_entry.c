/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostile entry: whatever the host does at the boundary, the enclave either goes on as if nothing
 * had happened (its programs notice any register, flag or vector they lose) or ends itself. Each
 * case is a process of its own with a fresh enclave. What is required and why:
 * doc/adr/0012-exceptions.md.
 */
#include "world.h"

#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"
#include "hostile.h"

const char *enclave_file, *symbol_file;

void fresh(void)
{
	world_open(enclave_file, symbol_file);
}

void run_to_the_end(void)
{
	world_enter(0);
	REQUIRE(world_ended(T_GOOD, DEAD_EXIT));
	REQUIRE(world.logs >= 1);
}

/* Leave the enclave at its first idle exit: the boot vCPU is OUT, a request is on the ring. */
int leave_when_idle(struct world *w, const struct world_event *e)
{
	return e->leaf == SGX_EEXIT && e->reason == EXIT_IDLE ? 0 : honest(w, e);
}

static const struct {
	const char *name;
	void (*fn)(void);
} cases[] = {
#define X(name) {#name, case_##name},
	CASES(X)
#undef X
};

static bool passes(void (*fn)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		alarm(300);
		fn();
		exit(0);
	}
	REQUIRE(pid > 0 && waitpid(pid, &status, 0) == pid);
	if (WIFSIGNALED(status))
		fprintf(stderr, "ended by signal %d\n", WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv)
{
	int failed = 0;

	if (argc < 3)
		return 2;
	enclave_file = argv[1];
	symbol_file = argv[2];
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (argc > 3 && strcmp(argv[3], cases[i].name) != 0)
			continue;
		bool ok = passes(cases[i].fn);

		printf("%s %s\n", ok ? "ok  " : "FAIL", cases[i].name);
		fflush(stdout);
		failed += !ok;
	}
	return failed != 0;
}
