#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What rampwatch costs, measured on this machine; docs/measured.md says what each row means. Nothing here
# passes or fails.
# bench.sh BUILD_DIR
set -euo pipefail
build=$1
rampwatch=$build/rampwatch

children=()
clean_up() { kill "${children[@]}" 2>/dev/null || true; }
trap clean_up EXIT
trap 'exit 130' INT TERM

title() { printf '\n## %s\n\n' "$*"; }

cpu_ms() {  # PID: user + system time so far
    awk -v hertz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print int(($12 + $13) * 1000 / hertz) }' "/proc/$1/stat"
}

own_cost() {
    title "A watch at 1 s for 60 s: its own memory and CPU"
    "$rampwatch" watch -q -i 1s --for 5m "$1" >/dev/null &
    local watch=$! before after
    children+=("$watch")
    sleep 2
    before=$(cpu_ms "$watch")
    sleep 60
    after=$(cpu_ms "$watch")
    grep -E '^(VmRSS|VmHWM|RssAnon|Threads)' "/proc/$watch/status"
    awk '/^Pss:/ { printf "Pss:\t%8d kB\n", $2 }' "/proc/$watch/smaps_rollup"
    echo "CPU:    $((after - before)) ms in 60 s"
    kill "$watch"
}

cpu_of_samples() {  # PID COUNT: milliseconds of CPU
    local TIMEFORMAT='%U %S'
    { time "$rampwatch" watch -q -i 10ms --patience 10m --no-dumps --samples "$2" "$1" >/dev/null 2>&1; } 2>&1 |
        awk '{ print int(($1 + $2) * 1000) }'
}

cost_per_sample() {
    title "CPU of one sample: 3,000 samples against 500, one every 10 ms"
    local few many
    few=$(cpu_of_samples "$1" 500)
    many=$(cpu_of_samples "$1" 3000)
    echo "500 samples: $few ms; 3,000 samples: $many ms; $(((many - few) * 1000 / 2500)) us of CPU a sample"
}

further() {  # NAME TITLE: a program of tests/bench
    [ -x "$build/tests/bench/$1" ] || return 0
    title "$2"
    "$build/tests/bench/$1"
}

echo "# $("$rampwatch" --version | head -1), $(uname -sr), $(nproc) CPUs, $(date -u +%F)"
coproc steady { exec "$build/tests/programs/steady"; }
# shellcheck disable=SC2154
target=$steady_PID
children+=("$target")
read -r _ <&"${steady[0]}"

own_cost "$target"
cost_per_sample "$target"
further analyze_throughput "analyze: samples a second"
"$(dirname "$0")/dump.sh" "$build" quick
