#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Nine days of 500 made-up targets, and the labelled recordings of the score, in a real Prometheus: the verdicts of `fleet` are
# those of `analyze` on the same values, whatever the server's mood, and a server that is gone leaves what was judged.
# fleet.sh PROGRAM FLEET_SERIES SOURCE_DIR
set -euo pipefail
program=$1 series=$2 source=$3
. "$source/tests/pages/options.sh"
need prometheus promtool curl python3 victoria-metrics
count=${RAMPWATCH_FLEET:-500} step=300
. "$source/tests/servers.sh"
check() {  # WHAT CMD...
    if "${@:2}" >/dev/null 2>&1; then echo "ok   $1"; else fail "$1"; fi
}
status_is() {  # STATUS CMD...: what it says is in $folder/out and $folder/err
    local status=0
    "${@:2}" >"$folder/out" 2>"$folder/err" || status=$?
    [ "$status" = "$1" ] || { echo "status $status, not $1: ${*:2}" >&2; head -c 2000 "$folder/err" >&2; return 1; }
}
said() { tr -s '\n ' ' ' <"$folder/err" | holds -F -- "$1"; }
shown() { grep -qF -- "$1" "$folder/out"; }

# --- the data, and a server that has it
mkdir -p "$folder/csv" "$folder/data"
end=$(($(date +%s) / step * step - 2 * step))
"$series" "$folder" "$count" "$step" "$end" "$source/tests/score/traces"
promtool tsdb create-blocks-from openmetrics --max-block-duration=744h "$folder/metrics.om" "$folder/data" >"$folder/blocks.log" 2>&1
echo "global: { scrape_interval: 1h }" >"$folder/prometheus.yml"
web=$((20000 + RANDOM % 20000))
prometheus --config.file="$folder/prometheus.yml" --storage.tsdb.path="$folder/data" --storage.tsdb.retention.time=90d \
    --web.listen-address="127.0.0.1:$web" >"$folder/prometheus.log" 2>&1 &
started
wait_for 30 "Prometheus" curl -fsS "http://127.0.0.1:$web/-/ready"
url=http://127.0.0.1:$web
day() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ; }
fleet=("$program" fleet --since "$(day $((end - 9 * 86400 + 1)))" --until "$(day "$end")" --step "${step}s")
all=("${fleet[@]}" --query process_resident_memory_bytes)

peak() {  # CMD...: its output is in $folder/out; prints the most memory that it had, in MiB
    python3 -c '
import resource, subprocess, sys
with open(sys.argv[1], "wb") as out:
    subprocess.run(sys.argv[2:], stdout=out, stderr=subprocess.DEVNULL, timeout=300)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)' "$folder/out" "$@"
}

# --- the same verdicts
began=$SECONDS
whole=$(peak "${all[@]}" --prometheus "$url" --format json)
echo "fleet: $count targets of nine days in $((SECONDS - began)) s, $whole MiB"
check "memory is bounded" test "$whole" -le 64
cp "$folder/out" "$folder/fleet.json"
"$program" analyze --format json "$folder"/csv/*.csv >"$folder/analyze.json" || [ $? -eq 1 ]
compare() {  # FLEET_JSON
    python3 - "$1" "$folder" <<'PY'
import json, sys
fleet = [json.loads(line) for line in open(sys.argv[1])]
files = [json.loads(line) for line in open(sys.argv[2] + "/analyze.json")]
truth = dict(line.split(" ", 1) for line in open(sys.argv[2] + "/truth").read().splitlines())
def essence(verdict):
    return json.dumps({k: v for k, v in verdict.items() if k not in ("source", "labels", "format")}, sort_keys=True)
ours, theirs = sorted(map(essence, fleet)), sorted(map(essence, files))
if ours != theirs:
    pairs = [(a, b) for a, b in zip(ours, theirs) if a != b]
    sys.exit("%d and %d verdicts, %d differ:\n%s\n%s" % ((len(ours), len(theirs), len(pairs)) + (pairs[0] if pairs else ("", ""))))
if len({json.dumps(v["labels"], sort_keys=True) for v in fleet}) != len(fleet): sys.exit("labels twice")
families = {}
for line in truth.values():
    family, kind = line.split()
    families[family] = kind
found = {}
for verdict in fleet:
    found.setdefault(families[verdict["labels"]["family"]], []).append(verdict["ever_leak"])
leaks, healthy = found["leak"], found["healthy"]
print("     %d of %d leaks found, %d of %d healthy ones called a leak" % (sum(leaks), len(leaks), sum(healthy), len(healthy)))
if sum(leaks) < 0.6 * len(leaks) or sum(healthy) > 0.05 * len(healthy): sys.exit("not what is true of them")
PY
}
if compare "$folder/fleet.json"; then echo "ok   verdicts are those of analyze on the same values"; else fail "verdicts differ"; fi

# --- the same by each source, of a shard: a fifth of the targets
sample=(--format json --shard 0/5)
among() {  # JSON: each of its verdicts is that of the whole on the same target, and they are not few
    python3 - "$1" "$folder/fleet.json" "$((count / 20))" <<'PY'
import json, sys
def verdicts(path):
    found = {}
    for verdict in map(json.loads, open(path)):
        key = json.dumps({k: v for k, v in verdict["labels"].items() if k != "__name__"}, sort_keys=True)
        found[key] = json.dumps({k: v for k, v in verdict.items() if k not in ("source", "labels")}, sort_keys=True)
    return found
part, whole = verdicts(sys.argv[1]), verdicts(sys.argv[2])
wrong = [key for key in part if part[key] != whole.get(key)]
if wrong: sys.exit("%d of %d differ: %s\n%s\n%s" % (len(wrong), len(part), wrong[0], part[wrong[0]], whole.get(wrong[0])))
if len(part) < int(sys.argv[3]): sys.exit("only %d" % len(part))
PY
}
same() { if among "$2"; then echo "ok   $1"; else fail "$1"; fi; }
"${all[@]}" --prometheus "$url" "${sample[@]}" --source range >"$folder/range.json" 2>/dev/null || [ $? -eq 1 ]
same "query_range and remote read say the same" "$folder/range.json"
vm=$((web + 1))
victoria-metrics -storageDataPath="$folder/vm" -httpListenAddr="127.0.0.1:$vm" -retentionPeriod=1y >"$folder/vm.log" 2>&1 &
started
wait_for 30 "VictoriaMetrics" curl -fsS "http://127.0.0.1:$vm/health"
sed '/^#/d; s/$/000/' "$folder/metrics.om" |
    curl -fsS -X POST -T - "http://127.0.0.1:$vm/api/v1/import/prometheus" >/dev/null
curl -fsS "http://127.0.0.1:$vm/internal/force_flush" >/dev/null
"${all[@]}" --prometheus "http://127.0.0.1:$vm" "${sample[@]}" >"$folder/vm.json" 2>/dev/null || [ $? -eq 1 ]
same "VictoriaMetrics' export says the same" "$folder/vm.json"
check "of the same targets" test "$(wc -l <"$folder/vm.json")" = "$(wc -l <"$folder/range.json")"
rm "$folder/metrics.om"

# --- rollouts: each is shorter than the patience, and the pods of all of them are more than are in hand at once
for jobs in 1 16; do
    "${fleet[@]}" --prometheus "$url" --preset container --jobs "$jobs" --format json >"$folder/rollouts.json" 2>/dev/null || [ $? -eq 1 ]
    if python3 - "$folder/rollouts.json" <<'PY'
import json, sys
found = [json.loads(line) for line in open(sys.argv[1])]
long = [v for v in found if v["lives"] >= 5]
print("     %d histories of 288 pods, %d of 5 lives and more, %d leaks among them, %d with a limit"
      % (len(found), len(long), sum(v["ever_leak"] for v in long), sum(v["forecast"] is not None for v in long)))
sys.exit(not (len(found) <= 80 and len(long) >= 8 and sum(v["ever_leak"] for v in long) >= .75 * len(long)))
PY
    then echo "ok   a leak that each rollout ends is seen, $jobs at once"; else fail "rollouts, $jobs at once"; fi
done

# --- the table
check "a table of what leaks" status_is 1 "${fleet[@]}" --prometheus "$url" --only leaks --top 0 \
    --query 'process_resident_memory_bytes{family=~"ramp.*|flat"}'
head -n 12 "$folder/out"
check "its summary" shown " targets leak"
check "members of a workload are one line" shown "alike)"
check "no line is too long" test "$(wc -L <"$folder/out")" -le 80
check "a narrower query" status_is 0 "${fleet[@]}" --prometheus "$url" --query 'process_resident_memory_bytes{family="flat"}'
check "which says what they share" shown "family=flat"
check "nothing that matches is trouble" status_is 2 "${fleet[@]}" --prometheus "$url" --query 'process_resident_memory_bytes{job="nope"}'
check "and says so" said "no series matches in that time"

check "a page" status_is 1 "${fleet[@]}" --prometheus "$url" --format html --top 3 -o "$folder/page.html" \
    --query 'process_resident_memory_bytes{family=~"ramp|flat"}'
check "with a chart of each" test "$(grep -o '<svg' "$folder/page.html" | wc -l)" = 3

# --- a file is written whole or not at all
refused() {  # FORMAT: nobody listens there
    local status=0
    cp "$folder/page.html" "$folder/old.$1"
    "${fleet[@]}" --prometheus http://127.0.0.1:9 --format "$1" -o "$folder/old.$1" --query process_resident_memory_bytes \
        >/dev/null 2>"$folder/refused.$1" || status=$?
    [ "$status" = 2 ] && cmp -s "$folder/page.html" "$folder/old.$1" && tr -s '\n ' ' ' <"$folder/refused.$1" | holds -F "stays as it was"
}
refusals=()
for format in html text json; do
    refused $format &
    refusals+=($!)
done
for refusal in "${refusals[@]}"; do check "where nobody listens the old file stays, and is said to" wait "$refusal"; done
check "and nothing lies beside it" test "$(ls -A "$folder" | grep -c '^\.*old')" = 3

# --- shards: together they are the whole
ramps=("${fleet[@]}" --prometheus "$url" --format json --query 'process_resident_memory_bytes{family="ramp"}')
"${ramps[@]}" >"$folder/ramps.json" || [ $? -eq 1 ]
seq 0 15 | xargs -P 4 -I{} sh -c '"$@" --shard {}/16 >"'"$folder"'/shard.{}.json" 2>/dev/null || [ $? -le 1 ]' sh "${ramps[@]}"
check "sixteen shards together are the whole" cmp <(sort "$folder"/shard.*.json) <(sort "$folder/ramps.json")

# --- moods of servers
odd() {  # MOOD: a server before the real one; sets odd_url
    rm -f "$folder/port"
    python3 "$source/tests/fleet/odd_server.py" "$1" "$web" "$folder/port" 2>>"$folder/odd.log" &
    started
    wait_for 10 "a server that is $1" test -e "$folder/port"
    odd_url=http://127.0.0.1:$(cat "$folder/port")
}
few=("${fleet[@]}" --query 'process_resident_memory_bytes{job="api",family=~"ramp|steps|flat"}' --format json --jobs 1 --source range)
"${few[@]}" --prometheus "$url" 2>/dev/null >"$folder/few.json" || [ $? -eq 1 ]
as_ever() { cmp -s <(sed 's/"source":"[^"]*"//' "$folder/out") <(sed 's/"source":"[^"]*"//' "$folder/few.json"); }

odd busy
check "a busy server is asked again" status_is 1 "${few[@]}" --prometheus "$odd_url"
check "until it has told all" as_ever
check "which is said" said "requests had to be sent again"
odd less
check "a server that wants less gets less" status_is 1 "${few[@]}" --prometheus "$odd_url"
check "and tells all" as_ever
odd auth
check "who is nobody is told what to do" status_is 2 "${few[@]}" --prometheus "$odd_url"
check "by its option" said "--bearer-file"
echo s3cret >"$folder/token"
echo me:s3cret >"$folder/basic"
check "a token from a file" status_is 1 "${few[@]}" --prometheus "$odd_url" --bearer-file "$folder/token"
check "basic auth from a file" status_is 1 "${few[@]}" --prometheus "$odd_url" --basic-auth-file "$folder/basic"
check "a password in the URL is refused" status_is 2 "${few[@]}" --prometheus "http://me:s3cret@127.0.0.1:$web"
odd elsewhere
check "no secret goes to another host" status_is 2 "${few[@]}" --prometheus "$odd_url" --bearer-file "$folder/token"
check "which is said" said "which is not followed"
odd warns
check "a partial answer is trouble" status_is 2 "${few[@]}" --prometheus "$odd_url"
check "its warning is shown" said "the server warns: a store did not answer"
odd dies
status_is 2 "${all[@]}" --format json --jobs 16 --source range --prometheus "$odd_url" || fail "a server that dies"
check "what was judged before is shown" test "$(wc -l <"$folder/out")" -gt 0
check "less than all of it" test "$(wc -l <"$folder/out")" -lt "$count"
check "and why" said "connection was"
# Those that wait for most of their time wait together.
waits() {  # MOOD WORDS...: its status is in $folder/MOOD.status, what it said in $folder/MOOD.err
    local mood=$1 status=0
    odd "$mood"
    shift
    {
        timeout 60 "${few[@]}" --prometheus "$odd_url" "$@" >/dev/null 2>"$folder/$mood.err" || status=$?
        echo "$status" >"$folder/$mood.status"
    } &
    waiting+=($!)
}
waiting=()
for mood in garbage deep wide; do waits $mood; done
waits silent --timeout 1s
wait "${waiting[@]}"
for mood in garbage deep wide silent; do
    check "a server that is $mood is an error" test "$(cat "$folder/$mood.status")" = 2
    check "in few lines" test "$(wc -l <"$folder/$mood.err")" -le 4
done
odd endless
endless=$(peak "${few[@]}" --prometheus "$odd_url" --shard 0/1000000)
echo "peak memory: $endless MiB of an endless list"
check "an endless list is bounded" test "$endless" -le 64
[ "$failures" -eq 0 ]
