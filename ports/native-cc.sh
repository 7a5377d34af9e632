#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Makes a directory that ports/build.sh takes for a sysroot, but whose compiler is the machine's own
# with Debian's musl: what the ports are compared with.
#
#   ports/native-cc.sh OUTDIR

set -eu
[ $# -eq 1 ] || { sed -n 's/^#   ports/usage: ports/p' "$0" >&2; exit 2; }
mkdir -p "$1/bin" "$1/include"
out=$(cd "$1" && pwd)

# Linux's own headers do not come with musl.
for dir in linux asm-generic mtd; do
	ln -sfn "/usr/include/$dir" "$out/include/$dir"
done
ln -sfn /usr/include/x86_64-linux-gnu/asm "$out/include/asm"
cat >"$out/bin/cloister-cc" <<END
#!/bin/sh
exec musl-gcc -static -no-pie -isystem "$out/include" "\$@"
END
chmod +x "$out/bin/cloister-cc"
