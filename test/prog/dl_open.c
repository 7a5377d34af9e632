/* SPDX-License-Identifier: Apache-2.0 */
/* dlopen, dlsym, dlclose: a library loaded at run time, its functions and data, and the errors. */
/* run: glibc cc=-ldl */
#include "t.h"
#include <dlfcn.h>

int main(void)
{
	void *m = dlopen("libm.so.6", RTLD_NOW);
	double (*fn)(double);

	YES(m != NULL);
	fn = (double (*)(double))dlsym(m, "cos");
	printf("cos(0) = %g\n", fn ? fn(0) : -1);
	fn = (double (*)(double))dlsym(m, "sqrt");
	printf("sqrt(2) = %.15g\n", fn ? fn(2) : -1);
	YES(dlsym(m, "no_such_function") == NULL && dlerror() != NULL);
	SHOW(dlclose(m));
	YES(dlopen("libnone.so", RTLD_NOW) == NULL && dlerror() != NULL);
	m = dlopen(NULL, RTLD_NOW);
	YES(m != NULL && dlsym(m, "printf") != NULL);
	for (int i = 0; i < 20; i++) {
		m = dlopen("libm.so.6", RTLD_LAZY | RTLD_LOCAL);
		MUST(m && dlclose(m) == 0);
	}
	return 0;
}
