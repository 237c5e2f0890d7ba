#!/bin/sh
# Downloads what is new of a trail: sync-archive.sh s3://BUCKET[/PREFIX] ARCHIVE STAGING
#
# PREFIX is what stands before AWSLogs/ in the keys, where anything does.
#
# A digest file lists log files that were delivered before it. So the list of digest files is taken first: they are
# downloaded to STAGING, a folder outside the archive that stays from night to night. Then come the log files, into the
# archive. Only when all of them are there, the digest files follow, the oldest first and each as a whole. Wherever this
# ends in the middle, no digest file is in the archive whose log files, or whose digest file before it, are not: what is
# there is at most not proven yet, and never looks tampered with.
#
# S3 keeps the signature of a digest file in its metadata, which a sync loses. All but the newest of a chain are repeated in
# the archive; for the newest, and for backfill digest files, the metadata is put beside the digest file.
set -eu
umask "${SYNC_UMASK:-027}"
LC_ALL=C
export LC_ALL

if [ $# -ne 3 ]; then
    echo "usage: sync-archive.sh s3://BUCKET[/PREFIX] ARCHIVE STAGING" >&2
    exit 64
fi
source=${1%/}
archive=${2%/}
staging=${3%/}
bucket=${source#s3://}
prefix=
case $bucket in
*/*)
    prefix=${bucket#*/}/
    bucket=${bucket%%/*}
    ;;
esac
digests="*/CloudTrail-Digest/*"

mkdir -p "$archive/AWSLogs" "$staging/AWSLogs"
list=$(mktemp)
part=
trap 'rm -f "$list" ${part:+"$part"}' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Puts a file in its place in the archive as a whole.
place() {
    mkdir -p "$archive/$(dirname "$2")"
    part=$archive/$(dirname "$2")/.sync-$$.part
    cp -p "$1" "$part"
    mv -f "$part" "$archive/$2"
    part=
}

aws s3 sync "$source/AWSLogs" "$staging/AWSLogs" --exclude "*" --include "$digests" --only-show-errors
aws s3 sync "$source/AWSLogs" "$archive/AWSLogs" --exclude "$digests" --only-show-errors

# The names are sorted as the times in them are, within a chain.
(cd "$staging" && find AWSLogs -type f -path "$digests" -name '*.json.gz' | sort) |
    while IFS= read -r name; do
        cmp -s "$staging/$name" "$archive/$name" || printf '%s\n' "$name"
    done >"$list"

# The last one of each chain, and every backfill digest file: what stands before the date, and the name without its time.
awk -F/ '
    {
        chain = $0
        gsub(/\/[0-9][0-9][0-9][0-9]\/[0-9][0-9]\/[0-9][0-9]\//, "/", chain)
        gsub(/_[0-9]+T[0-9]+Z/, "", chain)
        if (chain ~ /_backfill/) print
        else newest[chain] = $0
    }
    END { for (chain in newest) print newest[chain] }
' "$list" | sort | while IFS= read -r name; do
    [ -s "$staging/$name.metadata.json" ] && continue
    aws s3api head-object --bucket "$bucket" --key "$prefix$name" --output json >"$staging/.metadata.part"
    mv -f "$staging/.metadata.part" "$staging/$name.metadata.json"
done

while IFS= read -r name; do
    [ ! -f "$staging/$name.metadata.json" ] || place "$staging/$name.metadata.json" "$name.metadata.json"
    place "$staging/$name" "$name"
done <"$list"
