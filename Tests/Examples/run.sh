#!/bin/sh
# Builds the package of examples, runs its own tests, and runs all of them on the golden archives: see test_examples.py.
#   run.sh TOOL FOLDER [LIBRARY]
set -eu

tool=$(realpath "$1")
folder=$2
library=${3:-}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

if ! pkg-config --exists sqlite3; then
    if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
        echo "The header of SQLite is needed: sudo apt-get install libsqlite3-dev" >&2
        exit 1
    fi
    echo "Installing libsqlite3-dev"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends libsqlite3-dev >/dev/null
fi

build="swift build --package-path $root/Examples --scratch-path $root/.build/examples"
$build -Xswiftc -warnings-as-errors
swift test --package-path "$root/Examples" --scratch-path "$root/.build/examples" -Xswiftc -warnings-as-errors

rm -rf "$folder"
mkdir -p "$folder"
if [ -e "$library" ]; then
    CLOUDTRAIL_INTEGRITY_LIBRARY=$(realpath "$library")
    export CLOUDTRAIL_INTEGRITY_LIBRARY
else
    echo "examples: SKIPPED, because it is not here: the library for Python"
fi
TOOL=$tool EXAMPLES=$($build --show-bin-path) SCRATCH=$(realpath "$folder") PYTHONDONTWRITEBYTECODE=1 \
    python3 -m unittest discover -s "$here"
