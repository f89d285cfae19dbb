#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a dump costs its target, beside eu-stack and gdb; docs/measured.md says what each column means. Nothing here
# passes or fails.
# dump.sh BUILD_DIR [CASE...]
#   CASE: PROGRAM-THREADS or PROGRAM-THREADS-BUSY, with PROGRAM small, stripped or large, so that all of it can be run in
#   parts; or memory: of a watch before and after its dumps. Without: all of them, in about ten minutes.
set -euo pipefail
build=$(readlink -f "$1")
shift
rampwatch=$build/rampwatch
programs=$build/tests/programs
here=$(dirname "$(readlink -f "$0")")
runs=3 limit_s=20

# The same program as `threads` with so much beside it that it has 187 MB of symbols, call frame information and lines.
make_large() {
    local place=$build/tests/bench/big piece
    mkdir -p "$place"
    [ -x "$place/threads_big" ] && return
    for piece in $(seq 1 40); do
        awk -v piece="$piece" -v functions=17000 -f "$here/many_functions.awk" >"$place/$piece.s"
        as --gdwarf-5 -o "$place/$piece.o" "$place/$piece.s"
        rm "$place/$piece.s"
    done
    "${CXX:-c++}" -std=c++20 -O2 -g -pthread -o "$place/threads_big" "$here/../programs/threads.cpp" "$place"/*.o
    rm "$place"/*.o
}

program() {  # small, stripped, large: its path
    case $1 in
        small) echo "$programs/threads" ;;
        stripped)
            strip -o "$build/tests/bench/threads_stripped" "$programs/threads"
            echo "$build/tests/bench/threads_stripped"
            ;;
        large)
            make_large
            echo "$build/tests/bench/big/threads_big"
            ;;
        *) return 1 ;;
    esac
}

watcher_memory() {  # PID OF A WATCH: in kB
    awk '/^(RssAnon|VmRSS)/ { printf "%s | ", $2 }' "/proc/$1/status"
}

# The watcher's own memory beside a leak that it dumps every second; the worker that reads is another process.
between_dumps() {
    printf '\n## Memory of a watch of 1000 threads and more\n\n| dumps so far | RSS kB | of it anonymous | worker RSS kB |\n| --- | ---: | ---: | ---: |\n'
    coproc target { exec "$programs/thread_leaker" --pool 1000 --rate 5 --payload 65536; }
    local pid=$target_PID watch out dumps=0 wanted
    read -r _ <&"${target[0]}"
    out=$(mktemp)
    "$rampwatch" watch -i 100ms --patience 2m --dump-every 1s --format json "$pid" >"$out" 2>/dev/null &
    watch=$!
    sleep 1
    for wanted in 0 1 2 5 10 20; do
        for _ in $(seq 1 900); do
            dumps=$(grep -c '"event":"dump"' "$out" || true)
            [ "$dumps" -lt "$wanted" ] || break
            sleep 0.1
        done
        [ "$wanted" -eq 0 ] || sleep 0.5
        echo "| $dumps | $(watcher_memory "$watch")$(ps -o rss= --ppid "$watch" | tr -d ' ' | head -1) |"
    done
    kill "$watch" "$pid"
    wait "$watch" 2>/dev/null || true
    rm -f "$out"
}

cases=("$@")
if [ ${#cases[@]} -eq 0 ]; then
    for threads in 10 100 1000 5000; do
        cases+=("small-$threads" "small-$threads-2" "stripped-$threads" "large-$threads")
    done
    cases+=(memory)
fi
echo "# $("$rampwatch" --version | head -1), $(uname -sr), $(nproc) CPUs, $(date -u +%F), load $(cut -d' ' -f1 /proc/loadavg)"
for case in "${cases[@]}"; do
    if [ "$case" = memory ]; then
        between_dumps
        continue
    fi
    IFS=- read -r name threads busy <<<"$case"
    path=$(program "$name") && [[ $threads =~ ^[0-9]+$ ]] || {
        echo "dump.sh: $case is no case: small-1000, stripped-10, large-1000-2, memory" >&2
        exit 2
    }
    "$build/tests/bench/dump_bench" "$rampwatch" "$runs" "$threads" "${busy:-0}" "$limit_s" "$path"
done
