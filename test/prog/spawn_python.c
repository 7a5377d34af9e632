/* SPDX-License-Identifier: Apache-2.0 */
/* An unmodified interpreter: python3, if it is there, computes, reads files and starts programs. */
/* run: glibc timeout=120 */
#include "t.h"

int main(void)
{
	static const char *const scripts[] = {
		"print(sum(i * i for i in range(1000)))",
		"import os, tempfile\nd = tempfile.mkdtemp()\nf = os.path.join(d, 'x')\n"
		"open(f, 'w').write('text\\n' * 1000)\nprint(len(open(f).read()), os.listdir(d))",
		"import subprocess\nprint(subprocess.run(['echo', 'child'], capture_output=True).stdout)",
		"import threading\nr = []\n"
		"t = [threading.Thread(target=r.append, args=(i,)) for i in range(10)]\n"
		"[x.start() for x in t]; [x.join() for x in t]\nprint(sorted(r))",
		"import sys\nsys.exit(12)",
		"raise SystemExit('to stderr')",
		"import hashlib, json, re, struct\n"
		"print(hashlib.sha256(b'x' * 100000).hexdigest(), json.dumps({'a': [1, 2.5]}), "
		"re.sub('b+', '-', 'abbbc'), struct.pack('<I', 7))",
		"import os, signal\nos.kill(os.getpid(), signal.SIGTERM)",
	};

	if (access("/usr/bin/python3", X_OK))
		return 77;
	for (size_t i = 0; i < T_COUNT(scripts); i++) {
		char *argv[] = {"python3", "-S", "-E", "-c", (char *)scripts[i], NULL};
		pid_t pid;

		MUST(posix_spawn(&pid, "/usr/bin/python3", NULL, NULL, argv, environ) == 0);
		t_wait("python3", pid);
	}
	return 0;
}
