#!/bin/sh
# Checks the Debian package that `make deb` left: check-deb.sh COMMAND FOLDER. Needs root, and takes back what it installs.
set -eu

tool=$1
folder=$2
name=cloudtrail-integrity
package=$(ls "$folder/$name"_*.deb)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

say() { echo "check-deb: $*"; }
fail() {
    echo "check-deb: $*" >&2
    exit 1
}

say "the same bytes from the same sources"
cp "$package" "$scratch/first.deb"
sh packaging/deb.sh "$tool" "$folder" >"$scratch/log" 2>&1 || fail "$(cat "$scratch/log")"
cmp "$package" "$scratch/first.deb"

say "lintian"
lintian --allow-root --fail-on error,warning "$package"

if [ "$(id -u)" -ne 0 ]; then
    say "SKIPPED, because it needs root: installing"
    exit 0
fi
if dpkg -s $name >/dev/null 2>&1; then fail "the package is installed already: remove it first"; fi

say "installing"
trap 'dpkg -P $name >/dev/null 2>&1 || true; rm -rf "$scratch"' EXIT
dpkg -i "$package" >"$scratch/log" 2>&1 || fail "$(cat "$scratch/log")"
# An image of a container may leave out documents and manual pages.
if dpkg -V $name | grep -v '^missing'; then fail "that is not what the package holds"; fi
[ "$(env -i /usr/bin/$name --version)" = "$name $(dpkg-query -Wf '${Version}' $name | sed 's/-1$//')" ]
if [ -e /usr/share/man/man1/$name.1.gz ] && man --warnings $name 2>&1 >/dev/null | grep .; then
    fail "the manual page has errors"
fi

env -i /usr/bin/$name sample "$scratch/clean" --accounts 1 --hours 4 >/dev/null
env -i /usr/bin/$name sample "$scratch/tampered" --accounts 1 --hours 4 --tamper log-modified >/dev/null
env -i ldd /usr/bin/$name >"$scratch/libraries"
if grep -i -E 'swift|not found' "$scratch/libraries"; then fail "it needs more than a system without Swift has"; fi

if unshare --mount true 2>/dev/null; then
    say "running it where there is nothing but the libraries it names"
    mkdir -p "$scratch/bare/usr/bin" "$scratch/bare/proc"
    cp -r /usr/bin/$name "$scratch/bare/usr/bin"
    cp -r "$scratch/clean" "$scratch/tampered" "$scratch/bare"
    sed -n 's/.*[[:blank:]]\(\/[^ ]*\) (0x.*/\1/p' "$scratch/libraries" |
        while read -r library; do cp --parents -L "$library" "$scratch/bare"; done
    # Swift's runtime finds the arguments by way of /proc.
    # shellcheck disable=SC2016 # the inner shell's own
    run() {
        unshare --mount sh -c 'root=$1 && shift && mount --bind /proc "$root/proc" && exec env -i /usr/sbin/chroot "$root" "$@"' \
            sh "$scratch/bare" /usr/bin/$name "$@"
    }
else
    say "SKIPPED, because it needs namespaces: running it without the rest of this system"
    run() (cd "$scratch" && env -i /usr/bin/$name "$@")
fi
run validate clean/archive --public-keys clean/keys.json --signatures clean/meta.jsonl --quiet
status=0
run validate tampered/archive --public-keys tampered/keys.json --signatures tampered/meta.jsonl --quiet || status=$?
[ $status -eq 1 ] || fail "status $status of an archive that was tampered with"

say "removing"
dpkg -L $name | while read -r path; do if [ ! -d "$path" ]; then echo "$path"; fi; done >"$scratch/files"
[ "$(wc -l <"$scratch/files")" -gt 10 ]
dpkg -r $name >/dev/null
dpkg -P $name >/dev/null 2>&1
while read -r path; do if [ -e "$path" ]; then fail "$path is left"; fi; done <"$scratch/files"
if [ -e /usr/share/doc/$name ] || [ -e /usr/share/$name ] || [ -e /var/lib/$name ]; then fail "a folder is left"; fi
if dpkg -s $name >/dev/null 2>&1; then fail "dpkg still knows it"; fi
say "everything holds"
