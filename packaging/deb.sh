#!/bin/sh
# Makes the Debian package of what `make install` installs: deb.sh COMMAND FOLDER. Equal sources and an equal
# SOURCE_DATE_EPOCH, which is the time of the last commit unless it is set, make equal bytes.
set -eu

tool=$1
output=$2
name=cloudtrail-integrity
version=$("$tool" --version | sed 's/.* //')-1
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || date -r CHANGELOG.md +%s)}"
export SOURCE_DATE_EPOCH
umask 022

rm -rf "$output"
mkdir -p "$output/debian"
root=$(cd "$output" && pwd)/root
documents=$root/usr/share/doc/$name

# The licence stands in the file of the copyright, the list of changes under Debian's name.
make --no-print-directory -s install-command TOOL="$tool" DESTDIR="$root" PREFIX=/usr UNITDIR=/lib/systemd/system \
    ZSHDIR=/usr/share/zsh/vendor-completions DOCUMENTS="README.md SECURITY.md NOTICE.txt"
gzip -9n "$root/usr/share/man/man1/$name.1"
install -m 644 packaging/debian/copyright "$documents/copyright"
install -D -m 644 packaging/debian/lintian-overrides "$root/usr/share/lintian/overrides/$name"
gzip -9nc CHANGELOG.md >"$documents/changelog.gz"
cat >"$output/debian/changelog" <<END
$name ($version) stable; urgency=medium

  * Version ${version%-1}: changelog.gz says what is new.

 -- $(sed -n 's/^Maintainer: //p' packaging/debian/control)  $(LC_ALL=C date -uR -d "@$SOURCE_DATE_EPOCH")
END
gzip -9nc "$output/debian/changelog" >"$documents/changelog.Debian.gz"

mkdir "$root/DEBIAN"
install -m 755 packaging/debian/prerm packaging/debian/postrm "$root/DEBIAN"
cp packaging/debian/control "$output/debian/control"
(cd "$root" && find usr lib -type f | LC_ALL=C sort | xargs md5sum >DEBIAN/md5sums)
cd "$output"
# Which packages hold the libraries that the command is linked with, and since which version.
dpkg-shlibdeps -Tdebian/substvars "root/usr/bin/$name"
dpkg-gencontrol -p"$name" -v"$version" -Tdebian/substvars -Proot -fdebian/files
dpkg-deb --root-owner-group -Zxz --build root .
