#!/bin/sh
# Compares what the command writes and takes with docs/schemas: see check.py.
#   run.sh TOOL FOLDER
set -eu

tool=$1
folder=$2
here=$(dirname "$0")
venv=.build/schemas-venv

rm -rf "$folder"
mkdir -p "$folder"
if ! cmp -s "$here/requirements.txt" "$venv/requirements.txt"; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
    cp "$here/requirements.txt" "$venv/requirements.txt"
fi
exec "$venv/bin/python" "$here/check.py" "$(realpath "$tool")" "$folder"
