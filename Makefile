# SPDX-License-Identifier: EUPL-1.2
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
only    = ^$(1)$(if $(filter %/,$(1)),,$(if $(findstring /,$(1)),$$))

.PHONY: all help deps configure build asan clang fuzz-build check test test-asan lint format words demo bench fuzz
.PHONY: analyze valgrind longest decision-coverage sbom freshness reproducible clean
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

check: build clang lint asan fuzz-build ## everything: two compilers, lint, all tests sanitized, the shipped program, fuzz corpora
	@cd $(BUILD)/fuzz && $(CTEST)
	@cd $(BUILD) && $(CTEST) -j $$(($(JOBS) + 1)) -L shipped # one more than cores, for browser/session waits
	@cd $(BUILD)/asan && $(CTEST)

lint: deps ## imports, symbols, doors, banned functions, headers alone, SQL in C, tests mirror the code, docs/security.md
	@$(LOCKED) tools/configure.sh plain $(BUILD)
	@$(LOCKED) $(NINJA) -C $(BUILD) embedded >/dev/null
	@tools/lint/run.sh . $(BUILD)

format: ## lay out the C of our own by .clang-format (F=file for some)
	@tools/format.sh $(or $(F),$$(find src tests fuzz bench tools -name '*.[ch]' -not -path '*/fixtures/*'))

words: deps ## collect the program's own words into data/i18n, and list what its catalogues lack
	@tools/words.sh update
	@tools/words.sh gaps

longest: ## the longest functions and files
	@tools/longest.sh

demo: deps ## the pilot repository, made, shown, and served at https://localhost:8443 until Ctrl-C
	@$(LOCKED) tools/configure.sh plain $(BUILD)
	@$(LOCKED) $(NINJA) -C $(BUILD) dcim
	@rm -rf $(BUILD)/demo-repository $(BUILD)/demo-repository.key $(BUILD)/demo-repository-files
	@rm -rf $(BUILD)/demo-repository-backups
	DCIM_LANGUAGE=$${DCIM_LANGUAGE:-en} $(BUILD)/dcim demo $(BUILD)/demo-repository
	@$(BUILD)/dcim serve --repository $(BUILD)/demo-repository --key-file $(BUILD)/demo-repository.key \
	    --port $${DCIM_PORT:-8443} --demonstration --insecure-no-second-factor --insecure-root

bench: deps ## the benchmarks; B=bench_x for one
	@$(LOCKED) tools/configure.sh plain $(BUILD)
	@$(LOCKED) $(NINJA) -C $(BUILD) bench
	@tools/bench.sh $(BUILD) $(B)

fuzz: fuzz-build ## each fuzz target for FUZZ_SECONDS (60)
	@tools/fuzz.sh $(BUILD)/fuzz $(or $(FUZZ_SECONDS),60) $(JOBS)

valgrind: deps ## all C tests of the plain build under valgrind; T=room/x for one
	@$(LOCKED) tools/configure.sh plain $(BUILD)
	@$(LOCKED) $(NINJA) -C $(BUILD) $(shell tools/test_target.sh "$(T)")
	@cd $(BUILD) && DCIM_VALGRIND=1 ctest --output-on-failure -j $(JOBS) --timeout 3600 -LE shell $(if $(T),-R '$(call only,$(T))')

analyze: deps ## cppcheck over src; what is known and not so is in tools/cppcheck.txt (S4)
	@cppcheck --std=c11 --enable=warning,performance,portability --inline-suppr --quiet -j $(JOBS) -Isrc \
	    --suppressions-list=tools/cppcheck.txt --error-exitcode=1 src

decision-coverage: deps ## how many branches of the decision who may do what the tests take (S50)
	@$(LOCKED) tools/configure.sh plain $(BUILD)
	@$(LOCKED) tools/decision_coverage.sh $(BUILD)

sbom: build ## build/sbom.json: everything in the program that is not ours, with licence (S5)
	@node tools/sbom.mjs $(BUILD)

freshness: deps ## pinned and newest version of each embedded library; refuses known bad ones (S6)
	@tools/freshness.sh

reproducible: deps ## two builds of HEAD in two places, bit for bit the same (S7)
	@tools/reproducible.sh

clean: ## remove what was built
	rm -rf $(BUILD)
