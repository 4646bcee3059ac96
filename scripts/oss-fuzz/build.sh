#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds every fuzz target the way OSS-Fuzz and ClusterFuzzLite want it:
# with $CC $CXX $CFLAGS $CXXFLAGS $LIB_FUZZING_ENGINE, scratch in $WORK, results
# in $OUT: the targets, their seeds, dictionaries and options. $SANITIZER memory
# leaves out what links libraries. The tree itself is not written to, but for
# build/sources.
#   HP_TARGET_SOURCES=OFF  link the system's hivex instead of building it
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
: "${CC:?}" "${CXX:?}" "${LIB_FUZZING_ENGINE:?}" "${OUT:?}" "${WORK:?}"
sanitizer=${SANITIZER:-address}
sources=${HP_TARGET_SOURCES:-ON}
[ "$sanitizer" != memory ] || sources=OFF
mkdir -p "$OUT/lib" "$WORK"

# A library that was not there at run time is looked for beside the target.
cmake -S "$root" -B "$WORK/build" -G Ninja -DCMAKE_BUILD_TYPE= \
    -DCMAKE_C_COMPILER="$CC" -DCMAKE_CXX_COMPILER="$CXX" \
    -DCMAKE_C_FLAGS="${CFLAGS:-}" -DCMAKE_CXX_FLAGS="${CXXFLAGS:-}" \
    -DCMAKE_EXE_LINKER_FLAGS='-Wl,--as-needed -Wl,-rpath,$ORIGIN/lib' \
    -DHP_FUZZING_BUILD=ON -DBUILD_TESTING=OFF -DHP_TARGET_SOURCES="$sources"
cmake --build "$WORK/build"

built=$WORK/build/harnesses
count=0
for target in "$built"/fuzz_*; do
    [ -f "$target" ] && [ -x "$target" ] || continue
    name=$(basename "$target")
    needed=$(ldd "$target" | sed -n 's/.* => \(.*lib\(hivex\|jansson\|regf\|bfio\|regfi\|talloc\)\.so[^ ]*\) .*/\1/p')
    if [ "$sanitizer" = memory ] && [ -n "$needed" ]; then
        echo "left out: $name links libraries that $sanitizer cannot see into"
        continue
    fi
    cp "$target" "$OUT/$name"
    for library in $needed; do
        cp -L "$library" "$OUT/lib/"
    done
    (cd "$built/seeds/$name" && python3 -m zipfile -c "$OUT/${name}_seed_corpus.zip" ./*)
    cp "$built/seeds/$name.options" "$OUT/"
    [ ! -s "$built/seeds/$name.dict" ] || cp "$built/seeds/$name.dict" "$OUT/"
    count=$((count + 1))
done
rmdir --ignore-fail-on-non-empty "$OUT/lib"
echo "$count targets in $OUT"
[ "$count" -gt 0 ]
