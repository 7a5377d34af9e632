/* SPDX-License-Identifier: Apache-2.0 */
/* /bin/sh without fork: builtins, redirections, arithmetic, exec, traps and its exit status. */
#include "t.h"

static const char *const scripts[] = {
	"echo hello; exit 4",
	"i=0; while [ $i -lt 200 ]; do i=$((i + 1)); done; echo $i",
	"echo text > f; read x < f; echo \"got $x\"; exec cat f",
	"set -- a b c; shift; echo $# $*; printf '%s-%03d\\n' x 7",
	"cd /; pwd; cd /usr; pwd",
	"trap 'echo bye' EXIT; echo first",
	"f() { return 9; }; f; echo $?",
	"case abc in a*) echo match;; esac; [ -d /tmp ] && echo dir",
	"set -e; false; echo never",
	"kill -USR1 $$",
	"exec 5>f2; echo to5 >&5; exec 5>&-; read y < f2; echo $y",
	"umask 027; umask; ulimit -n 100; ulimit -n",
	"exec /no/such/program",
	"no_such_command_here",
	"echo ${HOME:-none} ${x:=default} ${#x} ${x%lt}",
};

static void run(void)
{
	unsetenv("HOME");
	for (size_t i = 0; i < T_COUNT(scripts); i++) {
		char *argv[] = {"sh", "-c", (char *)scripts[i], NULL};
		posix_spawn_file_actions_t fa;
		pid_t pid;

		posix_spawn_file_actions_init(&fa);
		posix_spawn_file_actions_addopen(&fa, 2, "/dev/null", O_WRONLY, 0);
		MUST(posix_spawn(&pid, "/bin/sh", &fa, NULL, argv, environ) == 0);
		posix_spawn_file_actions_destroy(&fa);
		t_wait(scripts[i], pid);
	}
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
