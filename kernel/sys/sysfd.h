/* SPDX-License-Identifier: Apache-2.0 */
/* The end of every call that returns a new descriptor. */
#ifndef CLOISTER_SYSFD_H
#define CLOISTER_SYSFD_H

#include "file.h"

/* Takes f, also on failure. err < 0: there is no f, err is passed on. */
static inline long install_new(int err, struct file *f, unsigned cloexec)
{
	if (err < 0)
		return err;
	err = fd_install(f, cloexec, 0);
	if (err < 0)
		file_put(f);
	return err;
}

#endif
