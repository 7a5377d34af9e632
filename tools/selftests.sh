#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# selftests.sh [BUILDDIR]: run the Linux kernel's own SGX selftests on the emulator. They come from
# Debian's kernel source package (the newest linux-source-VERSION that apt knows, or
# SELFTESTS_PACKAGE), are unpacked and built below BUILDDIR/selftests, and run with libsgxemu.so
# preloaded. Needs no root. Prints "N passed, M failed" and fails unless all 16 pass.
set -eu

build=$(cd "${1:-build}" && pwd)
work=$build/selftests
emu=$build/host/libsgxemu.so
expected=16

[ -f "$emu" ] || ninja -C "$build" host/libsgxemu.so
mkdir -p "$work"
cd "$work"

newest() {
	apt-cache search --names-only '^linux-source-[0-9.]+$' | cut -d' ' -f1 | sort -V | tail -n 1
}

if [ ! -f unpacked ]; then
	package=${SELFTESTS_PACKAGE:-$(newest)}
	[ -n "$package" ] || {
		echo "selftests: apt knows no linux-source package" >&2
		exit 1
	}
	echo "selftests: fetching $package"
	rm -rf deb tree ./*.deb
	apt-get -q -o APT::Sandbox::User="$(id -un)" download "$package" >&2
	dpkg-deb -x ./"$package"_*.deb deb
	mkdir tree
	# Only what these tests include; the whole tree is over a gigabyte.
	tar -C tree --strip-components=1 -xf deb/usr/src/"$package".tar.* --wildcards \
		'*/tools/testing/selftests/sgx' '*/tools/testing/selftests/lib.mk' \
		'*/tools/testing/selftests/*.h' '*/tools/testing/selftests/x86/check_cc.sh' \
		'*/tools/testing/selftests/x86/trivial_*' '*/tools/include' '*/tools/scripts' \
		'*/tools/arch/x86/include' '*/arch/x86/include'
	rm -rf deb ./*.deb
	echo "$package" >unpacked
fi

sgx=$work/tree/tools/testing/selftests/sgx
make -s -C "$sgx" >make.log 2>&1 || {
	cat make.log >&2
	exit 1
}

cd "$sgx"
status=0
CLOISTER_EMU_QUIET=1 CLOISTER_EMU_SECRET=$work/secret LD_PRELOAD=$emu \
	timeout 600 ./test_sgx >"$work/log" 2>&1 || status=$?
grep -E '^(not )?ok ' "$work/log" || true
passed=$(grep -c '^ok ' "$work/log" || true)
failed=$((expected - passed))
if [ "$status" != 0 ] || [ "$failed" != 0 ] || grep -q '^ok .*SKIP' "$work/log"; then
	cat "$work/log" >&2
	[ "$failed" != 0 ] || failed=1
fi
echo "$(cat "$work/unpacked"): $passed passed, $failed failed"
[ "$failed" = 0 ]
