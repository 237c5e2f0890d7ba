#!/bin/sh
# Installs the library below FOLDER, builds C programs against it and nothing else, and runs them and the Python module
# on archives that were tampered with: run.sh COMMAND LIBRARY FOLDER. What they find must be what the command finds.
set -eu

tool=$(realpath "$1")
library=$(dirname "$(realpath "$2")")
folder=$3
here=$(cd "$(dirname "$0")" && pwd)
header=CLibs/CCloudTrailIntegrity/cloudtrail_integrity.h

say() { echo "check-c: $*"; }
fail() {
    echo "check-c: $*" >&2
    exit 1
}

rm -rf "$folder"
mkdir -p "$folder/expected" "$folder/found"
scratch=$(realpath "$folder")
root=$scratch/root
make --no-print-directory -s install-library PREFIX=/usr LIBDIR=/usr/lib/here DESTDIR="$root"
installed=$root/usr/lib/here
export PKG_CONFIG_SYSROOT_DIR="$root" PKG_CONFIG_LIBDIR="$installed/pkgconfig"
export PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1

say "the library exports what the header declares, and needs what any system has"
cc -E -P "$header" | tr '\n' ' ' | tr ';' '\n' | sed -n 's/^[^({]*[ *]\(cti_[a-z_]*\)(.*/\1/p' |
    sort >"$folder/declared"
nm -D --defined-only --extern-only --format=posix "$installed/libcloudtrail_integrity.so" |
    sed -n 's/@.* T .*//p' | sort >"$folder/exported"
[ "$(wc -l <"$folder/declared")" -gt 20 ]
diff "$folder/declared" "$folder/exported"
readelf -d "$installed/libcloudtrail_integrity.so" >"$folder/dynamic"
soname=$(sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p' "$folder/dynamic")
[ "$soname" = "libcloudtrail_integrity.so.$(sed -n 's/^#define CTI_ABI_VERSION //p' $header)" ]
if sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' "$folder/dynamic" |
    grep -v -E '^(lib(c|m|z|crypto|stdc\+\+|gcc_s|archive|deflate)\.so\.[0-9]+|ld-linux.*)$'; then fail "it needs more"; fi
if grep -E 'RPATH|RUNPATH' "$folder/dynamic"; then fail "it looks for libraries where it was built"; fi

archive_files=
if grep -q 'libarchive\.so' "$folder/dynamic"; then archive_files=yes; fi

say "the header is C99 and C++"
flags="-Wall -Wextra -Werror -pedantic"
# shellcheck disable=SC2046,SC2086 # lists of words
for compiler in cc clang; do
    if ! command -v $compiler >/dev/null 2>&1; then
        say "SKIPPED, because it is not here: $compiler"
        continue
    fi
    printf '#include <cloudtrail_integrity.h>\n' >"$folder/header.c"
    cp "$folder/header.c" "$folder/header.cc"
    $compiler -std=c99 $flags $(pkg-config --cflags cloudtrail_integrity) -fsyntax-only "$folder/header.c"
    $compiler -x c++ -std=c++98 -Wno-long-long $flags $(pkg-config --cflags cloudtrail_integrity) -fsyntax-only \
        "$folder/header.cc"
    for program in validate test matrix; do
        $compiler -std=c99 $flags -O1 -gdwarf-4 "$here/$program.c" -o "$folder/$program" -pthread \
            $(pkg-config --cflags --libs cloudtrail_integrity)
    done
done
export LD_LIBRARY_PATH="$installed"

# The samples: those of the repository, which come first, and what lies beside it.
samples="TestVectors/archives/tampered TestVectors/archives/clean"
for name in tampered clean; do
    shared=../shared/archives/$name.tar.gz
    if [ -e "$shared" ]; then
        mkdir "$folder/shared-$name"
        tar -xzf "$shared" -C "$folder/shared-$name" --strip-components=1
        samples="$samples $folder/shared-$name"
    else
        say "SKIPPED, because it is not here: $shared"
    fi
done

# The findings that a report holds, sorted: they come in no fixed order.
findings() { grep '^{"record":"finding"' | LC_ALL=C sort; }

for sample in $samples; do
    name=$(basename "$sample")
    say "a C program on $name"
    status=0
    "$tool" validate "$sample/archive" --public-keys "$sample/keys.json" --signatures "$sample/meta.jsonl" \
        --format jsonl >"$folder/report.jsonl" || status=$?
    findings <"$folder/report.jsonl" >"$folder/expected/$name.jsonl"
    found=0
    "$folder/validate" "$sample/archive" "$sample/keys.json" "$sample/meta.jsonl" >"$folder/report.jsonl" || found=$?
    findings <"$folder/report.jsonl" >"$folder/found/$name.jsonl"
    cmp "$folder/expected/$name.jsonl" "$folder/found/$name.jsonl"
    [ $status -eq $found ]
    case $name in
    *tampered) [ $status -eq 1 ] && [ "$(wc -l <"$folder/found/$name.jsonl")" -gt 5 ] ;;
    *) [ $status -eq 0 ] ;;
    esac
done

sample=TestVectors/archives/tampered
set -- "$sample/archive" $sample/keys.json $sample/meta.jsonl "$folder"
check_storage() {
    # What a storage hands out is called what a folder calls it.
    sed -i 's/"extended-attribute"/"manifest"/' "$folder/metadata.jsonl"
    for findings in storage metadata; do
        findings <"$folder/$findings.jsonl" | cmp - "$folder/expected/tampered.jsonl"
    done
}

say "storage of its own, errors, cancellation and threads in C"
"$folder/test" "$@"
check_storage

say "what storage and callbacks may do, in C"
clean=TestVectors/archives/clean
"$folder/matrix" $clean/archive $clean/keys.json $clean/meta.jsonl

if command -v valgrind >/dev/null 2>&1; then
    say "the same under valgrind"
    # The same library with its symbols, by which the runtime's own tables are known.
    memcheck() {
        LD_LIBRARY_PATH=$library valgrind --quiet --error-exitcode=99 --leak-check=full \
            --errors-for-leak-kinds=definite,indirect,possible --show-leak-kinds=definite,indirect,possible \
            --suppressions="$here/valgrind.supp" "$@"
    }
    memcheck "$folder/test" "$@"
    check_storage
    status=0
    memcheck "$folder/validate" "$1" "$2" "$3" >"$folder/report.jsonl" || status=$?
    [ $status -eq 1 ]
fi

# Minutes of it: `make full` asks for them.
if [ "${VALGRIND:-}" != all ]; then
    say "SKIPPED, because VALGRIND is not \"all\": what storage and callbacks may do, under valgrind"
elif command -v valgrind >/dev/null 2>&1; then
    say "what storage and callbacks may do, in C, under valgrind"
    # A child that was forked in a callback is killed with all that its parent's threads held.
    memcheck --child-silent-after-fork=yes "$folder/matrix" $clean/archive $clean/keys.json $clean/meta.jsonl
    say "what storage and callbacks may do, in Python, under valgrind"
    # What the interpreter keeps until its end is no leak of ours, and compilers make it look at what is not yet set.
    python=$(python3 -c 'import sys; print(sys.executable)')
    CLEAN=$clean LD_LIBRARY_PATH=$library PYTHONPATH=$here PYTHONMALLOC=malloc PYTHONDONTWRITEBYTECODE=1 \
        valgrind --quiet --error-exitcode=99 --leak-check=no --undef-value-errors=no "$python" -m unittest -q \
        test_matrix.Buffers test_matrix.Lies test_matrix.Reentrancy
else
    say "SKIPPED, because it is not here: valgrind"
fi

say "the examples of docs/c-api.md"
example() { sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/p" docs/c-api.md | grep -v '^```'; }
example c | diff - "$here/validate.c"
example python >"$folder/example.py"
status=0
(cd $sample && PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$here python3 "$scratch/example.py") >"$folder/example.txt" \
    2>"$folder/example.err" || status=$?
[ $status -eq 1 ] && [ "$(cat "$folder/example.err")" = "verdict: NOT VALID" ]
[ "$(wc -l <"$folder/example.txt")" -eq "$(wc -l <"$folder/expected/tampered.jsonl")" ]

if [ -n "$archive_files" ]; then
    say "a Python program on a tar file"
    tar -czf "$folder/tampered.tar.gz" -C "$sample/archive" .
    sed 's|"archive"|"tampered.tar.gz"|' "$folder/example.py" >"$folder/file.py"
    grep -q tampered.tar.gz "$folder/file.py"
    cp "$sample/keys.json" "$sample/meta.jsonl" "$folder"
    status=0
    (cd "$folder" && PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$here python3 file.py) >"$folder/file.txt" 2>/dev/null ||
        status=$?
    [ $status -eq 1 ]
    sort "$folder/example.txt" >"$folder/example.sorted"
    sed 's|tampered\.tar\.gz/|archive/|' "$folder/file.txt" | sort | cmp - "$folder/example.sorted"
else
    say "SKIPPED, because the library was built without the trait ArchiveFiles: a tar file"
fi

say "from Python"
SAMPLES=$(echo "$samples" | tr ' ' ':') EXPECTED=$folder/expected CLEAN=$clean PYTHONDONTWRITEBYTECODE=1 \
    python3 -m unittest discover -s "$here"
say "everything holds"
