#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# same.sh FILE COMMAND...: the command prints exactly the file.
file=$1
shift
"$@" | diff -u "$file" -
