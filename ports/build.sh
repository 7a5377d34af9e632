#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Builds real programs as SIPs from Debian's source packages.
#
#   ports/build.sh SYSROOT OUTDIR NAME...
#
# A recipe ports/NAME is a shell fragment: `package` names the source package, build() runs in a
# copy of its unpacked source with CC, AR, JOBS and BIN (where programs go) set, `programs` names
# what it leaves in BIN, and check() is for ports/check.sh. A program stays until its recipe or the
# sysroot changes. SYSROOT needs no more than bin/cloister-cc, so that ports/native-cc.sh can stand
# in for one. PORTS_SOURCE=DIR takes sources already unpacked as DIR/PACKAGE-*; otherwise
# tools/apt-source.sh fetches them into OUTDIR/source.

set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 3 ] || { sed -n 's/^#   ports/usage: ports/p' "$0" >&2; exit 2; }
sysroot=$(cd "$1" && pwd)
mkdir -p "$2/bin" "$2/work"
out=$(cd "$2" && pwd)
shift 2

export CC="$sysroot/bin/cloister-cc" AR=ar RANLIB=ranlib HOSTCC=gcc BIN="$out/bin"
export JOBS="${JOBS:-$(nproc)}"

source_of() {
	if [ -n "${PORTS_SOURCE-}" ]; then
		for dir in "$PORTS_SOURCE/$1"-*/; do echo "${dir%/}"; done | tail -1
	else
		"$here/../tools/apt-source.sh" "$1" "$out/source" | tail -1
	fi
}

# What a port is made from: the recipe, and the parts of the sysroot that reach its text.
identity_of() {
	for file in "$here/$1" "$sysroot/bin/cloister-cc" "$sysroot/libexec/as" "$sysroot/libexec/ld" \
		"$sysroot/lib/sip.lds" "$sysroot/lib/libc.a" "$sysroot/lib/libgcc.a"; do
		[ ! -f "$file" ] || cksum <"$file"
	done
}

is_built() {
	[ "$(cat "$out/work/$1.done" 2>/dev/null)" = "$2" ] || return 1
	for program in $programs; do
		[ -x "$BIN/$program" ] || return 1
	done
}

failed() {
	grep -n -m5 -E 'error:|Error ' "$2" >&2 || tail -3 "$2" >&2
	echo "ports: $1 failed, see $2" >&2
	exit 1
}

build_port() (
	name=$1
	. "$here/$name"
	identity=$(identity_of "$name")
	is_built "$name" "$identity" && exit 0
	rm -rf "$out/work/$name" "$out/work/$name.done"
	cp -a "$(source_of "$package")" "$out/work/$name"
	cd "$out/work/$name"
	set +e # a function called under || would go on after an error
	(set -e && build) >"$out/work/$name.log" 2>&1
	status=$?
	set -e
	[ $status -eq 0 ] || failed "$name" "$out/work/$name.log"
	for program in $programs; do
		[ -x "$BIN/$program" ] || { echo "ports: $name made no $program" >&2; exit 1; }
	done
	echo "$identity" >"$out/work/$name.done"
	echo "ports: $name"
)

status=0
for name; do
	[ -f "$here/$name" ] || { echo "ports: no recipe $name" >&2; exit 2; }
	set +e # one that fails does not keep the others back
	(set -e && build_port "$name")
	[ $? -eq 0 ] || status=1
	set -e
done
exit $status
