#!/bin/sh
# Checks what stands beside the sources: the workflows and the forms of GitHub by their schemas, which a package from PyPI
# carries; that the steps of workflows call scripts and targets that are there; that files are stored as .gitattributes
# says, and end as .editorconfig says, which agrees with .swift-format; and that links between pages lead somewhere.
#   run.sh
set -eu

here=$(dirname "$0")
venv=.build/repository-venv

if ! cmp -s "$here/requirements.txt" "$venv/requirements.txt"; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
    cp "$here/requirements.txt" "$venv/requirements.txt"
fi
status=0
check() {
    said=$("$venv/bin/check-jsonschema" --builtin-schema "vendor.$1" "$2" 2>&1) || {
        status=1
        echo "FAILED $said"
    }
}
for workflow in .github/workflows/*.yml; do check github-workflows "$workflow"; done
for form in .github/ISSUE_TEMPLATE/*.yml; do
    case $form in
        */config.yml) check github-issue-config "$form" ;;
        *) check github-issue-forms "$form" ;;
    esac
done
"$venv/bin/python" "$here/repository.py" || status=1
exit $status
