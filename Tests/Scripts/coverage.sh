#!/bin/sh
# Runs the tests with coverage and prints the line coverage of the modules that judge hostile input.
#   coverage.sh SCRATCH_FOLDER MODULE...
set -eu

scratch=$1
shift

swift test --enable-code-coverage --scratch-path "$scratch"

# Only the toolchain's own llvm-cov reads what its compiler writes; the first on PATH may be another.
resources=$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
cov="$resources/../../bin/llvm-cov"
products=$(swift build --show-bin-path --scratch-path "$scratch")
tests="$products/cloudtrail-integrityPackageTests.xctest"
for module in "$@"; do
    echo
    echo "== $module"
    "$cov" report -show-region-summary=false -show-branch-summary=false \
        -instr-profile "$products/codecov/default.profdata" "$tests" "Sources/$module"
done
