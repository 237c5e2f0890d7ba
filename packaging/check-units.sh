#!/bin/sh
# Checks what is installed beside the command with the tools of those who read it: check-units.sh COMMAND. What has no
# tool on this machine is skipped, and that is said.
set -eu

tool=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# The most that systemd may find exposed, in tenths on its scale from 0 to 10.
exposure=10

say() { echo "check-units: $*"; }
has() {
    if command -v "$1" >/dev/null 2>&1; then return 0; fi
    say "SKIPPED, because $1 is not installed: $2"
    return 1
}

make --no-print-directory -s install TOOL="$tool" DESTDIR="$scratch" PREFIX=/usr UNITDIR=/usr/lib/systemd/system
units=$scratch/usr/lib/systemd/system
# The command is looked for in its place on this machine.
sed -i "s|^ExecStart=|&$scratch|" "$units/cloudtrail-integrity@.service"

if has systemd-analyze "the units"; then
    say "the units"
    # The manual page is not installed here.
    systemd-analyze verify --man=no "$units/cloudtrail-integrity@.service" "$units/cloudtrail-integrity@.timer" \
        >"$scratch/said" 2>&1 || status=$?
    cat "$scratch/said"
    [ "${status:-0}" -eq 0 ] && [ ! -s "$scratch/said" ]
    systemd-analyze security --offline=true --threshold=$exposure --no-pager "$units/cloudtrail-integrity@.service" |
        tail -n 1
    systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' "$units/cloudtrail-integrity@.timer")" >/dev/null
    if has strace "the system calls that the service allows"; then
        say "the system calls that the service allows"
        # It warns that this machine does not tell which calls its kernel has.
        systemd-analyze syscall-filter --no-pager >"$scratch/sets" 2>/dev/null
        "$tool" sample "$scratch/sample" --accounts 1 --hours 4 >/dev/null
        strace -f -qq -o "$scratch/calls" "$tool" validate "$scratch/sample/archive" --public-keys \
            "$scratch/sample/keys.json" --signatures "$scratch/sample/meta.jsonl" --quiet --jobs 2 \
            --metrics "$scratch/metrics.prom" --report "json=$scratch/report.json" --state "$scratch/state" --new-state
        python3 packaging/allowed_calls.py "$units/cloudtrail-integrity@.service" "$scratch/sets" "$scratch/calls"
    fi
fi
say "the schemas"
diff -r docs/schemas "$scratch/usr/share/cloudtrail-integrity/schemas"
if has promtool "the alerts"; then
    say "the alerts"
    promtool check rules packaging/alerts.yml
fi
if has shellcheck "the scripts"; then
    say "the scripts"
    # As Debian's sh takes them.
    shellcheck -s dash packaging/*.sh packaging/debian/prerm packaging/debian/postrm Tests/*/*.sh
    shellcheck -s bash "$scratch/usr/share/bash-completion/completions/cloudtrail-integrity" .ci/run
fi
say "removing"
make --no-print-directory -s uninstall DESTDIR="$scratch" PREFIX=/usr UNITDIR=/usr/lib/systemd/system
if find "$scratch/usr" -type f | grep .; then
    say "that is left"
    exit 1
fi
