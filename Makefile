# SPDX-License-Identifier: Apache-2.0
# Front door to meson. `make` leaves the command at build/cloister and its signed enclave beside it.
# Every target installs the Debian packages it needs (tools/deps.sh).
B := build
PARTS := cli/cloister enclave/cloister.enclave

all: $(B)/cloister.enclave.sig

$(B)/build.ninja:
	tools/deps.sh build
	meson setup $(B)

# ninja knows what is out of date.
ninja: $(B)/build.ninja
	@tools/deps.sh build
	@ninja -C $(B) $(PARTS)
	@for f in $(PARTS); do \
		cmp -s $(B)/$$f $(B)/$${f#*/} || cp $(B)/$$f $(B)/; done

$(B)/dev-key.pem: ninja
	@test -f $@ || $(B)/cloister sign --gen-key $@

$(B)/cloister.enclave.sig: ninja $(B)/dev-key.pem
	@test -f $@ -a $@ -nt $(B)/cloister.enclave || \
		$(B)/cloister sign --key $(B)/dev-key.pem $(B)/cloister.enclave

demo: all
	@tools/deps.sh demo
	tools/demo.sh $(B)/cloister

check: all
	@tools/deps.sh check
	meson test -C $(B) --print-errorlogs

bench: all
	@tools/deps.sh check
	bench/run.py $(B)

check-selftests: all
	@tools/deps.sh source
	tools/selftests.sh $(B)

fmt:
	@tools/deps.sh fmt
	git ls-files '*.c' '*.h' | xargs clang-format -i

# The SIP userland: compiler wrapper and C library, then programs built with it.
SYSROOT_DONE := $(B)/sysroot/lib/libgcc.a
$(SYSROOT_DONE): $(shell find sysroot rewriter -type f)
	tools/deps.sh build source
	@$(MAKE) $(B)/build.ninja
	@ninja -C $(B) rewriter/cloister-rewrite sysroot/cloister-ld
	sysroot/build.sh $(B)/sysroot $(B)

sysroot: $(SYSROOT_DONE)

# make ports PORTS="xz make" takes only some. Each is built natively too, to compare with.
PORTS := $(filter-out %.sh,$(notdir $(wildcard ports/*)))
ports: all sysroot
	@tools/deps.sh ports
	ports/build.sh $(B)/sysroot $(B)/ports $(PORTS)
	@ports/native-cc.sh $(B)/native-musl
	@mkdir -p $(B)/ports-native && ln -sfn ../ports/source $(B)/ports-native/source
	ports/build.sh $(B)/native-musl $(B)/ports-native $(PORTS)
	ports/check.sh $(B)/cloister $(B)/ports $(B)/ports-native $(PORTS)

clean:
	rm -rf $(B)

.PHONY: all ninja demo check bench check-selftests fmt sysroot ports clean
