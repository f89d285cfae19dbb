#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What it costs to tell a heap by type, and how well it is told: beside the program's own counts, and beside gcore;
# docs/measured.md says what each column means. Nothing here passes or fails.
# heap.sh BUILD_DIR [MIB...]   sizes of the heap (1024 8192)
set -euo pipefail
build=$(readlink -f "$1")
shift
rampwatch=$build/rampwatch
sizes=("${@:-1024}")
[ $# -gt 0 ] || sizes=(1024 8192)
work=$(mktemp -d)
maker=
clean_up() {
    [ -z "$maker" ] || kill "$maker" 2>/dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

start() {
    rm -f "$work/fifo"
    mkfifo "$work/fifo"
    : >"$work/said"
    "$build/tests/programs/heap_maker_stripped" "$work/fifo" >"$work/said" &
    maker=$!
    until grep -q ready "$work/said"; do sleep 0.05; done
}

stop() {
    kill "$maker"
    wait "$maker" 2>/dev/null || true
    maker=
}

tell() {  # WHAT COUNT
    local before
    before=$(grep -c done "$work/said" || true)
    echo "$1 $2" >"$work/fifo"
    until [ "$(grep -c done "$work/said" || true)" -gt "$before" ]; do sleep 0.05; done
}

number() { grep -o "\"$1\":[0-9.e-]*" "$work/json" | head -1 | cut -d: -f2; }  # MEMBER
of_type() {  # NAME: its count, and the interval
    sed -n "s/.*\"name\":\"$1\",\"count\":{\"value\":\([0-9-]*\),\"interval\":\[\([0-9-]*\),\([0-9-]*\)\]}.*/\1 (\2 to \3)/p" "$work/json"
}

pages() { awk '/^RssAnon|^VmPTE/ { printf "%s %s kB  ", $1, $2 }' "/proc/$maker/status"; }

row() {  # LABEL WORD...
    local label=$1 usage
    shift
    /usr/bin/env time -f '%M' -o "$work/usage" "$rampwatch" heap --format json "$@" "$maker" >"$work/json" 2>/dev/null
    usage=$(tail -1 "$work/usage")
    printf '%-34s %6.0f ms wall  %6.0f ms CPU   %6s MiB read   %6s kB at most\n' "$label" \
        "$(awk "BEGIN { print $(number took_s) * 1000 }")" "$(awk "BEGIN { print $(number cpu_s) * 1000 }")" \
        "$(awk "BEGIN { printf \"%.0f\", $(number sampled_bytes) / 1048576 }")" "$usage"
}

of_size() {  # MIB
    local entries=$(($1 * 1040)) sample leaked=8000  # of 1008 B
    printf '\n## A heap of %s MiB: %s cache::Entry, and a leak of %s shop::Session (%s MiB)\n\n' "$1" "$entries" "$leaked" \
        $((leaked * 2400 / 1048576))
    start
    tell cache "$entries"
    tell churn 100000
    echo "before: $(pages)"
    for sample in 16M 32M 64M 256M; do
        row "what there is, --heap-sample $sample" --heap-sample "$sample"
        echo "    cache::Entry: $(of_type cache::Entry), truth $entries"
    done
    for sample in 32M 64M; do
        rm -f "$work/base.$sample"
        row "baseline of $sample" --heap-sample "$sample" --baseline "$work/base.$sample"
        echo "    $(stat -c %s "$work/base.$sample") bytes"
    done
    echo "after:  $(pages)"
    tell session "$leaked"
    for sample in 32M 64M; do
        row "what grew, --heap-sample $sample" --heap-sample "$sample" --baseline "$work/base.$sample"
        echo "    shop::Session: $(of_type shop::Session), truth $leaked; cache::Entry: $(of_type cache::Entry)"
    done
    if [ "$1" -le 2048 ] && command -v gcore >/dev/null; then
        local begun ended
        begun=$(date +%s%N)
        gcore -o "$work/core" "$maker" >/dev/null 2>&1 || true
        ended=$(date +%s%N)
        echo "gcore: $(((ended - begun) / 1000000)) ms, the program stopped, $(du -m "$work"/core* | cut -f1) MiB on disk"
        rm -f "$work"/core*
    fi
    stop
}

echo "# $("$rampwatch" --version | head -1), $(uname -sr), $(nproc) CPUs, $(date -u +%F)"
for size in "${sizes[@]}"; do of_size "$size"; done
