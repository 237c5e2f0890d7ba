#!/bin/sh
# Builds the product, the floor and what measures them, and measures: FULL, ROWS, PAIRS and TRAITS as in the Makefile.
set -eu

out=.build/benchmarks
sources=Tests/Benchmarks
scratch=.build
traits=${TRAITS:-}
# A build with traits must not be taken for the usual one.
[ -z "$traits" ] || scratch=.build/traits-$(printf %s "$traits" | tr , -)

mkdir -p "$out"
export CLOUDTRAIL_BENCH=1
for product in cloudtrail-integrity SlowStorage MadeStorage; do
    swift build -c release --static-swift-stdlib --scratch-path "$scratch" ${traits:+--traits "$traits"} \
        --product "$product"
done
# shellcheck disable=SC2046 # options
${CC:-cc} -O2 -std=c11 -Wall -Wextra -Werror -o "$out/floor" "$sources/floor.c" \
    $(pkg-config --cflags --libs libcrypto zlib) -pthread
for program in launch hold; do
    ${CC:-cc} -O2 -std=c11 -Wall -Wextra -Werror -o "$out/$program" "$sources/$program.c"
done

full=
[ -z "${FULL:-}" ] || full=--full
pairs=
[ -z "${PAIRS:-}" ] || pairs=--pairs=$PAIRS
# shellcheck disable=SC2086 # a list of words
exec python3 "$sources/bench.py" --build "$scratch/release" --folder "$out" --traits "$traits" \
    $full $pairs -- ${ROWS:-}
