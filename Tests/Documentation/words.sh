#!/bin/sh
# Checks spelling, with codespell from PyPI, and wording: see words.py. Not the tests in Swift, which misspell on purpose.
#   words.sh
set -eu

here=$(dirname "$0")
venv=.build/words-venv

if ! cmp -s "$here/words-requirements.txt" "$venv/requirements.txt"; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/words-requirements.txt"
    cp "$here/words-requirements.txt" "$venv/requirements.txt"
fi
status=0
# Names in Swift and C, in lower case.
git ls-files -z -- '*.md' '*.txt' '*.yml' '*.sh' '*.py' '*.mk' Makefile Sources CLibs Examples packaging docs/schemas \
    ':!:Tests/CloudTrailIntegrityCommandTests/Golden/error-*' ':!:docs/public-api*.txt' |
    xargs -0 "$venv/bin/codespell" --ignore-words-list inout,digestin,witht,wronly || status=1
python3 "$here/words.py" || status=1
exit $status
