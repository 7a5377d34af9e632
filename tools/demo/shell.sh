# SPDX-License-Identifier: Apache-2.0
# shell.sh TEXT DIR: what shells are made of, over real input: pipelines, subshells, background jobs,
# here-documents, traps, command substitution. $BB is put before every tool, so that one program that
# has them all can be used, and $SH is a shell. Writes to DIR.
T=$1 D=$2

words() { $BB tr -cs 'A-Za-z' '\n' <"$T" | $BB tr A-Z a-z; }
words | $BB sort | $BB uniq -c | $BB sort -rn | $BB head -n 10 | while read -r n w; do echo "$w $n"; done
n=$(words | $BB grep -c .)
echo "words: $n"

( cd "$D" && x=$($BB pwd) && [ "$x" = "$D" ]; echo "cd in a subshell: $?"; exit 3 )
echo "its status: $?"

for i in 1 2 3 4 5 6 7 8; do ( words | $BB grep -c "^.\{$i\}$" >"$D/length$i" ) & done
wait
$BB cat "$D"/length?
$BB sleep 0.05 &
p=$!
wait $p
echo "background job: $?"
$BB yes | $BB head -n 3

$BB cat <<EOF | $BB sed 's/a/A/g'
here $n and $(echo nested $(echo deeper | $BB tr e E))
	banana $((n % 7)) ${undefined:-default}
EOF
$BB cat <<'EOF'
literal $n $(not run)
EOF
read -r x y <<EOF
first second third
EOF
echo "$y, $x"

trap 'echo trap: USR1' USR1
trap 'echo trap: EXIT' EXIT
kill -USR1 $$
v=$(trap 'echo inner' EXIT; echo body)
echo "$v"
$SH -c 'trap "echo asked to end; exit 5" TERM; kill -TERM $$; echo not reached'
echo "ended: $?"
$SH -c 'kill -KILL $$' 2>/dev/null
echo "killed: $?"

f() { [ "$1" -le 0 ] || { printf '%d ' "$1"; f $(($1 - 1)); }; }
f 100 | $BB md5sum
set -- a "b c" d
for w; do echo "<$w>"; done
$BB seq 1 1000 | while read -r l; do [ $((l % 250)) -ne 0 ] || echo "$l"; done
{ echo one; echo two >&2; } 2>&1 | $BB sort
$BB find /usr/share/common-licenses -type f | $BB sort | $BB xargs $BB md5sum | $BB md5sum
$BB tar cf - -C /usr/share/common-licenses . | $BB gzip | $BB gunzip | $BB tar tf - | $BB sort | $BB head -n 3
echo 'END { print NR }' >"$D/count.awk"
words | $BB awk -f "$D/count.awk"
echo 'echo "a script: $1"' >"$D/script"
$SH "$D/script" works
(exit 7) | true
echo "$? $(((1 << 20) * 3 % 7))"
case hello in h*o) echo match ;; esac
