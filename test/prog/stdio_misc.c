/* SPDX-License-Identifier: Apache-2.0 */
/* getline, open_memstream, tmpfile, dprintf, setvbuf, qsort, bsearch, strtod: plain library use. */
/* run: plain cc=-lm */
#include "t.h"
#include <locale.h>
#include <math.h>
#include <wchar.h>

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

int main(void)
{
	int v[1000], key = 777, bad = 0;
	char *text = NULL, *line = NULL;
	size_t size = 0, cap = 0;
	FILE *f = open_memstream(&text, &size);

	fprintf(f, "alpha\nbeta\n%0*d", 300, 7);
	fclose(f);
	printf("%zu %s\n", size, text);
	f = tmpfile();
	fputs(text, f);
	rewind(f);
	for (ssize_t n; (n = getline(&line, &cap, f)) > 0;)
		printf("%zd %.6s\n", n, line);
	fclose(f);
	for (int i = 0; i < 1000; i++)
		v[i] = i * 7919 % 1000;
	qsort(v, 1000, sizeof(*v), compare);
	for (int i = 0; i < 1000; i++)
		bad += v[i] != i;
	printf("unsorted %d, found %d\n", bad, *(int *)bsearch(&key, v, 1000, sizeof(*v), compare));
	printf("%a %.17g %g %g\n", strtod("0.1", NULL), strtod("1e-320", NULL), HUGE_VAL,
		strtod("nan", NULL));
	printf("%.3f %.3f %.3Lf\n", sqrt(2), 10.0 / 3, 1.0L / 3);
	printf("%lld %llu %ld\n", strtoll("-9223372036854775808", NULL, 0),
		strtoull("0xffffffffffffffff", NULL, 0), strtol("777", NULL, 8));
	printf("locale %s\n", setlocale(LC_ALL, "C"));
	fflush(stdout);
	dprintf(1, "dprintf %s\n", "direct");
	printf("%ls\n", L"wide");
	free(text);
	free(line);
	return 0;
}
