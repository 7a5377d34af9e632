#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# apt-source.sh PACKAGE DESTDIR: fetch and unpack Debian's source package below DESTDIR and print the
# unpacked directory as the last line. Uses the mirrors, suites and keys this machine already has: a
# temporary deb-src list is derived from its sources (.list and deb822 .sources); nothing under /etc
# is touched and root is not needed. apt checks signatures and checksums. Idempotent: a package
# that is there is not fetched again. Needs dpkg-dev.
set -eu

if [ $# -ne 2 ]; then
	echo "usage: apt-source.sh PACKAGE DESTDIR" >&2
	exit 2
fi
package=$1
mkdir -p "$2"
dest=$(cd "$2" && pwd)
etc=${APT_SOURCE_ETC:-/etc/apt} # tests point it elsewhere

if [ -f "$dest/.$package.done" ]; then
	cat "$dest/.$package.done"
	exit 0
fi
for tool in apt-get dpkg-source; do
	command -v $tool >/dev/null || {
		echo "apt-source.sh: $tool is missing (package dpkg-dev)" >&2
		exit 1
	}
done

. /etc/os-release
apt=$dest/.apt
mkdir -p "$apt/lists/partial" "$apt/parts" "$apt/cache"

# Only the distribution's own suites: third-party archives often carry no sources.
# shellcheck disable=SC2016
for f in "$etc/sources.list" "$etc"/sources.list.d/*.list; do
	[ -f "$f" ] && cat "$f"
done 2>/dev/null | awk -v codename="${VERSION_CODENAME:-stable}" '
	$1 == "deb" || $1 == "deb-src" {
		i = 2
		if ($2 ~ /^\[/)
			while ($i !~ /\]$/)
				i++
		if ($2 ~ /^\[/)
			i++
		if ($(i + 1) ~ "^(" codename "|stable)([-/]|$)") {
			$1 = "deb-src"
			print
		}
	}' | sort -u >"$apt/sources.list"

n=0
for f in "$etc"/sources.list.d/*.sources; do
	[ -f "$f" ] || continue
	n=$((n + 1))
	# One stanza per paragraph; comment lines may stand between its fields.
	grep -v '^#' "$f" | awk -v RS= -v codename="${VERSION_CODENAME:-stable}" '
		$0 ~ "(^|\n)Suites:[ \t]*([^\n]*[ \t])?(" codename "|stable)([-/ \t\n]|$)" && $0 !~ /\nEnabled:[ \t]*no/ {
			sub(/(^|\n)Types:[^\n]*/, "\nTypes: deb-src")
			sub(/^\n/, "")
			print $0 "\n"
		}' >"$apt/parts/$n.sources"
done

run_apt() {
	apt-get -q -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts="$apt/parts" \
		-o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache" \
		-o APT::Sandbox::User="$(id -un)" "$@"
}

# The index is refetched when older than a day.
if [ -z "$(find "$apt/stamp" -mtime -1 2>/dev/null)" ]; then
	run_apt update >&2
	touch "$apt/stamp"
fi
cd "$dest"
run_apt source --only-source "$package" >&2
dir=$(find "$dest" -mindepth 1 -maxdepth 1 -type d -name "$package-[0-9]*" | sort -V | tail -n 1)
if [ -z "$dir" ]; then
	echo "apt-source.sh: $package unpacked nothing below $dest" >&2
	exit 1
fi
echo "$dir" >"$dest/.$package.done"
echo "$dir"
