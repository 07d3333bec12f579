# The workshop. `make` builds, `make check` tests everything, `make demo` shows it; `make help` lists all.
#
# A thin door to CMake. BUILD=dir puts build directories elsewhere (two people, one checkout).

BUILD  ?= build
T      ?=
JOBS   ?= $(shell nproc)
NINJA   = ninja -j $(JOBS)
# One build at a time in one directory.
LOCKED  = mkdir -p $(BUILD) && flock $(BUILD)/.lock
CTEST   = ctest --output-on-failure -j $(JOBS)
# room/x is exactly that test; anything else is a beginning (make test T=store).
only    = ^$(1)$(if $(findstring /,$(1)),$$)

.PHONY: all help deps configure build asan clang fuzz-build check test test-asan lint format demo bench
.PHONY: fuzz valgrind longest sbom freshness reproducible clean
.NOTPARALLEL:

all: build

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'

deps: ## install what is missing on this machine
	@tools/deps.sh

build: deps ## build/dcim and all tests, gcc, hardened
	@$(LOCKED) tools/configure.sh plain $(BUILD)
	@$(LOCKED) $(NINJA) -k 0 -C $(BUILD)

asan: deps ## the same under ASan and UBSan, in build/asan
	@$(LOCKED) tools/configure.sh asan $(BUILD)/asan
	@$(LOCKED) $(NINJA) -C $(BUILD)/asan

clang: deps ## compile everything with clang, in build/clang
	@$(LOCKED) tools/configure.sh clang $(BUILD)/clang
	@$(LOCKED) $(NINJA) -C $(BUILD)/clang

fuzz-build: deps
	@$(LOCKED) tools/configure.sh fuzz $(BUILD)/fuzz
	@$(LOCKED) $(NINJA) -C $(BUILD)/fuzz

test: deps ## all tests of the plain build; T=room/x runs one (and builds only what it needs)
	@$(LOCKED) tools/configure.sh plain $(BUILD)
	@$(LOCKED) $(NINJA) -C $(BUILD) $(shell tools/test_target.sh "$(T)")
	@cd $(BUILD) && $(CTEST) $(if $(T),-R '$(call only,$(T))')

test-asan: deps ## the same in the sanitized build
	@$(LOCKED) tools/configure.sh asan $(BUILD)/asan
	@$(LOCKED) $(NINJA) -C $(BUILD)/asan $(shell tools/test_target.sh "$(T)")
	@cd $(BUILD)/asan && $(CTEST) $(if $(T),-R '$(call only,$(T))')

clean:
	rm -rf $(BUILD)
