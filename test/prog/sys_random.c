/* SPDX-License-Identifier: Apache-2.0 */
/* getrandom(2) and getentropy(3): lengths, flags, errors, and that two reads differ. */
#include "t.h"
#include <sys/random.h>

int main(void)
{
	static unsigned char a[1 << 20], b[4096];
	int counts[256] = {0}, odd = 0;

	SHOW(getrandom(a, sizeof(a), 0));
	SHOW(getrandom(b, sizeof(b), 0));
	YES(memcmp(a, b, sizeof(b)) != 0);
	for (size_t i = 0; i < sizeof(a); i++)
		counts[a[i]]++;
	for (int i = 0; i < 256; i++)
		odd += counts[i] < 3500 || counts[i] > 4700;
	printf("values of odd frequency %d\n", odd);
	SHOW(getrandom(b, 0, 0));
	SHOW(getrandom(b, 16, GRND_NONBLOCK));
	SHOW(getrandom(b, 16, GRND_RANDOM));
	SHOW(getrandom(b, 16, 0x100));
	SHOW(syscall(SYS_getrandom, 8, 16, 0));
	SHOW(getentropy(b, 256));
	SHOW(getentropy(b, 257));
	return 0;
}
