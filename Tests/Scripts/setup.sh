#!/bin/sh
# Installs what the build needs from Debian's packages when it is missing and that is allowed; else says what to do.
set -eu

packages="libssl-dev zlib1g-dev pkg-config"
modules="zlib"
# Package traits, separated by commas.
case ",${TRAITS:-}," in
*,Libdeflate,*)
    packages="$packages libdeflate-dev"
    modules="$modules libdeflate"
    ;;
esac
case ",${TRAITS:-}," in
*,ArchiveFiles,*)
    packages="$packages libarchive-dev"
    modules="$modules libarchive"
    ;;
esac

if ! command -v swift >/dev/null 2>&1; then
    echo "Swift 6.3 is needed: see https://www.swift.org/install" >&2
    exit 1
fi
# shellcheck disable=SC2086 # a list of words
if command -v pkg-config >/dev/null 2>&1 && pkg-config --exists 'libcrypto >= 3.0' $modules; then
    exit 0
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" -eq 0 ]; then
    echo "Installing $packages"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of words
    apt-get install -y -qq --no-install-recommends $packages >/dev/null
    exit 0
fi
echo "The headers of OpenSSL 3 and zlib are needed. Install them, then run this again:" >&2
echo "  sudo apt-get install $packages" >&2
exit 1
