/* SPDX-License-Identifier: Apache-2.0 */
/* stdio over files: buffering, seek, ungetc, append, update mode, printf and scanf of numbers. */
#include "t.h"

static void run(void)
{
	char line[64];
	double d;
	int i;
	FILE *f = fopen("f", "w+");

	MUST(f);
	printf("%d\n",
		fprintf(f, "%d %x %5.2f %e %g %s %c\n", -42, 255, 3.14159, 1e100, 0.1, "str", 'c'));
	for (i = 0; i < 3000; i++)
		fprintf(f, "line %d\n", i);
	printf("at %ld\n", ftell(f));
	rewind(f);
	MUST(fgets(line, sizeof(line), f));
	printf("%s", line);
	printf("%d", fscanf(f, "line %d", &i));
	printf(" %d\n", i);
	fseek(f, -10, SEEK_END);
	printf("%d", fscanf(f, " %s", line));
	printf(" %s\n", line);
	ungetc('Q', f);
	printf("%c\n", fgetc(f));
	fseek(f, 0, SEEK_SET);
	fputs("REPLACED", f);
	fclose(f);
	f = fopen("f", "a+");
	fputs("end", f);
	rewind(f);
	MUST(fgets(line, sizeof(line), f));
	printf("%s", line);
	fclose(f);
	f = fopen("f", "r");
	YES(fputc('x', f) == EOF && ferror(f));
	clearerr(f);
	fseek(f, -3, SEEK_END);
	printf("%zu", fread(line, 1, 10, f));
	printf(" %.3s eof %d\n", line, !!feof(f));
	fclose(f);
	YES(fopen("none", "r") == NULL && errno == ENOENT);
	f = fopen("f", "wx");
	YES(f == NULL && errno == EEXIST);
	printf("%d", sscanf("1.5e3 0x10 077", "%lf %i", &d, &i));
	printf(" %g %d\n", d, i);
}

int main(void)
{
	t_in_dirs(run);
	return 0;
}
