#!/bin/sh
# Compares the library's public API with that of the last release, and fails when code that uses it could stop compiling.
# A break that is meant is accepted by its line in accepted-breaks.txt beside this script, until the release that makes it.
#   api-breaks.sh FOLDER
#
# This is what `swift package diagnose-api-breaking-changes` does, but for two things: that takes what is `package` for
# public, so that it reports what no user can see, and overlooks what users lose; and it builds the whole package.
set -eu

folder=$1
here=$(dirname "$0")
module=CloudTrailIntegrity

if ! git rev-parse --git-dir >/dev/null 2>&1; then
    echo "This is no git repository: the API is not compared with the last release."
    exit 0
fi
if ! tag=$(git describe --tags --abbrev=0 --match '[0-9]*.[0-9]*.[0-9]*' 2>/dev/null); then
    if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
        echo "This clone is shallow and holds no tag: the API is not compared with the last release."
    else
        echo "No release has a tag yet: there is no API to compare with."
    fi
    exit 0
fi

resources=$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
target=$(swiftc -print-target-info | sed -n 's/.*"unversionedTriple": "\(.*\)".*/\1/p')
digester="$resources/../../bin/swift-api-digester"
if ! [ -x "$digester" ]; then
    echo "The toolchain has no swift-api-digester: use one from https://www.swift.org/install" >&2
    exit 1
fi

# Builds the library of the package in folder $1, and writes what is public in it to $2.
describe() {
    swift build --quiet --package-path "$1" --target "$module"
    exports="$1/Sources/$module/Exports.swift"
    # What the library hands on of the modules below is its own.
    others=$(sed -n 's/^@_exported public import [a-z]* \([A-Za-z]*\)\..*/-module \1/p' "$exports" 2>/dev/null | sort -u)
    # shellcheck disable=SC2086 # several options, or none
    "$digester" -dump-sdk -module "$module" $others -target "$target" -avoid-location -avoid-tool-args -o "$2.all" \
        -I "$(swift build --package-path "$1" --show-bin-path)/Modules" \
        -I "$1/CLibs/CBuild/include" -I "$1/CLibs/COpenSSL" -I "$1/CLibs/CZlib" -I "$1/CLibs/CPlatform"
    python3 "$here/../Documentation/public_api.py" strip "$2.all" "$2" "$exports"
    rm "$2.all"
}

mkdir -p "$folder"
released="$folder/$(git rev-parse "$tag^{commit}").json"
if ! [ -e "$released" ]; then
    source="$folder/source"
    rm -rf "$source"
    mkdir "$source"
    git archive "$tag" | tar -x -C "$source"
    describe "$source" "$released"
    rm -rf "$source"
fi
describe . "$folder/now.json"

set -- -diagnose-sdk -compiler-style-diags -input-paths "$released" -input-paths "$folder/now.json"
if [ -e "$here/accepted-breaks.txt" ]; then set -- "$@" -breakage-allowlist-path "$here/accepted-breaks.txt"; fi
"$digester" "$@" >"$folder/breaks.txt" 2>&1
# Each kind of break has a heading, also where there is none.
if grep -v -e '^/\*.*\*/$' -e '^$' "$folder/breaks.txt"; then
    echo "The public API breaks with $tag. What is meant to goes into $here/accepted-breaks.txt, line by line." >&2
    exit 1
fi
echo "the public API has all that $tag has"
