/* SPDX-License-Identifier: Apache-2.0 */
/* See dev_sys.h. */
#define _GNU_SOURCE
#include "dev_sys.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

struct dev_sys dev_sys = {
	open, ioctl, mmap, mprotect, munmap, close, sigaction, sigaltstack, getauxval};
