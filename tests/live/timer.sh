#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The timer and the service of packaging/systemd in a real systemd: the timer fires, a leak is in the journal once and
# does not mark the unit failed, a watch that died does. A skip says why.
# timer.sh PROGRAM PROGRAMS_DIR SOURCE_DIR
set -euo pipefail
program=$1 programs=$2 source=$3
. "$source/tests/live/bed.sh"
bed_needs sqlite3

unit=rampwatch-report.service
said() { bed journalctl -q -o cat -t rampwatch -u "$unit"; }
journal_has() { said | holds -e "$1"; }
lines_said() { said | wc -l; }
# The timer, started anew, fires a second later; returns when the report that it started has ended.
fires() {
    local before deadline=$((SECONDS + 60))
    before=$(prop "$unit" ExecMainExitTimestampMonotonic)
    bed systemctl reset-failed "$unit" 2>/dev/null || true
    bed systemctl restart rampwatch-report.timer
    while prop_is "$unit" ExecMainExitTimestampMonotonic "$before" || ! prop "$unit" ActiveState | holds -E 'inactive|failed'; do
        [ "$SECONDS" -lt "$deadline" ] || { fail "the timer fires"; return 0; }
        sleep 0.2
    done
    bed journalctl --sync
}
watch() { bed rampwatch watch -q --history --no-dumps -i 50ms --patience 3s --min-growth 1M "$@"; }

trap bed_down EXIT
bed_up "$(mktemp -d)/bed" || skip "no systemd boots in a container here"

root=$bed/root
install -D -m 755 "$program" "$root/usr/bin/rampwatch"
install -D -m 755 "$programs/thread_leaker" "$root/usr/local/bin/leaky"
for file in rampwatch-report.service rampwatch-report.timer; do
    install -D -m 644 "$source/packaging/systemd/$file" "$root/etc/systemd/system/$file"
done
rm -rf "$root/var/lib/rampwatch"
bed systemctl daemon-reload
check "both units are what systemd-analyze verify takes" \
    bed systemd-analyze verify --man=no rampwatch-report.timer "$unit"
bed systemctl enable -q --now rampwatch-report.timer
check "the timer, enabled, waits for the next hour" sh -c "
    next=\$(nsenter -t $bed_leader -a -- systemctl show -p NextElapseUSecRealtime --value rampwatch-report.timer)
    [ -n \"\$next\" ] && [ \$((\$(date -d \"\$next\" +%s) - \$(date +%s))) -le 3725 ]"
# So that the test need not wait for an hour.
install -D -m 644 /dev/stdin "$root/etc/systemd/system/rampwatch-report.timer.d/test.conf" <<<'[Timer]
OnCalendar=
OnActiveSec=1s
RandomizedDelaySec=0
AccuracySec=10ms'
bed systemctl daemon-reload

fires
check "without any history it has failed" prop_is "$unit" Result exit-code
check "and says so" journal_has "no history there"

bed systemd-run -q --unit=leaky /usr/local/bin/leaky --rate 8 --payload 262144
watch --wait --for 9s --name leaky >/dev/null 2>&1 || true
fires
check "a leak is told in the journal" journal_has "leaky (PID [0-9]*): LEAK, confirmed"
check "with the next command to type" journal_has "^next: rampwatch dump"
check "the report has said 1" prop_is "$unit" ExecMainStatus 1
check "which does not mark the unit failed" prop_is "$unit" Result success
before=$(lines_said)
fires
check "the same leak is told once" test "$(lines_said)" = "$before"
check "and an hour without news is a success" prop_is "$unit" ExecMainStatus 0

bed systemd-run -q --unit=napper sleep 1000
bed systemd-run -q --unit=watcher rampwatch watch -q --history --no-dumps -i 50ms --wait --name sleep
deadline=$((SECONDS + 30))
until [ "$(sqlite3 "$root/var/lib/rampwatch/sleep.db" 'SELECT count(*) FROM samples' 2>/dev/null || echo 0)" -gt 5 ]; do
    [ "$SECONDS" -lt "$deadline" ] || { fail "a second watch records"; break; }
    sleep 0.2
done
fires
check "a living watch is no news" prop_is "$unit" Result success
bed systemctl kill -s KILL watcher.service
deadline=$((SECONDS + 30))
until prop_is watcher.service ActiveState failed; do
    [ "$SECONDS" -lt "$deadline" ] || { fail "the watch is killed"; break; }
    sleep 0.2
done
sqlite3 "$root/var/lib/rampwatch/sleep.db" "UPDATE samples SET wall_ns = wall_ns - 660000000000;
    UPDATE watches SET began_wall_ns = began_wall_ns - 660000000000;"
fires
check "a watch that died marks it failed" prop_is "$unit" Result exit-code
check "with status 2" prop_is "$unit" ExecMainStatus 2
check "and is told" journal_has "sleep: not watched since"
bed rampwatch ack sleep --until 3d >/dev/null
fires
check "acknowledged, it is not told again" prop_is "$unit" Result success

if [ "$failures" -gt 0 ]; then bed journalctl -q -u "$unit" --no-pager | tail -80 >&2; fi
[ "$failures" -eq 0 ]
