#!/bin/sh
# Makes pages of HTML and looks at them in Chromium: see html_check.py.
#   html.sh TOOL FOLDER [OPTION...]      options of html_check.py
set -eu

tool=$1
folder=$2
shift 2
here=$(dirname "$0")
venv=.build/html-venv
vectors=TestVectors/archives/tampered

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$browser" ]; then
    echo "SKIPPED: html-check needs Chromium, and there is none: install the Debian package chromium."
    exit 0
fi

rm -rf "$folder/pages"
mkdir -p "$folder/pages"
if ! cmp -s "$here/html-requirements.txt" "$venv/requirements.txt"; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/html-requirements.txt"
    cp "$here/html-requirements.txt" "$venv/requirements.txt"
fi

CLOUDTRAIL_HTML_PAGES=$(realpath "$folder/pages") swift test --filter HTMLReportTests >"$folder/pages.log" 2>&1 || {
    cat "$folder/pages.log"
    exit 1
}
status=0
"$tool" validate $vectors/archive --public-keys $vectors/keys.json --signatures $vectors/meta.jsonl \
    --report "html=$folder/pages/tampered.html" >/dev/null || status=$?
[ $status -eq 1 ] || { echo "FAILED: validate ended with $status"; exit 1; }

exec "$venv/bin/python" "$here/html_check.py" --browser "$browser" "$@" "$folder/pages"
