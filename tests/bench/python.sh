#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a dump of 1,000 waiting threads and of 100,000 parked coroutines of Python costs; five times each.
# python.sh BUILD_DIR [PYTHON]
set -euo pipefail
program=$1/rampwatch
python=${2:-python3}
service=$(dirname "$0")/../programs/python/quotes.py

measure() {  # WHAT ARGUMENTS...
    local what=$1 out
    shift
    out=$(mktemp)
    "$python" "$service" "$@" >"$out" &
    local pid=$!
    until grep -q ready "$out"; do sleep 0.2; done
    sleep 3 # what was made just now comes to rest
    for _ in 1 2 3 4 5; do
        TIMEFORMAT="$what: %R s, %U s of CPU time of its own and %S s of the kernel's"
        time "$program" dump "$pid" >"$out"
        grep -m1 -E '^[0-9,]+ (coroutines|threads), ' "$out"
    done
    kill "$pid"
    wait "$pid" 2>/dev/null || true
    rm -f "$out"
}

measure "100,000 coroutines" --first 100000 --rate 0.001 --payload 1
measure "1,000 threads" --threads --first 1000 --rate 0.001 --payload 1
