#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Builds the SIP sysroot: cloister-cc with its helpers, musl with our overlay, the compiler's
# support routines. musl comes from Debian's source package; its files are copied at build time,
# ours replace those of the same name.
#
#   sysroot/build.sh OUTDIR TOOLDIR
#     OUTDIR   the sysroot to make (its bin/ has cloister-cc)
#     TOOLDIR  where cloister-rewrite and cloister-ld are (a meson build directory will do)
#   MUSL_SOURCE=DIR  use an unpacked musl instead of fetching the source package

set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# -eq 2 ] || { sed -n 's/^#   sysroot/usage: sysroot/p' "$0" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
tools=$(cd "$2" && pwd)
jobs=$(nproc)

find_tool() {
	for place in "$tools/$1" "$tools"/*/"$1"; do
		[ -x "$place" ] && echo "$place" && return
	done
	echo "build.sh: no $1 in $tools" >&2
	exit 1
}

install_tools() {
	mkdir -p "$out/bin" "$out/libexec" "$out/lib" "$out/include"
	cp "$(find_tool cloister-rewrite)" "$out/libexec/as"
	cp "$(find_tool cloister-ld)" "$out/libexec/ld"
	cp "$here/cloister-cc" "$out/bin/"
	cp "$here/sip.lds" "$out/lib/"
	ln -sf cloister-cc "$out/bin/cloister-c++"
	ln -sf ../libexec/ld "$out/bin/cloister-ld"
	for tool in ar ranlib nm objdump objcopy readelf strings size; do
		ln -sf "$(command -v $tool)" "$out/bin/cloister-$tool"
	done
}

fetch_musl() {
	if [ -n "${MUSL_SOURCE-}" ]; then
		cp -r "$MUSL_SOURCE" "$out/build/musl"
	else
		cp -r "$("$here/../tools/apt-source.sh" musl "$out/source" | tail -1)" "$out/build/musl"
	fi
	cp -r "$here/musl/." "$out/build/musl/"
}

build_musl() {
	rm -rf "$out/build"
	mkdir -p "$out/build"
	fetch_musl
	(
		cd "$out/build/musl"
		CC="$out/bin/cloister-cc" AR=ar RANLIB=ranlib CFLAGS="-O2" ./configure \
			--target=x86_64 --prefix="$out" --syslibdir="$out/lib" \
			--disable-shared --disable-wrapper >"$out/build/musl.log"
		make -j"$jobs" install >>"$out/build/musl.log" 2>&1
	) || { grep -i error: "$out/build/musl.log" >&2; exit 1; }
}

# Linux's own headers are the same for every libc.
link_kernel_headers() {
	for dir in linux asm-generic mtd; do
		[ -e "$out/include/$dir" ] || cp -r "/usr/include/$dir" "$out/include/"
	done
	[ -e "$out/include/asm" ] || cp -r /usr/include/x86_64-linux-gnu/asm "$out/include/"
}

build_rt() {
	mkdir -p "$out/build/rt"
	for src in "$here"/rt/*.c; do
		"$out/bin/cloister-cc" -O2 -ffreestanding -fno-builtin-popcount -c "$src" \
			-o "$out/build/rt/$(basename "$src" .c).o"
	done
	rm -f "$out/lib/libgcc.a"
	ar rcs "$out/lib/libgcc.a" "$out"/build/rt/*.o
	ar rcs "$out/lib/libgcc_eh.a"
}

install_tools
build_musl
link_kernel_headers
build_rt
echo "$out/bin/cloister-cc"
