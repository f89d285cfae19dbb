#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every form of watch beside one another for a long time, each looked at from outside: its memory is judged by `analyze`,
# no child of it may stay a zombie, no descriptor may be left, and it may use no more CPU than at the start.
# soak.sh BUILD_DIR [DURATION]; keeps what was recorded in soak/ of the build directory.
set -euo pipefail
build=$(realpath "$1") duration=${2:-1h}
rampwatch=$build/rampwatch programs=$build/tests/programs
step=5  # seconds between two looks

case $duration in
    *h) seconds=$((${duration%h} * 3600)) ;;
    *m) seconds=$((${duration%m} * 60)) ;;
    *) seconds=${duration%s} ;;
esac
# What is kept at most (rings, caches, the first dumps) is full by then, and growth is no warm-up any more.
settle=$((seconds / 4 < 900 ? seconds / 4 : 900))
patience=$(((seconds - settle) / 3))
if [ "$patience" -lt $((50 * step)) ]; then
    echo "soak: $duration is too short to judge anything: 20m at least" >&2
    exit 2
fi

dir=$build/soak
rm -rf "$dir"
mkdir -p "$dir"
declare -A watchers=() out=() zombies=()
targets=()
end_all() {
    trap - EXIT INT TERM
    kill "${watchers[@]}" "${targets[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
}
trap end_all EXIT
trap 'exit 130' INT TERM

target() {  # COMMAND...: its PID in $started
    "$@" >/dev/null 2>&1 &
    started=$!
    targets+=("$started")
}
# A service that leaks slowly, so that each watch has something to say; and one that does not, whose watch has a worker
# with nothing to do.
target "$programs/founding_go" -rate 0.2 -workers 2 -traffic 5 -payload 65536 -most 1000000
leaking=$started
target "$programs/steady"
steady=$started
# shellcheck disable=SC2016
target bash -c '"$0/founding_go" -rate 0.1 -workers 1 -traffic 2 -payload 65536 -most 1000000 & "$0/steady" & wait' \
    "$programs"
tree=$started
sleep 1

watch_as() {  # NAME COMMAND...
    local name=$1
    shift
    mkdir -p "$dir/$name"
    "$rampwatch" "$@" >"$dir/$name/out" 2>"$dir/$name/err" &
    watchers[$name]=$!
    out[$name]=$dir/$name.csv
    echo "time_s,rss_bytes,rss_anon_bytes,swap_bytes,threads,fds,cpu_s" >"$dir/$name.csv"
}
w() {  # NAME OPTION...: a watch of the leaking service
    watch_as "$1" watch --patience 2m --interval 1s "${@:2}" "$leaking"
}
w plain
w json --format json
w recording --record "$dir/recording.record"
w state --state "$dir/state.saved"
w textfile --textfile "$dir/textfile.prom"
w page --save "$dir/page.html"
w history --history --history-dir "$dir/history.d"
w history-dumps --history --history-dir "$dir/history-dumps.d" --dump-every 10s
w native-dumps --backend native --dump-every 5s
w kept-dumps --dump-dir "$dir/kept-dumps.d" --dump-every 20s
if command -v eu-stack >/dev/null; then w eu-stack-dumps --backend eu-stack --dump-every 20s; fi
if command -v gdb >/dev/null; then w gdb-dumps --backend gdb --dump-every 60s; fi
if [[ $("$rampwatch" watch --help) == *--listen* ]]; then w listening --listen 127.0.0.1:19477; fi
watch_as idle watch --patience 2m --interval 1s "$steady"
watch_as tree watch --patience 2m --interval 1s --history --history-dir "$dir/tree.d" --dump-every 20s --tree "$tree"
watch_as scan scan --for "$((seconds + 60))s" --interval 2s

ticks=$(getconf CLK_TCK)
look() {  # NAME: one line of its recording, without starting a process
    local pid=${watchers[$1]} key value rest rss=0 anon=0 swap=0 threads=0 stat fields fds now
    { read -r now rest </proc/uptime; } 2>/dev/null || return 0
    [ -r "/proc/$pid/status" ] || return 0
    while read -r key value rest; do
        case $key in
            VmRSS:) rss=$value ;;
            RssAnon:) anon=$value ;;
            VmSwap:) swap=$value ;;
            Threads:) threads=$value ;;
        esac
    done <"/proc/$pid/status"
    [ "$rss" -gt 0 ] || return 0
    stat=$(<"/proc/$pid/stat")
    read -r -a fields <<<"${stat##*) }"
    fds=("/proc/$pid/fd/"*)
    printf '%s,%d,%d,%d,%d,%d,%d.%02d\n' "$now" $((rss * 1024)) $((anon * 1024)) $((swap * 1024)) "$threads" \
        "${#fds[@]}" $(((fields[11] + fields[12]) / ticks)) $(((fields[11] + fields[12]) % ticks * 100 / ticks)) >>"${out[$1]}"
}
# A child that has ended stays a zombie until it is waited for: for a moment that is in order, for a minute it is not.
look_for_zombies() {
    local name pid child stat fields
    for name in "${!watchers[@]}"; do
        for child in $(cat "/proc/${watchers[$name]}/task/"*/children 2>/dev/null); do
            stat=$(cat "/proc/$child/stat" 2>/dev/null) || continue
            read -r -a fields <<<"${stat##*) }"
            [ "${fields[0]}" = Z ] || continue
            if [ -n "${seen_dead[$child]:-}" ]; then zombies[$name]=$child; fi
            dead_now[$child]=1
        done
    done
}

echo "${#watchers[@]} forms of watch for $duration; the first $((settle / 60)) min settle, patience of the judge $patience s" >&2
declare -A seen_dead=()
end=$((SECONDS + seconds)) next_zombies=$((SECONDS + 60))
while [ "$SECONDS" -lt "$end" ]; do
    for name in "${!watchers[@]}"; do look "$name"; done
    if [ "$SECONDS" -ge "$next_zombies" ]; then
        declare -A dead_now=()
        look_for_zombies
        seen_dead=()
        for child in "${!dead_now[@]}"; do seen_dead[$child]=1; done
        next_zombies=$((SECONDS + 60))
    fi
    sleep "$step"
done

failed=0
printf '%-16s %18s %10s %16s  %s\n' watch 'anonymous KiB' fds 'CPU %' verdict
for name in $(printf '%s\n' "${!watchers[@]}" | sort); do
    why=()
    kill -0 "${watchers[$name]}" 2>/dev/null || why+=("it ended: $(tail -1 "$dir/$name/err")")
    awk -F, -v settle="$settle" 'NR == 1 { print; next } NR == 2 { first = $1 } $1 >= first + settle' "${out[$name]}" \
        >"$dir/$name.judged.csv"
    verdict=$("$rampwatch" analyze --patience "${patience}s" --min-growth 128KiB "$dir/$name.judged.csv" | head -1) || true
    case $verdict in
        healthy*) ;;
        *) why+=("$verdict") ;;
    esac
    # Quarters of what was judged: the fewest descriptors (a dump or a look under way has some of its own), and CPU in
    # per cent.
    numbers=$(awk -F, 'NR > 1 { t[NR - 1] = $1; anon[NR - 1] = $3; fds[NR - 1] = $6; cpu[NR - 1] = $7 }
        END {
            n = NR - 1; q = int(n / 4)
            if (q < 2) { print "0 0 0 0 0 0"; exit }
            a = fds[1]; b = fds[n]
            for (i = 1; i <= q; ++i) { if (fds[i] < a) a = fds[i]; if (fds[n + 1 - i] < b) b = fds[n + 1 - i] }
            printf "%d %d %d %d %.2f %.2f\n", anon[1] / 1024, anon[n] / 1024, a, b,
                100 * (cpu[q] - cpu[1]) / (t[q] - t[1]), 100 * (cpu[n] - cpu[n + 1 - q]) / (t[n] - t[n + 1 - q])
        }' "$dir/$name.judged.csv")
    read -r anon_then anon_now fds_then fds_now cpu_then cpu_now <<<"$numbers"
    [ "$fds_now" -le "$fds_then" ] || why+=("descriptors: $fds_then, then $fds_now")
    awk -v a="$cpu_then" -v b="$cpu_now" 'BEGIN { exit !(b <= 2 * a + 0.5) }' || why+=("CPU: $cpu_then %, then $cpu_now %")
    [ -z "${zombies[$name]:-}" ] || why+=("a zombie: ${zombies[$name]}")
    [ "${#why[@]}" -eq 0 ] || failed=1
    printf '%-16s %8d -> %6d %4d -> %2d %6s -> %6s  %s\n' "$name" "$anon_then" "$anon_now" "$fds_then" "$fds_now" \
        "$cpu_then" "$cpu_now" "$([ "${#why[@]}" -eq 0 ] && echo "ok: $verdict" || (IFS=';' && echo "FAILED: ${why[*]}"))"
done
[ "$failed" -eq 0 ] || echo "soak: see $dir" >&2
exit "$failed"
