#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a fleet costs: series of nine days at a minute in a real Prometheus and a real VictoriaMetrics, by each source,
# beside the time that curl alone takes for the same values. Passes or fails nothing.
# fleet.sh BUILD_DIR [COUNT...]
set -euo pipefail
build=$1
shift
[ $# -gt 0 ] || set -- 100 1000 5000
for command in prometheus promtool curl python3; do
    command -v "$command" >/dev/null || { echo "not installed: $command" >&2; exit 2; }
done
. "$(dirname "$0")/../servers.sh"
# "SECONDS CPU_SECONDS SERVER_CPU_SECONDS PEAK_MIB STATUS" of a command; what it says goes to $folder/out and $folder/err.
cost() {
    python3 - "$folder" "${pids[-1]:-0}" "$@" <<'PY'
import os, resource, subprocess, sys, time
def used(pid):
    if pid == "0": return 0.0
    fields = open("/proc/%s/stat" % pid).read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
began, before = time.monotonic(), used(sys.argv[2])
with open(sys.argv[1] + "/out", "w") as out, open(sys.argv[1] + "/err", "w") as err:
    status = subprocess.run(sys.argv[3:], stdout=out, stderr=err).returncode
ours = resource.getrusage(resource.RUSAGE_CHILDREN)
print("%.1f %.1f %.1f %d %d" % (time.monotonic() - began, ours.ru_utime + ours.ru_stime, used(sys.argv[2]) - before,
                                ours.ru_maxrss // 1024, status))
PY
}

# The body of a remote read of all of it: protobuf in one literal of snappy (prometheus/prompb/remote.proto).
read_request() {
    python3 - "$end" <<'PY'
import sys
def varint(n):
    out = b""
    while n > 127: out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])
def field(number, body): return bytes([number << 3 | 2]) + varint(len(body)) + body
end = int(sys.argv[1]) * 1000
matcher = field(2, b"__name__") + field(3, b"process_resident_memory_bytes")
query = b"\x08" + varint(end - 9 * 86400000) + b"\x10" + varint(end) + field(3, matcher)
message = field(1, query) + b"\x10\x01"  # streamed chunks
sys.stdout.buffer.write(varint(len(message)) + bytes([60 << 2, len(message) - 1]) + message)
PY
}

end=$(($(date +%s) / 60 * 60 - 120))
until=$(date -u -d "@$end" +%Y-%m-%dT%H:%M:%SZ)
since=$(date -u -d "@$((end - 9 * 86400 + 1))" +%Y-%m-%dT%H:%M:%SZ)
web=$((20000 + RANDOM % 20000))
vm=$((web + 1))
for count in "$@"; do
    printf '\n## %s series of nine days at a minute\n\n' "$count"
    "$build/tests/fleet/fleet_series" "$folder" "$count" 60 "$end"
    mkdir "$folder/data"
    promtool tsdb create-blocks-from openmetrics --max-block-duration=744h "$folder/metrics.om" "$folder/data" >"$folder/blocks.log" 2>&1
    echo "global: {}" >"$folder/prometheus.yml"
    prometheus --config.file="$folder/prometheus.yml" --storage.tsdb.path="$folder/data" --storage.tsdb.retention.time=90d \
        --web.listen-address="127.0.0.1:$web" >"$folder/prometheus.log" 2>&1 &
    started
    wait_for 60 "Prometheus" curl -fsS "http://127.0.0.1:$web/-/ready"
    echo "source        wall s   CPU s  of the server  peak MiB  status  series/s  samples/s"
    row() {  # NAME SECONDS CPU SERVER_CPU PEAK STATUS
        awk -v n="$1" -v s="$2" -v c="$3" -v sc="$4" -v p="$5" -v st="$6" -v count="$count" 'BEGIN {
            printf "%-12s %7s %7s %14s %9s %7s %9.0f %10.0f\n", n, s, c, sc, p, st, count / (s + .001), count * 12960 / (s + .001) }'
    }
    fleet=("$build/rampwatch" fleet --query process_resident_memory_bytes --since "$since" --until "$until" --step 1m --top 1)
    for source in range remote-read; do
        # shellcheck disable=SC2046
        row "$source" $(cost "${fleet[@]}" --prometheus "http://127.0.0.1:$web" --source "$source")
    done
    cat >"$folder/alone.sh" <<CURL
for day in 0 3 6; do
    curl -fsS "http://127.0.0.1:$web/api/v1/query_range" -o /dev/null -d query=process_resident_memory_bytes -d step=60 \\
        -d start=\$(($end - 9 * 86400 + 60 + day * 86400)) -d end=\$(($end - 9 * 86400 + (day + 3) * 86400))
done
CURL
    # shellcheck disable=SC2046
    row "curl range" $(cost bash "$folder/alone.sh")
    read_request >"$folder/read.body"
    # shellcheck disable=SC2046
    row "curl read" $(cost curl -fsS "http://127.0.0.1:$web/api/v1/read" -o /dev/null --data-binary "@$folder/read.body" \
        -H "Content-Type: application/x-protobuf" -H "Content-Encoding: snappy" -H "X-Prometheus-Remote-Read-Version: 0.1.0")
    stop_last
    rm -rf "$folder/data"
    if command -v victoria-metrics >/dev/null; then
        victoria-metrics -storageDataPath="$folder/vm" -httpListenAddr="127.0.0.1:$vm" -retentionPeriod=1y \
            -search.maxUniqueTimeseries=1000000 >"$folder/vm.log" 2>&1 &
        started
        wait_for 60 "VictoriaMetrics" curl -fsS "http://127.0.0.1:$vm/health"
        # Prometheus's text with its times in milliseconds.
        sed '/^#/d; s/$/000/' "$folder/metrics.om" |
            curl -fsS -X POST -T - "http://127.0.0.1:$vm/api/v1/import/prometheus" >/dev/null
        curl -fsS "http://127.0.0.1:$vm/internal/force_flush" >/dev/null
        for source in export range; do
            # shellcheck disable=SC2046
            row "VM $source" $(cost "${fleet[@]}" --prometheus "http://127.0.0.1:$vm" --source "$source")
        done
        # shellcheck disable=SC2046
        row "curl export" $(cost curl -fsS "http://127.0.0.1:$vm/api/v1/export" -o /dev/null \
            -d 'match[]=process_resident_memory_bytes' -d "start=$((end - 9 * 86400))" -d "end=$end")
        stop_last
        rm -rf "$folder/vm"
    fi
    # The same values sorted as one stream, as another engine would hand them on.
    awk 'BEGIN { print "series,time_s,rss_bytes" } !/^#/ { print int(n / 12960) "," $NF "," $(NF - 1); n++ }' \
        "$folder/metrics.om" >"$folder/stream.csv"
    rm -f "$folder/metrics.om"
    # shellcheck disable=SC2046
    row "analyze --by" $(cost "$build/rampwatch" analyze --by series --format json "$folder/stream.csv")
    rm -f "$folder/stream.csv"
done
