/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Third-party test vectors. See vectors.h.
 */
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const char *directory(void)
{
	const char *dir = getenv("CLOISTER_VECTORS");
	return dir != NULL && *dir != '\0' ? dir : VECTORS_DEFAULT;
}

bool vectors_present(void)
{
	if (access(directory(), R_OK | X_OK) == 0)
		return true;
	printf("skipped: no test vectors in %s (set CLOISTER_VECTORS)\n", directory());
	return false;
}

void vector_read(const char *name, void *buf, size_t len)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", directory(), name);
	FILE *f = fopen(path, "re");
	if (f == NULL)
		fail_msg("%s: cannot open", path);
	size_t n = fread(buf, 1, len, f);
	int more = fgetc(f);
	fclose(f);
	if (n != len || more != EOF)
		fail_msg("%s: is not %zu bytes long", path, len);
}
