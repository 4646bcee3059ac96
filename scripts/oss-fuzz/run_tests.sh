#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The project's own tests, without network, without a trace in the tree.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Its own flags: what the environment has is for fuzzers.
env -u CFLAGS -u CXXFLAGS -u LIB_FUZZING_ENGINE -u FUZZER_LIB \
    cmake -S "$root" -B "$work" -G Ninja -DCMAKE_BUILD_TYPE=Debug >/dev/null
cmake --build "$work"
ctest --test-dir "$work" -L 'unit|replay' --no-tests=error --output-on-failure -j "$(nproc)"
