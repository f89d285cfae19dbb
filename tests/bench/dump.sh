#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a dump costs its target, beside eu-stack and gdb; docs/measured.md says what each column means. Nothing here
# passes or fails.
# dump.sh BUILD_DIR [quick]   quick: 1000 threads alone, three runs, nobody busy
set -euo pipefail
build=$(readlink -f "$1")
mode=${2:-all}
rampwatch=$build/rampwatch
programs=$build/tests/programs
here=$(dirname "$(readlink -f "$0")")

# The same program as `threads` with so much beside it that it has 170 MB of symbols, call frame information and lines.
make_big() {
    local big=$build/tests/bench/big piece
    mkdir -p "$big"
    [ -x "$big/threads_big" ] && return
    for piece in $(seq 1 40); do
        awk -v piece="$piece" -v functions=17000 -f "$here/many_functions.awk" >"$big/$piece.s"
        as --gdwarf-5 -o "$big/$piece.o" "$big/$piece.s"
        rm "$big/$piece.s"
    done
    "${CXX:-c++}" -std=c++20 -O2 -g -pthread -o "$big/threads_big" "$here/../programs/threads.cpp" "$big"/*.o
    rm "$big"/*.o
}

watcher_memory() {  # PID OF A WATCH
    awk '/^(RssAnon|VmRSS)/ { printf "%s %s kB  ", $1, $2 }' "/proc/$1/status"
}

# A watch takes the first dump of a life by itself: the worker that took it ends later, and is no part of the watcher.
between_dumps() {
    printf '\n## A watch of 1000 threads before and after its first dump\n\n'
    coproc target { exec "$programs/threads" --leaked 1000; }
    local pid=$target_PID watch out
    read -r _ <&"${target[0]}"
    out=$(mktemp)
    "$rampwatch" watch -i 200ms --patience 2m --format json "$pid" >"$out" 2>/dev/null &
    watch=$!
    sleep 1
    echo "before: $(watcher_memory "$watch")"
    while ! grep -q '"event":"dump"' "$out"; do sleep 0.1; done
    sleep 1
    echo "after:  $(watcher_memory "$watch")"
    kill "$watch" "$pid"
    wait "$watch" 2>/dev/null || true
    rm -f "$out"
}

echo "# $("$rampwatch" --version | head -1), $(uname -sr), $(nproc) CPUs, $(date -u +%F), load $(cut -d' ' -f1 /proc/loadavg)"
make_big
cp "$programs/threads" "$build/tests/bench/threads_stripped"
strip "$build/tests/bench/threads_stripped"
all=("$programs/threads" "$build/tests/bench/threads_stripped" "$build/tests/bench/big/threads_big")
ls -lL "${all[@]}" | awk '{ printf "%s %.1f MB\n", $NF, $5 / 1e6 }' | sed 's|.*/||'
bench=$build/tests/bench/dump_bench
if [ "$mode" = quick ]; then
    "$bench" "$rampwatch" 3 1000 0 20 "${all[@]}"
else
    for threads in 10 100 1000 5000; do
        "$bench" "$rampwatch" 5 "$threads" 0 120 "${all[@]}"
        "$bench" "$rampwatch" 5 "$threads" 2 120 "${all[0]}"
    done
fi
between_dumps
