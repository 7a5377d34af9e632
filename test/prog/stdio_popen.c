/* SPDX-License-Identifier: Apache-2.0 */
/* popen and system run /bin/sh: output, input and status arrive. */
#include "t.h"

int main(void)
{
	char line[64];
	FILE *f = popen("echo one; echo two; exit 3", "r");

	MUST(f);
	while (fgets(line, sizeof(line), f))
		printf("got %s", line);
	t_show_status("popen", pclose(f));
	f = popen("tr a-z A-Z", "w");
	MUST(f);
	fputs("upper case\n", f);
	t_show_status("popen", pclose(f));
	t_show_status("system", system("exit 5"));
	t_show_status("system", system("echo from system; kill -TERM $$"));
	t_show_status("system", system("/nonexistent/program 2>/dev/null"));
	SHOW(system(NULL) != 0);
	return 0;
}
