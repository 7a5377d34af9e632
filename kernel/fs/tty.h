/* SPDX-License-Identifier: Apache-2.0 */
/* Job control of the one terminal, for proc/: who gets its signals. */
#ifndef CLOISTER_TTY_H
#define CLOISTER_TTY_H

/* Foreground process group of the loader's terminal; 0: nobody set one. */
int tty_foreground(void);
void tty_set_foreground(int pgrp);

#endif
