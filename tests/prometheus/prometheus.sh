#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The alert rules, by promtool; then a service that leaks, its watch's file, `rampwatch serve`, and a real Prometheus
# that scrapes it: the alert fires, and every query of the dashboard has an answer.
# prometheus.sh PROGRAM PROGRAMS_DIR SOURCE_DIR
set -euo pipefail
program=$1 programs=$2 source=$3
. "$source/tests/pages/options.sh"
need prometheus promtool curl python3
. "$source/tests/servers.sh"

cp "$source/packaging/prometheus/rampwatch.rules.yml" "$source/tests/prometheus/rules_test.yml" "$folder"
(cd "$folder" && promtool check rules rampwatch.rules.yml && promtool test rules rules_test.yml)

"$programs/thread_leaker" --rate 8 --payload 131072 >"$folder/leaker.log" 2>&1 &
started
leaker=$!
mkdir "$folder/run"
"$program" watch --tree "$leaker" --patience 10s --min-growth 1M --dump-every 2s --textfile "$folder/run/leaky.prom" \
    --listen 127.0.0.1:0 --format json --leak-status 0 >"$folder/events.json" 2>"$folder/watch.log" &
started
watch=$!
wait_for 20 "the file of metrics" grep -q '^rampwatch_up' "$folder/run/leaky.prom"
[ "$(stat -c %a "$folder/run/leaky.prom")" = 644 ]
promtool check metrics <"$folder/run/leaky.prom"
own=$(sed -nE 's/.*metrics are at port ([0-9]+).*/\1/p' "$folder/watch.log")
[ "$(curl -fsS "http://127.0.0.1:$own/-/healthy")" = healthy ]
[ -z "$(curl -fsS "http://127.0.0.1:$own/metrics" | grep '^exposer_')" ]
curl -fsS "http://127.0.0.1:$own/metrics" | holds '^rampwatch_up{'
"$program" serve --listen 127.0.0.1:0 --dir "$folder/run" 2>"$folder/serve.log" &
started
wait_for 10 "the server" grep -q 'at port [1-9]' "$folder/serve.log"
port=$(sed -nE 's/.*at port ([0-9]+).*/\1/p' "$folder/serve.log")
[ "$(curl -fsS "http://127.0.0.1:$port/-/healthy")" = healthy ]
curl -fsS "http://127.0.0.1:$port/metrics" | holds '^rampwatch_watches 1$'

cat >"$folder/prometheus.yml" <<YAML
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rampwatch.rules.yml]
scrape_configs:
  - job_name: rampwatch
    static_configs: [{ targets: ["127.0.0.1:$port"] }]
YAML
web=$((20000 + RANDOM % 20000))
prometheus --config.file="$folder/prometheus.yml" --storage.tsdb.path="$folder/data" \
    --web.listen-address="127.0.0.1:$web" >"$folder/prometheus.log" 2>&1 &
started
wait_for 30 "Prometheus" curl -fsS "http://127.0.0.1:$web/-/ready"
query() { curl -fsS "http://127.0.0.1:$web/api/v1/query" --data-urlencode "query=$1"; }
fires() { query 'ALERTS{alertname="MemoryLeak",alertstate="firing"}' | holds '"target"'; }
wait_for 90 "the alert" fires
curl -fsS "http://127.0.0.1:$web/api/v1/alerts" >"$folder/alerts.json"
python3 - "$folder" <<'PY'
import datetime, json, re, sys
alerts = json.load(open(sys.argv[1] + "/alerts.json"))["data"]["alerts"]
active = next(a["activeAt"] for a in alerts if a["labels"]["alertname"] == "MemoryLeak")
leak = next(e for e in map(json.loads, open(sys.argv[1] + "/events.json")) if e["event"] == "leak")
time = lambda text: datetime.datetime.fromisoformat(re.sub(r"\.(\d{3})\d*", r".\1", text).replace("Z", "+00:00"))
print("from the sample that proves the leak to the alert: %.1f s" % (time(active) - time(leak["time"])).total_seconds())
PY
grep -q '^rampwatch_group_size{.*QuoteQueue::push' "$folder/run/leaky.prom" || wait_for 30 "the leaking group" \
    grep -q '^rampwatch_group_size{.*QuoteQueue::push' "$folder/run/leaky.prom"

# A rate needs two scrapes; goroutines are a Go target's alone.
python3 - "$source/packaging/grafana/rampwatch.json" <<'PY' >"$folder/queries"
import json, sys
for panel in json.load(open(sys.argv[1]))["panels"]:
    for target in panel["targets"]:
        print(target["expr"].replace("$target", ".*"))
PY
failures=0
answered() { query "$1" | grep -v '"result":\[\]' | holds '"status":"success"'; }
deadline=$((SECONDS + 30))
while read -r expression; do
    case $expression in *goroutines*) query "$expression" | holds '"status":"success"' && continue ;; esac
    until answered "$expression"; do
        [ "$SECONDS" -lt "$deadline" ] || { echo "FAIL no answer: $expression: $(query "$expression")" >&2; failures=1; break; }
        sleep 0.2
    done
done <"$folder/queries"
echo "$(wc -l <"$folder/queries") queries of the dashboard asked"

# The thread that samples is held, its server's go on: the watch does not live any more.
cat >"$folder/hold.py" <<'PY'
import ctypes, sys
ptrace = ctypes.CDLL(None, use_errno=True).ptrace
if ptrace(0x4206, int(sys.argv[1]), 0, 0) or ptrace(0x4207, int(sys.argv[1]), 0, 0):  # SEIZE, INTERRUPT
    sys.exit(1)
print("held", flush=True)
sys.stdin.read()  # at our end it is let go
PY
mkfifo "$folder/until"
python3 "$folder/hold.py" "$watch" <"$folder/until" >"$folder/held.log" 2>&1 &
started
exec 9>"$folder/until"
wait_for 10 "a hold on the watch" grep -q held "$folder/held.log"
status_is() { [ "$(curl -sS -o "$folder/health" -w '%{http_code}' "http://127.0.0.1:$own/-/healthy")" = "$1" ]; }
wait_for 30 "503 of a watch that takes no looks" status_is 503
grep -q '^no look was taken for 1[0-9]' "$folder/health"
exec 9>&-
wait_for 10 "200 once it goes on" status_is 200
kill "$watch"
wait_for 15 "its file to be gone with the watch" test ! -e "$folder/run/leaky.prom"
[ "$failures" -eq 0 ]
