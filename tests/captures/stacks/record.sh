#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Renews the captures beside it: real output of eu-stack and gdb of the test program `threads`, with the options
# that rampwatch gives them, and the executable mappings that belong to it. Look at the difference before it is
# committed: the tests name counts and functions, not addresses.
# Usage: tests/captures/stacks/record.sh [PROGRAM_DIR]   (default build/dev/tests/programs)
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
from=${1:-$here/../../../build/dev/tests/programs}
programs=/tmp/rampwatch-captures  # the same place every time, so that a renewal shows what changed
rm -rf "$programs"
mkdir -m 700 "$programs"
trap 'rm -rf "$programs"' EXIT
cp "$from/threads" "$programs/"
[ ! -x "$from/churn_go" ] || cp "$from/churn_go" "$programs/"
export LC_ALL=C DEBUGINFOD_URLS=
gdb_quiet=(-nx -batch -iex 'set auto-load off' -iex 'set debuginfod enabled off' -iex 'set print frame-arguments presence'
    -iex 'set print frame-info location-and-address' -iex 'set print entry-values no' -iex 'set width 0')

with_target() {  # PROGRAM ARGS... -- then the function `capture` is called with its PID
    coproc TARGET { exec "$@"; }
    local pid=$TARGET_PID
    read -r _ <&"${TARGET[0]}"
    capture "$pid"
    kill "$pid"
    wait "$pid" 2>/dev/null || true
}
maps() { awk '$2 ~ /x/' "/proc/$1/maps"; }

capture() {
    maps "$1" >"$here/threads.maps"
    eu-stack -m -s -i -p "$1" >"$here/threads.eu-stack"
    eu-stack -q -m -p "$1" >"$here/threads.eu-stack-q"
    gdb "${gdb_quiet[@]}" -p "$1" -ex 'thread apply all backtrace 256' >"$here/threads.gdb" 2>/dev/null </dev/null
}
with_target "$programs/threads" --leaked 5 --each 2

capture() {
    maps "$1" >"$here/stripped.maps"
    eu-stack -m -s -i -p "$1" >"$here/stripped.eu-stack"
    gdb "${gdb_quiet[@]}" -p "$1" -ex 'thread apply all backtrace 256' >"$here/stripped.gdb" 2>/dev/null </dev/null
}
strip -o "$programs/stripped" "$programs/threads"
with_target "$programs/stripped" --leaked 3

capture() {
    maps "$1" >"$here/odd_names.maps"
    gdb "${gdb_quiet[@]}" -p "$1" -ex 'thread apply all backtrace 256' >"$here/odd_names.gdb" 2>/dev/null </dev/null
}
with_target "$programs/threads" --leaked 2 --odd-names

if [ -x "$programs/churn_go" ]; then
    capture() {
        maps "$1" >"$here/go.maps"
        eu-stack -m -s -i -p "$1" >"$here/go.eu-stack" 2>/dev/null || true
        gdb "${gdb_quiet[@]}" -p "$1" -ex 'thread apply all backtrace 256' >"$here/go.gdb" 2>/dev/null </dev/null
    }
    with_target "$programs/churn_go"
fi
