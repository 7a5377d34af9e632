/* SPDX-License-Identifier: Apache-2.0 */
/* The one object of a static program, for __cxa_atexit (Itanium C++ ABI, 3.3.6.3). */
#include "rt.h"

void *__dso_handle = &__dso_handle;
