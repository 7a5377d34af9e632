/* SPDX-License-Identifier: Apache-2.0 */
/* MAP_PRIVATE of a file: its bytes, zeros to the page end, own writes are not seen by the file. */
#include "t_fault.h"
#include <sys/mman.h>

static void run(void)
{
	char buf[8] = "";
	int fd = open("f", O_RDWR | O_CREAT, 0600);
	char *m;

	MUST(ftruncate(fd, 5000) == 0 && pwrite(fd, "start", 5, 0) == 5 &&
		pwrite(fd, "end", 3, 4997) == 3);
	m = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	MUST(m != MAP_FAILED);
	printf("%.5s %.3s %d %d\n", m, m + 4997, m[5000], m[8191]);
	memcpy(m, "START", 5);
	SHOW(pread(fd, buf, 5, 0));
	printf("file %s, memory %.5s\n", buf, m);
	t_probe("within the last page", m + 8191);
	t_probe("past the end", m + 8192);
	t_probe("far past the end", m + 4 * 4096 - 1);
	SHOW(close(fd));
	SHOW(unlink("f"));
	printf("%.5s\n", m);
	munmap(m, 4 * 4096);
	fd = t_file("g", "");
	MUST(ftruncate(fd, 3 * 4096) == 0 && pwrite(fd, "second page", 11, 4096) == 11);
	m = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 4096);
	printf("%.11s\n", m);
	t_fault("write to read-only", t_write_byte, m, m);
	munmap(m, 4096);
	close(fd);
}

int main(void)
{
	t_fault_catch();
	t_in_dirs(run);
	return 0;
}
