/* SPDX-License-Identifier: Apache-2.0 */
/* memfd_create(2): a file without name; read, a shared mapping and seals. */
#include "t.h"
#include <sys/mman.h>

enum { CLOEXEC = 1, ALLOW_SEALING = 2, ADD_SEALS = 1033, GET_SEALS = 1034 };

int main(void)
{
	int fd = (int)syscall(SYS_memfd_create, "name", CLOEXEC | ALLOW_SEALING);
	char buf[8] = "", *a;
	struct stat st;

	MUST(fd >= 0);
	SHOW(fcntl(fd, F_GETFD));
	SHOW(ftruncate(fd, 8192));
	a = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	MUST(a != MAP_FAILED);
	memcpy(a + 4096, "shared", 7);
	SHOW(msync(a, 8192, MS_SYNC));
	SHOW(pread(fd, buf, 6, 4096));
	printf("%s\n", buf);
	MUST(fstat(fd, &st) == 0);
	printf("size %d links %d\n", (int)st.st_size, (int)st.st_nlink);
	SHOW(fcntl(fd, GET_SEALS));
	SHOW(fcntl(fd, ADD_SEALS, 0x2 /* F_SEAL_SHRINK */));
	SHOW(ftruncate(fd, 100));
	SHOW(ftruncate(fd, 9000));
	SHOW(munmap(a, 8192));
	SHOW(fcntl(fd, ADD_SEALS, 0x8 /* F_SEAL_WRITE */));
	SHOW(pwrite(fd, "x", 1, 0));
	SHOW(fcntl(fd, ADD_SEALS, 0x1 /* F_SEAL_SEAL */));
	SHOW(fcntl(fd, ADD_SEALS, 0x4 /* F_SEAL_GROW */));
	SHOW(fcntl(fd, GET_SEALS));
	SHOW(syscall(SYS_memfd_create, "x", 0x100));
	SHOW(syscall(SYS_memfd_create, 8, 0));
	return 0;
}
