#!/bin/sh
# Builds the library, or another MODULE, and writes the symbol graph of what is public in it, what it hands on of the modules
# below included.
#   symbols.sh FOLDER [MODULE]
set -eu

folder=$1
module=${2:-CloudTrailIntegrity}
exports=Sources/$module/Exports.swift
here=$(dirname "$0")

resources=$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
target=$(swiftc -print-target-info | sed -n 's/.*"unversionedTriple": "\(.*\)".*/\1/p')
extract="$resources/../../bin/swift-symbolgraph-extract"
if ! [ -x "$extract" ]; then
    echo "The toolchain has no swift-symbolgraph-extract: use one from https://www.swift.org/install" >&2
    exit 1
fi

[ -e "$exports" ] || exports=/dev/null
swift build --quiet --target "$module"
rm -rf "$folder"
mkdir -p "$folder"
for name in "$module" $(sed -n 's/^@_exported public import [a-z]* \([A-Za-z]*\)\..*/\1/p' "$exports" | sort -u); do
    "$extract" -module-name "$name" -target "$target" -I "$(swift build --show-bin-path)/Modules" \
        -I CLibs/CBuild/include -I CLibs/COpenSSL -I CLibs/CZlib -I CLibs/CPlatform \
        -minimum-access-level public -skip-synthesized-members -output-dir "$folder"
done
python3 "$here/public_api.py" join "$folder" "$module" "$exports"
