#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The demonstration: tools/demo.sh build/cloister. One job of unmodified programs, natively and inside one
# enclave; the results must be equal.
set -eu

cloister=$1
here=$(cd "$(dirname "$0")" && pwd)
text=/usr/share/common-licenses/GPL-3
work=$(mktemp -d "${TMPDIR:-/tmp}/cloister-demo.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/native" "$work/enclave"

seconds() { # run a command; its time goes to fd 3
	start=$(date +%s%N)
	"$@"
	end=$(date +%s%N)
	echo "$(((end - start) / 1000000))" >&3
}

echo "Job: python3 -> pipelines of tr, sort, uniq, head; python3 -> make -j2 -> /bin/sh -> coreutils."
echo "Text: $text, $(wc -w <$text) words."
echo
echo "Natively:"
seconds python3 "$here/demo/words.py" $text "$work/native" \
	>"$work/native.out" 2>/dev/null 3>"$work/native.ms"
sed 's/^/    /' "$work/native.out"

echo "Inside one enclave, MRENCLAVE $("$cloister" measure "$(dirname "$cloister")/cloister.enclave"):"
seconds "$cloister" run --bind "$work/enclave:/out:rw" --cwd /out -- \
	/usr/bin/python3 "$here/demo/words.py" $text /out \
	>"$work/enclave.out" 2>"$work/enclave.err" 3>"$work/enclave.ms" || {
	cat "$work/enclave.err" >&2
	echo "FAILED: the job did not end well inside" >&2
	exit 1
}
sed 's/^/    /' "$work/enclave.out"

cmp "$work/native.out" "$work/enclave.out"
diff -r "$work/native" "$work/enclave"
echo "The outputs are equal: $(ls "$work/enclave" | wc -l) files and standard output."
echo "Processes in the enclave: $(tail -n 1 "$work/enclave.err")"
echo "Time: native $(cat "$work/native.ms") ms, in the enclave $(cat "$work/enclave.ms") ms"
# The same for a shell script, all SIPs: processes that the enclave does not trust, which fork.
sip=$(cd "$(dirname "$cloister")" && pwd)/ports/bin/busybox # the script changes directory
if [ -x "$sip" ]; then
	echo
	echo "Job: a shell script of pipelines, subshells, jobs, here-documents and traps; every process a SIP."
	mkdir "$work/script"
	export LC_ALL=C
	BB= SH=/bin/sh seconds /bin/sh "$here/demo/shell.sh" $text "$work/script" \
		>"$work/native.out" 3>"$work/native.ms"
	BB=$sip SH="$sip sh" seconds "$cloister" run --isolation sip --env BB --env SH \
		--bind "$work/script:$work/script:rw" -- "$sip" sh "$here/demo/shell.sh" $text \
		"$work/script" >"$work/enclave.out" 2>"$work/sip.err" 3>"$work/enclave.ms"
	cmp "$work/native.out" "$work/enclave.out"
	echo "The outputs are equal: $(wc -l <"$work/enclave.out") lines."
	echo "Time: native $(cat "$work/native.ms") ms, in the enclave $(cat "$work/enclave.ms") ms"
else
	echo "(No SIP programs here: make ports)"
fi
if grep -q EMULATED "$work/enclave.err"; then
	cat <<'END'

  *** This machine has no usable SGX: the enclave was EMULATED.                ***
  *** It protected nothing, and the times above are the emulator's, not SGX's. ***
END
fi
