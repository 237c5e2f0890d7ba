#!/bin/sh
# Builds the command with archive files, and measures what hostile archives cost: see hostile.py; or PROGRAM, large.py.
#   run.sh FOLDER [OPTION...]      options of the program
set -eu

folder=$1
shift
here=$(dirname "$0")
venv=.build/hostile-venv
# A build with traits must not be taken for the usual one.
scratch=.build/traits-ArchiveFiles

TRAITS=ArchiveFiles sh Tests/Scripts/setup.sh
swift build -c release --static-swift-stdlib --scratch-path "$scratch" --traits ArchiveFiles \
    --product cloudtrail-integrity
mkdir -p "$folder"
${CC:-cc} -O2 -std=c11 -Wall -Wextra -Werror -o "$folder/launch" Tests/Benchmarks/launch.c
if ! cmp -s "$here/requirements.txt" "$venv/requirements.txt"; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
    cp "$here/requirements.txt" "$venv/requirements.txt"
fi
exec "$venv/bin/python" "$here/${PROGRAM:-hostile.py}" "$@" "$scratch/release/cloudtrail-integrity" "$folder/launch" "$folder/archives"
