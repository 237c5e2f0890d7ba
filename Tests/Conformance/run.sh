#!/bin/sh
# Makes samples, untouched and tampered with in every way there is, and compares the command with the AWS CLI on each.
#   run.sh TOOL FOLDER LAYOUT...      layouts: plain, prefix, organization
set -eu

tool=$1
folder=$2
shift 2

rm -rf "$folder"
mkdir -p "$folder"
tampers=$(COLUMNS=100000 "$tool" sample --help | sed -n 's/^  --tamper .*(values: \([^);]*\).*/\1/p' | tr -d ',')
[ -n "$tampers" ] || { echo "'sample --help' does not say what '--tamper' knows" >&2; exit 70; }
for layout in "$@"; do
    case $layout in
        plain) options="" ;;
        prefix) options="--prefix central/logs" ;;
        organization) options="--prefix central/logs --organization o-a1b2c3d4e5" ;;
        *) echo "Unknown layout: $layout" >&2; exit 64 ;;
    esac
    # shellcheck disable=SC2086 # a list of words
    "$tool" sample "$folder/$layout-clean" $options >/dev/null
    for tamper in $tampers; do
        # shellcheck disable=SC2086
        "$tool" sample "$folder/$layout-$tamper" --hours 14 $options --tamper "$tamper" >/dev/null
    done
done
python3 "$(dirname "$0")/conformance.py" --tool "$tool" "$folder"/*
