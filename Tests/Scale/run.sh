#!/bin/sh
# Divides archives among workers: see check.py. With `full` also by ssh, Kubernetes' manifest and Spark, from PyPI.
#   run.sh TOOL FOLDER [full]
set -eu

tool=$1
folder=$2
here=$(dirname "$0")
venv=.build/scale-venv
python=python3

rm -rf "$folder"
mkdir -p "$folder"
if [ "${3:-}" = full ]; then
    cat "$here/requirements.txt" Examples/spark/requirements.txt >"$folder/requirements.txt"
    if ! cmp -s "$folder/requirements.txt" "$venv/requirements.txt"; then
        rm -rf "$venv"
        python3 -m venv "$venv"
        "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$folder/requirements.txt"
        cp "$folder/requirements.txt" "$venv/requirements.txt"
    fi
    python=$venv/bin/python
fi
PYTHONDONTWRITEBYTECODE=1 exec "$python" "$here/check.py" "$tool" "$folder" ${3:+"$3"}
