#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Builds the programs that run.py compares, natively and as SIPs: the same sources at -O2 against
# the same musl with the same memcpy (the overlay's), static on both sides.
#
#   bench/sfi/build.sh SYSROOT OUTDIR
#     SYSROOT  what sysroot/build.sh made
#     OUTDIR   gets native/ and sip/ with the programs, and musl/, the native libc, kept between runs
#   MUSL_SOURCE=DIR, PORTS_SOURCE=DIR  use unpacked sources (DIR/PACKAGE-*) instead of fetching them
#   ONLY="NAME ..."                    build these alone: kernels core lua zlib bzip2 sqlite
#   SIDES="native sip"                 build these sides alone

set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
[ $# -eq 2 ] || { sed -n 's/^#   bench/usage: bench/p' "$0" >&2; exit 2; }
sysroot=$(cd "$1" && pwd)
mkdir -p "$2/native" "$2/sip" "$2/build"
out=$(cd "$2" && pwd)

source_of() {
	if [ -n "${PORTS_SOURCE-}" ]; then
		for dir in "$PORTS_SOURCE/$1"-*/; do echo "${dir%/}"; done | tail -1
	else
		"$top/tools/apt-source.sh" "$1" "$out/source" | tail -1
	fi
}

build_native_musl() {
	[ ! -e "$out/musl/lib/libc.a" ] || return 0
	rm -rf "$out/build/musl"
	cp -r "${MUSL_SOURCE:-$("$top/tools/apt-source.sh" musl "$out/source" | tail -1)}" "$out/build/musl"
	cp -r "$top/sysroot/musl/src/string" "$out/build/musl/src/"
	(
		cd "$out/build/musl"
		CC=gcc AR=ar RANLIB=ranlib CFLAGS="-O2 -fno-pie" ./configure --target=x86_64 \
			--prefix="$out/musl" --disable-shared --enable-wrapper=gcc
		make -j"$(nproc)" install
	) >"$out/build/musl.log" 2>&1 || { tail -3 "$out/build/musl.log" >&2; exit 1; }
}

# Both compile fixed-position static programs: the comparison is of the policy, not of PIE.
compile() {
	case $side in
	native) "$out/musl/bin/musl-gcc" -O2 -static -no-pie -fno-pie "$@" ;;
	sip) "$sysroot/bin/cloister-cc" -O2 "$@" ;;
	esac
}

# The sources that take preparing: once for both sides.
prepare_sqlite() {
	[ ! -e "$out/build/sqlite/sqlite3.c" ] || return 0
	mkdir -p "$out/build/sqlite"
	(
		cd "$out/build/sqlite"
		"$(source_of sqlite3)/configure" --disable-tcl --disable-readline
		make sqlite3.c
	) >"$out/build/sqlite.log" 2>&1 || { tail -3 "$out/build/sqlite.log" >&2; exit 1; }
}

prepare_lua() {
	mkdir -p "$out/build/lua"
	echo '#define DEB_HOST_MULTIARCH "x86_64-linux-musl"' >"$out/build/lua/lua5.4-deb-multiarch.h"
}

build_core() { compile "$here/core.c" -o "$1/core"; }
build_kernels() { compile "$here/kernels.c" -o "$1/kernels" -lm; }
build_lua() {
	prepare_lua
	src=$(source_of lua5.4)/src
	# shellcheck disable=SC2046
	compile -std=gnu99 -DLUA_USE_POSIX -DLUA_COMPAT_5_3 -I"$out/build/lua" \
		$(ls "$src"/*.c | grep -v luac.c) -o "$1/lua" -lm
}
build_zlib() {
	src=$(source_of zlib)
	compile -DHAVE_UNISTD_H -I"$src" "$src"/*.c "$src/test/minigzip.c" -o "$1/minigzip"
}
build_bzip2() {
	cd "$(source_of bzip2)"
	compile -D_FILE_OFFSET_BITS=64 blocksort.c huffman.c crctable.c randtable.c compress.c \
		decompress.c bzlib.c bzip2.c -o "$1/bzip2"
	cd - >/dev/null
}
build_sqlite() {
	prepare_sqlite
	compile -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION -I"$out/build/sqlite" \
		"$out/build/sqlite/sqlite3.c" "$(source_of sqlite3)/test/speedtest1.c" \
		-o "$1/speedtest1" -lm
}

case " ${SIDES:-native sip} " in *" native "*) build_native_musl ;; esac
for side in ${SIDES:-native sip}; do
	for name in ${ONLY:-core kernels lua zlib bzip2 sqlite}; do
		"build_$name" "$out/$side"
	done
done
