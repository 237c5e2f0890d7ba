#!/bin/sh
# Installs from Debian's packages what the checks need, when it is missing and that is allowed: tools.sh, or tools.sh full
# for `make full`. Without the tools that read what is installed beside the command their checks are skipped, and say so.
set -eu

packages=""
need() {
    if ! command -v "$1" >/dev/null 2>&1; then packages="$packages $2"; fi
}
need make make
need python3 python3
if ! python3 -c 'import ensurepip' 2>/dev/null; then packages="$packages python3-venv"; fi
need zsh zsh
need fish fish
need groff groff-base
need lexgrog man-db
need mandoc mandoc
need shellcheck shellcheck
need systemd-analyze systemd
need c++ g++
need valgrind "valgrind libc6-dbg"
need parallel parallel
if [ "${1:-}" = full ]; then
    need lintian lintian
    need dpkg-shlibdeps dpkg-dev
    need strace strace
    need java default-jre-headless
    need ssh openssh-client
fi
promtool=""
if [ "${1:-}" = full ] && ! command -v promtool >/dev/null 2>&1; then promtool=promtool; fi

if [ -z "$packages$promtool" ]; then exit 0; fi
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
    echo "Some checks will be skipped. These packages have what they need:$packages ${promtool:+prometheus}" >&2
    exit 0
fi
echo "Installing$packages $promtool"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
if [ -n "$packages" ]; then
    # shellcheck disable=SC2086 # a list of words
    apt-get install -y -qq --no-install-recommends $packages >/dev/null
fi
if [ -n "$promtool" ]; then
    # The package would start a server.
    folder=$(mktemp -d)
    chmod 755 "$folder"
    (cd "$folder" && apt-get download -qq prometheus 2>/dev/null && dpkg-deb -x prometheus_*.deb .)
    install -m 755 "$folder/usr/bin/promtool" /usr/local/bin/promtool
    rm -rf "$folder"
fi
