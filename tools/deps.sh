#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Install the Debian packages that a make target needs: tools/deps.sh build|demo|check|source|ports|fmt ...
# Quick and silent when everything is there. As root, or through sudo; never edits a package source.
set -eu

build="gcc libc6-dev binutils meson ninja-build pkg-config python3 clang libclang-rt-14-dev
	libcmocka-dev liburing-dev libssl-dev libjansson-dev scdoc"
demo="python3 coreutils make"
check="$build $demo musl-tools busybox-static dash strace time libzydis-dev llvm-14-dev
	binutils-dev"
source="$build dpkg-dev xz-utils patch"
ports="$source make musl-tools linux-libc-dev autoconf automake autopoint gettext libtool tcl bzip2"
fmt="clang-format"

wanted=
for set in "$@"; do
	case $set in
	build) wanted="$wanted $build" ;;
	demo) wanted="$wanted $demo" ;;
	check) wanted="$wanted $check" ;;
	source) wanted="$wanted $source" ;;
	ports) wanted="$wanted $ports" ;;
	fmt) wanted="$wanted $fmt" ;;
	*)
		echo "deps: $set: no such set of packages (build, demo, check, source, ports, fmt)" >&2
		exit 2
		;;
	esac
done

if ! command -v dpkg-query >/dev/null; then
	echo "deps: this is not Debian. Install the equivalents of:" $wanted >&2
	exit 1
fi

# Installed packages, one name a line; then those of $wanted that are not among them.
missing=$(
	dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p' |
		sort -u | { printf '%s\n' $wanted | sort -u | comm -13 /dev/fd/3 -; } 3<&0
)
[ -n "$missing" ] || exit 0

. /etc/os-release
if [ "${ID:-}" != debian ] || [ "${VERSION_ID:-0}" -lt 12 ]; then
	echo "deps: made for Debian 12, this is ${PRETTY_NAME:-unknown}. Install the equivalents of:" \
		$missing >&2
	exit 1
fi

root=
if [ "$(id -u)" != 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "deps: run as root, or install sudo; needed:" $missing >&2
		exit 1
	fi
	root=sudo
fi

echo "deps: installing" $missing
apt="$root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300"
# Package lists may be fresh, old or absent: ask for them only when the first try fails.
$apt install --no-install-recommends $missing 2>/dev/null ||
	{ $apt update && $apt install --no-install-recommends $missing; }
