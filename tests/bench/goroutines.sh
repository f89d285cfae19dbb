#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What it costs to see all goroutines of a Go program, and what that does to the program: ours beside its own
# profiles, delve and gdb where they are installed. The target's own clock tells the largest gap of its 200 us
# heartbeat while each of them ran, beside a control row in which nobody looked.
# goroutines.sh BUILD_DIR [COUNT...]      (default 1000 10000 100000 1000000)
set -euo pipefail
build=$1
shift
counts=("$@")
[ ${#counts[@]} -gt 0 ] || counts=(1000 10000 100000 1000000)
reads=$build/tests/bench/goroutine_reads
served=$build/tests/programs/served_go
[ -x "$served" ] || { echo "no Go here: nothing to measure" >&2; exit 2; }

target=
clean_up() { [ -z "$target" ] || kill "$target" 2>/dev/null || true; }
trap clean_up EXIT
trap 'exit 130' INT TERM

start() {  # served.go's options
    coproc SERVED { exec "$served" "$@"; }
    target=$SERVED_PID
    local word
    read -r word port <&"${SERVED[0]}"
    [ "$word" = ready ]
    url=http://127.0.0.1:$port
}
stop() { kill "$target"; wait "$target" 2>/dev/null || true; target=; }
gap() { curl -s "$url/gap"; }
cpu_ms() { awk -v hertz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print int(($12 + $13) * 1000 / hertz) }' "/proc/$target/stat"; }

row() {  # NAME COMMAND...: wall, the target's CPU meanwhile, its largest gap
    local name=$1 begin end before status=0
    shift
    before=$(cpu_ms)
    gap >/dev/null
    begin=$(date +%s%N)
    timeout 300 "$@" >/tmp/row.$$ 2>&1 || status=$?
    end=$(date +%s%N)
    printf '  %-28s %9s ms wall, target: %6s ms CPU, largest gap %8s us%s\n' "$name" $(((end - begin) / 1000000)) \
        $(($(cpu_ms) - before)) "$(gap)" "$([ $status -eq 0 ] || echo "; ended with status $status")"
}

by_delve='printf "goroutines -t\nexit\nn\n" | HOME=/tmp dlv attach "$0" --allow-non-terminal-interactive=true'
seen_by_debug2() { grep -c '^goroutine ' /tmp/row.$$ || true; }

echo "# $(uname -sr), $(nproc) CPUs, load $(cut -d' ' -f1 /proc/loadavg), $(date -u +%F); $(go version)"
for count in "${counts[@]}"; do
    start -n "$count"
    printf '\n## %s goroutines, of a program whose RSS is %s\n\n' "$count" "$(awk '/VmRSS/ { print int($2 / 1024) " MiB" }' /proc/$target/status)"
    row "control: nobody looks" sleep 0.5
    row "read from outside, 16 times" "$reads" "$target" 15
    cat /tmp/row.$$
    row "rampwatch dump, in all" "$build/rampwatch" dump -o /dev/null "$target"
    row "control: nobody looks" sleep 0.5
    row "pprof debug=0" curl -s -o /dev/null "$url/debug/pprof/goroutine"
    row "pprof debug=1" curl -s -o /dev/null "$url/debug/pprof/goroutine?debug=1"
    row "pprof debug=2" curl -s "$url/debug/pprof/goroutine?debug=2"
    echo "    it shows $(seen_by_debug2) goroutines"
    if [ "$count" -le 10000 ]; then
        command -v gdb >/dev/null && row "gdb, threads alone" gdb -batch -nx -p "$target" -ex 'thread apply all bt'
    fi
    if command -v dlv >/dev/null && [ "$count" -le "${MOST_FOR_DELVE:-100000}" ]; then
        row "delve goroutines -t" bash -c "$by_delve" "$target"
        echo "    it shows $(grep -c '^ *\** *Goroutine ' /tmp/row.$$ || true) goroutines"
    fi
    stop
done

printf '\n## 3,000 parked goroutines, and 4 that start 64 others each, over and over, 16 that wait here and there\n\n'
start -n 3000 -deep 20 -churn 4 -swing 16
"$reads" "$target" "${CHURN_READS:-400}" "$url"
stop
rm -f /tmp/row.$$
