/* SPDX-License-Identifier: Apache-2.0 */
/* Names of errno values, for --strace: "ENOENT", or "errno" for what has no name. */
#ifndef CLOISTER_ERRNAME_H
#define CLOISTER_ERRNAME_H

const char *errname(int e);

#endif
