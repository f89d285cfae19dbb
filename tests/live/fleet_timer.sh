#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The nightly fleet of packaging/systemd in a real systemd: with a token that it alone may read it asks a server, and
# leaves a page and a file of metrics. A skip says why.
# fleet_timer.sh PROGRAM SOURCE_DIR
set -euo pipefail
program=$1 source=$2
. "$source/tests/live/bed.sh"
bed_needs python3

unit=rampwatch-fleet.service
journal_has() {
    local said
    bed journalctl --sync
    said=$(bed journalctl -q -o cat -u "$unit")
    grep -q -e "$1" <<<"$said"
}
runs() {
    bed systemctl reset-failed "$unit" 2>/dev/null || true
    bed systemctl start "$unit" 2>/dev/null || true
}
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; bed_down' EXIT
bed_up "$(mktemp -d)/bed" || skip "no systemd boots in a container here"

root=$bed/root
install -D -m 755 "$program" "$root/usr/bin/rampwatch"
for file in rampwatch-fleet.service rampwatch-fleet.timer; do
    install -D -m 644 "$source/packaging/systemd/$file" "$root/etc/systemd/system/$file"
done
install -D -m 644 "$source/packaging/systemd/rampwatch.sysusers" "$root/usr/lib/sysusers.d/rampwatch.conf"
bed systemd-sysusers
bed systemctl daemon-reload
check "both units are what systemd-analyze verify takes" bed systemd-analyze verify --man=no rampwatch-fleet.timer "$unit"
bed systemctl enable -q --now rampwatch-fleet.timer
check "the timer waits for the next night" sh -c "
    next=\$(nsenter -t $bed_leader -a -- systemctl show -p NextElapseUSecRealtime --value rampwatch-fleet.timer)
    [ -n \"\$next\" ] && [ \$((\$(date -d \"\$next\" +%s) - \$(date +%s))) -le 88300 ]"
score=$(bed systemd-analyze security --no-pager "$unit" | sed -nE 's/.*exposure level[^0-9]*([0-9.]+).*/\1/p')
echo "     exposure ${score:-unknown}"
check "its exposure is at most 1.3" awk -v score="${score:-9}" 'BEGIN { exit !(score <= 1.3) }'
runs
check "without its settings it is skipped" prop_is "$unit" ConditionResult no

# The server runs where the bed's network is.
mkdir -p "$root/srv"
install -m 755 "$source/tests/fleet/canned_metrics.py" "$root/srv/canned_metrics.py"
nsenter -t "$bed_leader" -n python3 "$source/tests/fleet/canned_metrics.py" "$bed/port" s3cret 2>/dev/null &
server=$!
deadline=$((SECONDS + 20))
until [ -e "$bed/port" ]; do
    [ "$SECONDS" -lt "$deadline" ] || { echo "no server" >&2; exit 1; }
    sleep 0.1
done
mkdir -p "$root/etc/rampwatch"
echo s3cret | install -m 600 /dev/stdin "$root/etc/rampwatch/fleet.token"
settings() { printf 'PROMETHEUS=http://127.0.0.1:%s\nFLEET_OPTIONS=%s\n' "$(cat "$bed/port")" "$1" >"$root/etc/rampwatch/fleet.env"; }

settings "--query process_resident_memory_bytes --step 5m --source range"
runs
check "without its token it fails" prop_is "$unit" Result exit-code
check "and says what to do" journal_has "--bearer-file"
metric() { grep -qxF -- "$1" "$root/var/lib/rampwatch-fleet/rampwatch-fleet.prom"; }
check "and the metrics tell that it is not complete" metric "rampwatch_fleet_complete 0"

settings "--query process_resident_memory_bytes --step 5m --source range --bearer-file /run/credentials/$unit/token"
runs
check "with it a leak is found" prop_is "$unit" ExecMainStatus 1
check "which does not mark the unit failed" prop_is "$unit" Result success
check "the metrics have it" metric "rampwatch_fleet_targets_leaking 1"
check "and that all was judged" metric "rampwatch_fleet_complete 1"
check "anybody may read them" test "$(stat -c %a "$root/var/lib/rampwatch-fleet/rampwatch-fleet.prom")" = 644
check "the page has a chart" grep -q '<svg' "$root/var/lib/rampwatch-fleet/fleet.html"
if command -v promtool >/dev/null; then
    check "promtool takes the metrics" sh -c "promtool check metrics <'$root/var/lib/rampwatch-fleet/rampwatch-fleet.prom'"
fi

if [ "$failures" -gt 0 ]; then bed journalctl -q -u "$unit" --no-pager | tail -40 >&2; fi
[ "$failures" -eq 0 ]
