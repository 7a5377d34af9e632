#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Builds real programs as SIPs from Debian's source packages.
#
#   ports/build.sh SYSROOT OUTDIR NAME...
#
# A recipe ports/NAME is a shell fragment: `package` names the source package, build() runs in a
# copy of its unpacked source with CC, AR, JOBS and BIN (where programs go) set, and check() may
# run BIN's programs through $SIPRUN to see that they work. PORTS_SOURCE=DIR takes sources already
# unpacked as DIR/PACKAGE-*; otherwise tools/apt-source.sh fetches them.

set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 3 ] || { sed -n 's/^#   ports/usage: ports/p' "$0" >&2; exit 2; }
sysroot=$(cd "$1" && pwd)
mkdir -p "$2/bin" "$2/work"
out=$(cd "$2" && pwd)
shift 2

export CC="$sysroot/bin/cloister-cc" AR=ar RANLIB=ranlib HOSTCC=gcc BIN="$out/bin"
export JOBS="${JOBS:-$(nproc)}" SIPRUN="${SIPRUN-}"

source_of() {
	if [ -n "${PORTS_SOURCE-}" ]; then
		for dir in "$PORTS_SOURCE/$1"-*/; do echo "${dir%/}"; done | tail -1
	else
		"$here/../tools/apt-source.sh" "$1" "$out/source" | tail -1
	fi
}

for name; do
	[ -f "$here/$name" ] || { echo "ports: no recipe $name" >&2; exit 2; }
	(
		check() { :; }
		. "$here/$name"
		rm -rf "$out/work/$name"
		cp -a "$(source_of "$package")" "$out/work/$name"
		cd "$out/work/$name"
		set +e # a function called under || would go on after an error
		(set -e && build) >"$out/work/$name.log" 2>&1
		status=$?
		set -e
		if [ $status -ne 0 ]; then
			grep -n -m5 -E 'error:|Error ' "$out/work/$name.log" >&2 || tail -3 "$out/work/$name.log" >&2
			echo "ports: $name failed, see $out/work/$name.log" >&2
			exit 1
		fi
		set +e
		[ -z "$SIPRUN" ] || (set -e && check) >"$out/work/$name.check" 2>&1
		status=$?
		set -e
		if [ $status -ne 0 ]; then
			tail -5 "$out/work/$name.check" >&2
			echo "ports: $name does not work" >&2
			exit 1
		fi
		echo "ports: $name"
	)
done
