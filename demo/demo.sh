#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Four leaking services and a healthy one, watched live on a fast clock: 20 seconds of patience stand for the 9
# hours that a real watch takes.
# demo.sh BUILD_DIR
set -euo pipefail
build=$1
programs=$build/tests/programs
patience=20s
longest=100s  # the end of a watch that finds nothing

children=()
clean_up() {
    local child
    trap - EXIT INT TERM HUP
    for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
work=$(mktemp -d)
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

title() { printf '\n=== %s\n\n' "$*"; }

start() {  # COMMAND...: sets `started` to its PID
    "$@" >/dev/null &
    started=$!
    children+=("$started")
}

stop() {  # PID
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

watch() { "$build/rampwatch" watch --patience "$patience" --interval 100ms "$@"; }

expect() {  # STATUS WANTED WHAT
    [ "$1" -eq "$2" ] && return
    echo "demo: $3: expected exit status $2, got $1" >&2
    exit 1
}

title "Beside all this, a healthy service is watched: the Go service below, with its leak fixed"
start "$programs/founding_go" -fixed
healthy=$started
watch --quiet --for "$longest" "$healthy" >"$work/healthy" 2>&1 &
healthy_watch=$!
children+=("$healthy_watch")
echo "PID $healthy; what its watch has to say comes at the end."

title "A C++ price service: orders that time out leave a worker blocked in push() for ever"
start "$programs/thread_leaker" --rate 6 --payload 131072
status=0
watch --exit-on-leak --for "$longest" "$started" || status=$?
expect "$status" 1 "the C++ service"
stop "$started"

title "A Go service: a collect that times out leaves its workers parked on a channel send"
start "$programs/founding_go"
status=0
watch --exit-on-leak --for "$longest" "$started" || status=$?
expect "$status" 1 "the Go service"
stop "$started"

title "A shop in C++: sessions that nobody closes. Its threads are constant, so that no stack tells"
start "$programs/class_leaker"
status=0
watch --exit-on-leak --for "$longest" "$started" | tee "$work/shop" || status=$?
expect "$status" 1 "the shop"
stop "$started"
if ! grep -q 'x shop::Session' "$work/shop"; then
    echo "demo: the class that grew was not named" >&2
    exit 1
fi

source "$(dirname "${BASH_SOURCE[0]}")/python.sh"
python_part

title "And the healthy one?"
status=0
wait "$healthy_watch" || status=$?
if [ -s "$work/healthy" ]; then cat "$work/healthy"; else echo "Nothing was said of PID $healthy in $longest."; fi
expect "$status" 0 "the healthy service"
