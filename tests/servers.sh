# SPDX-License-Identifier: MIT
# Sourced: a $folder for the test, and processes beside it that end with it.
folder=$(mktemp -d)
pids=()
finish() {
    local pid
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait
    rm -rf "$folder"
}
trap finish EXIT
started() { pids+=($!); }  # the last one that was put behind
stop_last() {  # the last one that was started
    kill "${pids[-1]}" 2>/dev/null || true
    wait "${pids[-1]}" 2>/dev/null || true
    unset 'pids[-1]'
}
wait_for() {  # SECONDS WHAT CMD...
    local deadline=$((SECONDS + $1))
    until "${@:3}" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || { echo "never came: $2" >&2; cat "$folder"/*.log >&2; exit 1; }
        sleep 0.1
    done
}
