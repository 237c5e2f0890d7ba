#!/bin/sh
# Fuzzes every target, or those that are named, for SECONDS each, two at a time:
#   sh Tests/Fuzzing/run.sh SECONDS [digests|names|keys|manifests|content|archives|states|chains|partials|members]...
# What libFuzzer learns stays in .build/fuzzing/TARGET/corpus; an input that fails is kept in .build/fuzzing/TARGET/found.
set -eu

seconds=${1:?seconds for each target}
shift
[ $# -gt 0 ] || set -- digests names keys manifests content archives states chains partials members

scratch=.build/fuzz
out=.build/fuzzing
sources=Tests/Fuzzing
# Swift's own backtracer hangs in a process that the sanitizers hold.
export SWIFT_BACKTRACE=enable=no
export CLOUDTRAIL_FUZZ=1

product() {
    case $1 in
    digests | names | keys | manifests | content | archives | states | chains | partials | members) ;;
    *) echo "no such target: $1" >&2 && exit 64 ;;
    esac
    echo "Fuzz$(printf %.1s "$1" | tr '[:lower:]' '[:upper:]')${1#?}"
}

for target; do
    name=$(product "$target")
    echo "building $name"
    mkdir -p "$out"
    # The linker notes thousands of the sanitizers' symbols, so its words are shown only when it fails.
    if ! swift build -c release --traits ArchiveFiles --sanitize=fuzzer --scratch-path "$scratch" --product "$name" >"$out/build.log" 2>&1; then
        grep -v 'Cannot export local symbol' "$out/build.log" >&2
        exit 1
    fi
done

fuzz() {
    mkdir -p "$out/$1/corpus" "$out/$1/found"
    dictionary=
    [ ! -f "$sources/Dictionaries/$1.dict" ] || dictionary=-dict=$sources/Dictionaries/$1.dict
    # Every byte of a mutation counts, so long ones are tried from the beginning; those of texts grow.
    length=-max_len=4096
    case $1 in archives | states | partials) length='-max_len=256 -len_control=0' ;; esac
    [ "$1" != members ] || length='-max_len=8192 -len_control=0'
    # shellcheck disable=SC2086 # options
    "$scratch/release/$(product "$1")" -max_total_time="$seconds" -timeout=30 -print_final_stats=1 $length \
        $dictionary -artifact_prefix="$out/$1/found/" "$out/$1/corpus" "$sources/Corpus/$1" >"$out/$1/log" 2>&1
}

# Waits for one target and says what came of it.
finish() {
    if wait "$2"; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$out/$1/log")
        echo "$1: $runs executions, nothing found"
    else
        grep -a -m 3 'Fatal error\|ERROR: \|Test unit written' "$out/$1/log" >&2 || tail -n 5 "$out/$1/log" >&2
        echo "$1: failed, see $out/$1/log and $out/$1/found" >&2
        failed=1
    fi
}

failed=0
while [ $# -gt 0 ]; do
    first=$1
    shift
    fuzz "$first" &
    firstJob=$!
    if [ $# -gt 0 ]; then
        second=$1
        shift
        fuzz "$second" &
        secondJob=$!
        finish "$first" "$firstJob"
        finish "$second" "$secondJob"
    else
        finish "$first" "$firstJob"
    fi
done
exit "$failed"
