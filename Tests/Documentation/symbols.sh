#!/bin/sh
# Builds the library and writes the symbol graph of what is public in it.
#   symbols.sh FOLDER
set -eu

folder=$1
module=CloudTrailIntegrity

resources=$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
target=$(swiftc -print-target-info | sed -n 's/.*"unversionedTriple": "\(.*\)".*/\1/p')
extract="$resources/../../bin/swift-symbolgraph-extract"
if ! [ -x "$extract" ]; then
    echo "The toolchain has no swift-symbolgraph-extract: use one from https://www.swift.org/install" >&2
    exit 1
fi

swift build --quiet --target "$module"
rm -rf "$folder"
mkdir -p "$folder"
"$extract" -module-name "$module" -target "$target" -I "$(swift build --show-bin-path)/Modules" \
    -I CLibs/COpenSSL -I CLibs/CZlib -I CLibs/CPlatform \
    -minimum-access-level public -skip-synthesized-members -output-dir "$folder"
