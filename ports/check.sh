#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Tries the ports: the verifier must accept every program, the recipe's check() must succeed in the
# enclave and print what it prints natively. Then one line for each program: the size of its text
# as a SIP and natively, and the ratio.
#
#   ports/check.sh CLOISTER SIPDIR NATIVEDIR NAME...
#     CLOISTER           the command
#     SIPDIR, NATIVEDIR  what ports/build.sh made with the sysroot and with ports/native-cc.sh
#
# check() runs in the directory where the port was built; $SIPRUN "$BIN/PROGRAM" runs a program,
# one process tree in an enclave of its own that may write to the working directory. All programs
# in it must be SIPs, unless the recipe says isolation=mixed to use some of the machine's.

set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 4 ] || { sed -n 's/^#   ports/usage: ports/p' "$0" >&2; exit 2; }
cloister=$(realpath "$1")
sip=$(realpath "$2")
native=$(realpath "$3")
shift 3
export CLOISTER_EMU_QUIET=1 LC_ALL=C

# run_check NAME OUTDIR SIPRUN
run_check() (
	BIN=$2/bin
	SIPRUN=$3
	cd "$2/work/$1"
	check
)

check_port() (
	name=$1
	isolation=sip
	. "$here/$name"
	for program in $programs; do
		"$cloister" verify "$sip/bin/$program" >"$sip/work/$name.verify" 2>&1 || {
			tail -3 "$sip/work/$name.verify" >&2
			echo "ports: $program does not verify" >&2
			exit 1
		}
	done
	enclave="$cloister run --isolation $isolation --bind $sip/work/$name:$sip/work/$name:rw"
	enclave="$enclave --env PATH=/usr/bin:/bin --env LC_ALL=C --"
	set +e
	(set -e && run_check "$name" "$native" "") >"$native/work/$name.out" 2>"$native/work/$name.err"
	expected=$?
	(set -e && run_check "$name" "$sip" "$enclave") >"$sip/work/$name.out" 2>"$sip/work/$name.err"
	status=$?
	set -e
	if [ $status -ne 0 ] || [ $expected -ne 0 ]; then
		tail -5 "$sip/work/$name.err" >&2
		echo "ports: check of $name: status $status, natively $expected" >&2
		exit 1
	fi
	diff "$native/work/$name.out" "$sip/work/$name.out" >&2 || {
		echo "ports: $name prints other than natively" >&2
		exit 1
	}
)

text_of() {
	size -A "$1" | awk '$1 == ".text" { print $2 }'
}

report() {
	for program in $(. "$here/$1" && echo "$programs"); do
		s=$(text_of "$sip/bin/$program")
		n=$(text_of "$native/bin/$program")
		awk -v p="$program" -v s="$s" -v n="$n" 'BEGIN { printf "%-12s %9d %9d %6.2f\n", p, s, n, s / n }'
	done
}

printf '%-12s %9s %9s %6s\n' program SIP native growth
failures=0
for name; do
	set +e
	(set -e && check_port "$name")
	status=$?
	set -e
	[ $status -eq 0 ] || failures=$((failures + 1))
	report "$name"
done
[ $failures -eq 0 ] || { echo "ports: $failures failed" >&2; exit 1; }
