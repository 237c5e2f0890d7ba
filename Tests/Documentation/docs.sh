#!/bin/sh
# Checks the library's documentation and writes it as a static site: FOLDER/site.
#   docs.sh FOLDER [BASE_PATH]
# BASE_PATH is where the site will lie on its server; without it, at the root.
set -eu

folder=$1
base=${2:-}
here=$(dirname "$0")
catalog=Sources/CloudTrailIntegrity/CloudTrailIntegrity.docc

resources=$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
docc="$resources/../../bin/docc"
# docc looks for what turns its output into pages here, too.
render=${DOCC_HTML_DIR:-$resources/../../share/docc/render}
if ! [ -x "$docc" ]; then
    echo "The toolchain has no docc: use one from https://www.swift.org/install" >&2
    exit 1
fi
if ! [ -e "$render/index-template.html" ]; then
    echo "docc has no page template: set DOCC_HTML_DIR to a folder with index-template.html ($render has none)" >&2
    exit 1
fi

sh "$here/symbols.sh" "$folder/symbols"
python3 "$here/public_api.py" check "$folder/symbols" "$catalog"
rm -rf "$folder/snippets"
swift build --quiet --target CloudTrailIntegrityTesting
python3 "$here/snippets.py" "$folder/snippets" "$(swift build --show-bin-path)/Modules" \
    "$catalog"/*.md docs/library.md README.md

# shellcheck disable=SC2086 # an option and its value, or nothing
"$docc" convert "$catalog" --additional-symbol-graph-dir "$folder/symbols" --output-path "$folder/site" \
    --fallback-bundle-identifier cloudtrail-integrity --fallback-default-module-kind Library \
    --transform-for-static-hosting ${base:+--hosting-base-path "$base"} --analyze --warnings-as-errors
echo "documentation: $folder/site/documentation/cloudtrailintegrity/index.html, to be served from $folder/site"
