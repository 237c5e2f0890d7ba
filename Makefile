# What people run: `make validate`, `make test`, `make install`. What CI adds: `make lint`, `make build`. What takes
# long: `make full`, `make fuzz SECONDS=600`, `make bench`.

ARCHIVE ?= TestVectors/archives/clean/archive
KEYS ?= TestVectors/archives/clean/keys.json
ifeq ($(origin ARCHIVE), file)
SIGNATURES ?= TestVectors/archives/clean/meta.jsonl
endif

# For each target of `make fuzz`, and which targets: all, when none is named.
SECONDS ?= 60
TARGETS ?=

# The package traits to build with, separated by commas: Libdeflate, ArchiveFiles.
TRAITS ?=
ALL_TRAITS = Libdeflate,ArchiveFiles

# STRICT=1 makes warnings errors.
STRICT ?=

# For `make adversary`.
CASES ?= 2000
SEED ?= 1000
SHOW ?= 1
WAY ?= memory
INPUT ?=
OPTIMIZED ?=

# For `make rooms`: the index of which build.
INDEX ?= .build/debug/index/store

# For `make bench`: FULL=1 for the rows that make gigabytes, which rows (all, when none is named), and how many pairs of
# runs.
FULL ?=
ROWS ?=
PAIRS ?=

# For `make docs`: the folder on its server that the site will lie in; none is the root.
BASE_PATH ?=

# For `make html-check`: where the picture of a page goes; none is made when it is empty.
PICTURE ?=

TOOL = .build/release/cloudtrail-integrity
SAMPLES = .build/samples
BENCHMARKS = .build/benchmarks
REPORT_SAMPLES = .build/report-samples
SCHEMA_SAMPLES = .build/schema-samples
HTML_PAGES = .build/html
EXAMPLE_RUNS = .build/example-runs
SCALE = .build/scale
HOSTILE = .build/hostile
DOCUMENTATION = .build/docs

.PHONY: all setup build check rooms validate test test-traits adversary mutants golden lint reports html-check
.PHONY: docs public-api check-public-api check-schemas check-repository words
.PHONY: conformance conformance-full examples check-scale check-scale-full
.PHONY: sanitize sanitize-address sanitize-native sanitize-thread
.PHONY: coverage strace fuzz hostile large bench full clean

all: build library

# libcrypto and zlib with their headers, and pkg-config to find them.
setup:
	@TRAITS="$(TRAITS)" sh Tests/Scripts/setup.sh

# What `--version --verbose` and the reports say the command was built of; nothing where this is no clone.
COMMIT = $(shell git describe --always --abbrev=12 --exclude '*' --dirty=-modified 2>/dev/null)

# Swift's runtime becomes part of the command and of the library: what they need beside themselves are libcrypto and zlib
# alone. SwiftPM's own flag speaks of executables only.
RELEASE = -c release --static-swift-stdlib -Xswiftc -static-stdlib $(addprefix --traits ,$(TRAITS)) \
    $(if $(STRICT),-Xswiftc -warnings-as-errors)

# The command; `make library` makes the library for C.
build: setup
	CLOUDTRAIL_COMMIT=$(COMMIT) swift build $(RELEASE) --product cloudtrail-integrity
	@touch $(TOOL)

validate: build
	$(TOOL) validate $(ARCHIVE) $(addprefix --public-keys ,$(KEYS)) $(addprefix --signatures ,$(SIGNATURES)) $(OPTIONS)

test: setup
	swift test

# The rules and the format alone, in a build folder of their own, with a tenth of the drawn cases: fast enough to run after
# each change. Then whether they name values alone.
RULES = $(foreach module,CloudTrailFormat CloudTrailRules,Sources/$(module) Tests/$(module)Tests)

check: LINTED = Package.swift $(RULES)
check: lint
	PARTS=few CLOUDTRAIL_ONLY=rules swift test --quiet --scratch-path .build/check
	$(MAKE) --no-print-directory rooms INDEX=.build/check/debug/index/store

# Whether the format and the rules name values alone, by the index of a debug build: `make test` makes one.
rooms:
	python3 Tests/Rooms/rooms.py $(INDEX)

# The same tests with every package trait on.
test-traits:
	TRAITS=$(ALL_TRAITS) sh Tests/Scripts/setup.sh
	swift test --traits $(ALL_TRAITS) --scratch-path .build/traits

# A blind search for archives on which the validator is wrong: CASES of them, the first of them number SEED, judged by laws
# and by a model of docs/verdicts.md; `make test` has a few. It tells SHOW cases of each kind of difference. WAY is how the
# archives come to the validator (memory, folder, streamInAnyOrder and, with TRAITS=ArchiveFiles, tarInAnyOrder, zip), or
# nights, for archives that change between runs with a state. OPTIMIZED=1 pays off from some 20,000 cases on. INPUT is a
# file that `make fuzz TARGETS=archives` found something with, to be tried in place of cases and told as small as it can be.
adversary: setup
	CASES="$(CASES)" SEED="$(SEED)" SHOW="$(SHOW)" WAY="$(WAY)" INPUT="$(INPUT)" swift test \
	    --filter AdversaryTests$(if $(INPUT),/anInputOfTheFuzzers) \
	    $(addprefix --traits ,$(TRAITS)) $(if $(TRAITS)$(OPTIMIZED),--scratch-path .build/adversary) \
	    $(if $(OPTIMIZED),-c release -Xswiftc -enable-testing)

# Whether that search notices when a rule is taken out: one after another of Tests/Mutations/mutations.py, in a copy.
mutants: setup
	python3 Tests/Mutations/mutate.py .build/mutants --cases $(CASES)

# Writes again what the tests compare the command's output with, and the tables of kinds in the user guide. Look at the
# difference before it is committed.
golden: setup
	UPDATE_GOLDEN=1 swift test --filter "GoldenTests|HTMLReportTests|UserGuideTests|WordsTests"
	git diff --stat -- Tests/CloudTrailIntegrityCommandTests/Golden TestVectors/reports docs/user-guide.md

LINTED = Package.swift Sources Tests Examples/Package.swift Examples/Sources Examples/Tests

lint:
	swift format lint --strict --parallel --recursive $(LINTED)
	python3 Tests/Mutations/mutate.py --check

# Every format of report and manifest, read by parsers from PyPI and of the system: see Tests/Reports.
reports: build
	sh Tests/Reports/formats.sh $(TOOL) $(REPORT_SAMPLES)

# What the command writes and takes as JSON, against the schemas in docs/schemas: see Tests/Schemas.
check-schemas: build
	sh Tests/Schemas/run.sh $(TOOL) $(SCHEMA_SAMPLES)

# Spelling and wording of pages, comments and help: see Tests/Documentation/words.py.
words:
	sh Tests/Documentation/words.sh

# Workflows, forms, links between pages and how files are stored: see Tests/Repository.
check-repository:
	sh Tests/Repository/run.sh

# The pages of `--report html`, used in a real Chromium; skipped where there is none. PICTURE=docs/images/report.png makes
# the picture of the README anew.
html-check: build
	sh Tests/Reports/html.sh $(TOOL) $(HTML_PAGES) $(addprefix --picture ,$(PICTURE))

# The real AWS CLI, from PyPI, on samples of ours: served from a loopback endpoint and compared file by file. Then the
# harness's own tests, half of which need the CLI that the comparison installed.
conformance: build
	sh Tests/Conformance/run.sh $(TOOL) $(SAMPLES) plain
	python3 -m unittest discover -s Tests/Conformance

conformance-full: build
	sh Tests/Conformance/run.sh $(TOOL) $(SAMPLES) plain prefix organization
	python3 -m unittest discover -s Tests/Conformance

# The package of examples, built and run on the golden archives: see Examples.
examples: build library
	sh Tests/Examples/run.sh $(TOOL) $(EXAMPLE_RUNS) $(LIBRARY)

# An archive divided among workers, of which some are killed, late, mistaken or forged: see Tests/Scale. `check-scale-full`
# has more of them, and the ways of docs/scale.md: ssh, Kubernetes' schema, and Spark.
check-scale: build
	sh Tests/Scale/run.sh $(TOOL) $(SCALE)

check-scale-full: build
	sh Tests/Scale/run.sh $(TOOL) $(SCALE) full

# The test suite with every package trait on, under the address sanitizer, with leaks, and under the thread sanitizer; less
# the tests of the rules, which have no memory of their own and no thread. `make sanitize-native` is the first of them for
# what calls C alone.
sanitize: sanitize-address sanitize-thread

ADDRESS = LSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Scripts/leaks.supp:print_suppressions=0 WAYS_IN=one \
    swift test --traits $(ALL_TRAITS) --sanitize=address --skip CloudTrailRulesTests

sanitize-address:
	TRAITS=$(ALL_TRAITS) sh Tests/Scripts/setup.sh
	$(ADDRESS) --scratch-path .build/address

sanitize-native:
	TRAITS=$(ALL_TRAITS) sh Tests/Scripts/setup.sh
	CLOUDTRAIL_ONLY=native $(ADDRESS) --scratch-path .build/address-native

sanitize-thread:
	TRAITS=$(ALL_TRAITS) sh Tests/Scripts/setup.sh
	WAYS_IN=one swift test --traits $(ALL_TRAITS) --sanitize=thread --scratch-path .build/thread \
	    --skip CloudTrailRulesTests

# The library's documentation, checked and written as a static site: see Tests/Documentation. BASE_PATH is where it will
# lie on its server.
docs: setup
	python3 -m unittest discover -q -s Tests/Documentation
	sh Tests/Documentation/docs.sh $(DOCUMENTATION) $(BASE_PATH)

# Writes anew the list of what is public in the library. Look at the difference before it is committed.
public-api: setup
	sh Tests/Documentation/symbols.sh $(DOCUMENTATION)/symbols
	python3 Tests/Documentation/public_api.py write $(DOCUMENTATION)/symbols docs/public-api.txt
	sh Tests/Documentation/symbols.sh $(DOCUMENTATION)/symbols-testing CloudTrailIntegrityTesting
	python3 Tests/Documentation/public_api.py write $(DOCUMENTATION)/symbols-testing docs/public-api-testing.txt
	git diff --stat -- docs/public-api.txt docs/public-api-testing.txt

# Whether that list is up to date, and whether the last release's users could still build.
check-public-api: setup
	sh Tests/Documentation/symbols.sh $(DOCUMENTATION)/symbols
	python3 Tests/Documentation/public_api.py compare $(DOCUMENTATION)/symbols docs/public-api.txt
	sh Tests/Documentation/symbols.sh $(DOCUMENTATION)/symbols-testing CloudTrailIntegrityTesting
	python3 Tests/Documentation/public_api.py compare $(DOCUMENTATION)/symbols-testing docs/public-api-testing.txt
	sh Tests/Scripts/api-breaks.sh .build/api

# How much of the code that reads and judges an archive the tests run through.
coverage: setup
	sh Tests/Scripts/coverage.sh .build/coverage NativeInterop CloudTrailFormat CloudTrailIntegrity

# Which files the command opens, and whether it opens sockets, on every sample there is; and what a run with every output
# opens to write, makes, renames and removes.
strace: build
	rm -rf .build/strace
	python3 Tests/Scripts/strace.py $(TOOL) .build/strace

# libFuzzer with the address sanitizer on every parser and on whole archives: see Tests/Fuzzing.
fuzz:
	TRAITS=ArchiveFiles sh Tests/Scripts/setup.sh
	sh Tests/Fuzzing/run.sh $(SECONDS) $(TARGETS)

# What hostile archives cost, at n, 2n and 4n of each: see Tests/Hostile.
hostile: setup
	sh Tests/Hostile/run.sh $(HOSTILE) $(OPTIONS)

# One folder of a million log files and one chain of 300,000 digest files: what they cost with and without a state, and how
# soon Ctrl-C ends a run of them at any moment. Takes an hour and 10 GB.
large: setup
	PROGRAM=large.py sh Tests/Hostile/run.sh $(HOSTILE) $(OPTIONS)

# The product against a C program that reads, gunzips and hashes the same files: see docs/benchmarks.md.
bench: setup
	FULL="$(FULL)" ROWS="$(ROWS)" PAIRS="$(PAIRS)" TRAITS="$(TRAITS)" sh Tests/Benchmarks/run.sh

full: export WAYS_IN = all
full: export VALGRIND = all
full: lint words check-repository tools test test-traits sanitize validate strace reports check-schemas html-check docs check-public-api conformance-full check-units check-c examples check-scale-full check-deb hostile fuzz

include packaging/install.mk
include packaging/library.mk

clean:
	swift package clean
	rm -rf $(SAMPLES) $(BENCHMARKS) $(REPORT_SAMPLES) $(SCHEMA_SAMPLES) $(HTML_PAGES) $(EXAMPLE_RUNS) $(SCALE)
	rm -rf $(HOSTILE) $(DOCUMENTATION) .build/api
