#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The sidecar in a real systemd: rampwatch@leaky beside a service that leaks, through restarts, a crash, its own hang
# and death, a stop and a return. A skip says why.
# sidecar.sh PROGRAM PROGRAMS_DIR SOURCE_DIR
set -euo pipefail
program=$1 programs=$2 source=$3
. "$source/tests/live/bed.sh"
bed_needs

prop_is_not() { [ "$(prop "$1" "$2")" != "$3" ]; }
prop_has() { prop "$1" "$2" | holds -e "$3"; }
in_journal() { bed journalctl -q -o cat "$@" | holds .; }
journal_has() { bed journalctl -q -o cat -u "$unit" | holds -e "$1"; }
unit=rampwatch@leaky.service

trap bed_down EXIT
bed_up "$(mktemp -d)/bed" || skip "no systemd boots in a container here"

root=$bed/root
install -D -m 755 "$program" "$root/usr/bin/rampwatch"
install -D -m 755 "$programs/thread_leaker" "$root/usr/local/bin/leaky"
install -D -m 644 "$source/packaging/systemd/rampwatch@.service" "$root/etc/systemd/system/rampwatch@.service"
install -D -m 644 "$source/packaging/systemd/rampwatch.sysusers" "$root/etc/sysusers.d/rampwatch.conf"
install -D -m 644 "$source/packaging/systemd/rampwatch.tmpfiles" "$root/etc/tmpfiles.d/rampwatch.conf"
install -D -m 644 "$source/packaging/systemd/rampwatch.catalog" "$root/usr/lib/systemd/catalog/rampwatch.catalog"
install -D -m 644 /dev/stdin "$root/etc/default/rampwatch" <<<'patience = 1h'
install -D -m 644 /dev/stdin "$root/etc/rampwatch/leaky.conf" <<<'patience = 10s
linger = 1s
min-growth = 1M
on-leak = sh -c "echo hooked, drill $RAMPWATCH_DRILL"'
install -D -m 755 /dev/stdin "$root/etc/rampwatch/act" <<<'#!/bin/sh
echo "acted for $1: $(head -c 14)"'
for file in rampwatch-act@.path rampwatch-act@.service; do
    install -m 644 "$source/packaging/systemd/$file" "$root/etc/systemd/system/$file"
done
cat >"$root/etc/systemd/system/leaky.service" <<'UNIT'
[Service]
ExecStart=/usr/local/bin/leaky --rate 8 --payload 131072
User=daemon
Restart=on-failure
RestartSec=200ms
UNIT
# So that the test need not wait for a minute.
install -D -m 644 /dev/stdin "$root/etc/systemd/system/rampwatch@.service.d/test.conf" <<<'[Service]
WatchdogSec=4s
RestartSec=200ms'
bed systemd-sysusers
bed systemd-tmpfiles --create rampwatch.conf
bed systemctl daemon-reload
bed journalctl --update-catalog

check "the unit is what systemd-analyze verify takes" bed systemd-analyze verify --man=no "$unit"
bed systemctl enable -q "$unit"
check "enabled, it is wanted by the service" test -L "$root/etc/systemd/system/leaky.service.wants/$unit"
bed systemctl start rampwatch-act@leaky.path
bed systemctl start leaky.service
eventually 20 "it comes up with the service and says READY" prop_is "$unit" ActiveState active
eventually 20 "its status is in words" prop_has "$unit" StatusText "MiB, "
check "it runs as a user of its own" [ "$(bed stat -c %U "/proc/$(prop "$unit" MainPID)")" = rampwatch ]
score=$(bed systemd-analyze security --no-pager "$unit" | sed -nE 's/.*exposure level[^0-9]*([0-9.]+).*/\1/p')
echo "     exposure ${score:-unknown}"
check "its exposure is at most 1.3" awk -v score="${score:-9}" 'BEGIN { exit !(score <= 1.3) }'

eventually 40 "the leak is in the journal under its id" in_journal MESSAGE_ID=9b8e04d2c5f64a7db1730ef26a48c512
check "with its unit, its verdict and its slope" in_journal MESSAGE_ID=9b8e04d2c5f64a7db1730ef26a48c512 \
    RAMPWATCH_UNIT=leaky.service RAMPWATCH_VERDICT=leak PRIORITY=3
check "the slope is a number" sh -c "nsenter -t $bed_leader -a -- journalctl -o json RAMPWATCH_EVENT=leak |
    grep -q '\"RAMPWATCH_SLOPE\":\"[0-9.e+]*\"'"
eventually 30 "the stacks name the leaking function" journal_has "shop::QuoteQueue::push"
check "the catalog explains it" sh -c "nsenter -t $bed_leader -a -- journalctl -x -u $unit | grep -q 'leaky.service leaks'"
eventually 15 "the status says LEAK" prop_has "$unit" StatusText "LEAK"

# A sandboxed unit and a shell read different boot ids in here.
eventually 30 "the PID of the service is in the list" sh -c \
    "nsenter -t $bed_leader -a -- rampwatch status | grep -q 'leaky.* $(prop leaky.service MainPID) '"

eventually 10 "its metrics are there for all to read, and say so" \
    bed grep -q 'rampwatch_claim{.*state="leak"} 1' /run/rampwatch/leaky.prom
eventually 10 "a command is run for the leak" journal_has "ended with status 0: hooked, drill 0"
eventually 10 "and what is outside of the sandbox acts" \
    sh -c "nsenter -t $bed_leader -a -- journalctl -q -o cat -u rampwatch-act@leaky | grep -q 'acted for leaky: {\"drill\":false'"
check "the leak is a file" bed grep -q '"drill":false,.*"event":"leak' /run/rampwatch/leaky.leak

sidecar=$(prop "$unit" MainPID)
first=$(prop leaky.service MainPID)
bed systemctl restart leaky.service
eventually 20 "a restart is followed" journal_has "restarted as PID $(prop leaky.service MainPID) (leaky) (life 2)"
check "by the same process" prop_is "$unit" MainPID "$sidecar"
check "the service was not the same any more" [ "$(prop leaky.service MainPID)" != "$first" ]

second=$(prop leaky.service MainPID)
sleep 1
touch "$root/var/tmp/before"
bed systemctl kill -s SEGV leaky.service
eventually 20 "a crash has its post-mortem" in_journal MESSAGE_ID=a2f4e6918c3d4b7f95e0d17b64c8a316 RAMPWATCH_PID="$second"
eventually 20 "and is followed too" journal_has "life 3"
bed journalctl -q -o cat MESSAGE_ID=a2f4e6918c3d4b7f95e0d17b64c8a316 | sed 's/^/     /'

third=$(prop leaky.service MainPID)
saved_anew() { [ -n "$(find "$root/var/lib/rampwatch" -name '*.state' -newer "$root/var/tmp/before")" ]; }
eventually 20 "a new life is in the saved state at once" saved_anew
bed kill -STOP "$sidecar"
eventually 20 "hung, it is restarted by its watchdog" prop_is_not "$unit" MainPID "$sidecar"
eventually 20 "and is back" prop_is "$unit" ActiveState active
sidecar=$(prop "$unit" MainPID)
bed kill -KILL "$sidecar"
eventually 20 "killed, it is restarted" prop_is_not "$unit" MainPID "$sidecar"
eventually 20 "and is back again" prop_is "$unit" ActiveState active
eventually 20 "it goes on in the life that it was in" journal_has "watching PID $third"
check "with what it had learned: the history has all lives" sh -c \
    "nsenter -t $bed_leader -a -- rampwatch history list --history-dir /var/lib/rampwatch | grep -q leaky"
check "all of them in one history" [ "$(find "$root/var/lib/rampwatch" -name '*.db' | wc -l)" -eq 1 ]
check "all of this left the service alone" prop_is leaky.service MainPID "$third"

check "a drill is asked for" bed rampwatch drill leaky
eventually 20 "it is in the journal, marked" in_journal MESSAGE_ID=9b8e04d2c5f64a7db1730ef26a48c512 RAMPWATCH_DRILL=1
eventually 20 "its command is run" journal_has "ended with status 0: hooked, drill 1"
eventually 20 "and noted for the mail" bed sh -c 'ls /var/lib/rampwatch/*.drill'
# What cron mails is what this prints.
mail() { bed rampwatch report --quiet >"$root/root/mail" || true; }
mail
check "the next report tells it, marked" grep -q 'DRILL on .*leaky' "$root/root/mail"
mail
check "and the one after that does not" sh -c "! grep -q DRILL '$root/root/mail'"
eventually 20 "and in the metrics" bed grep -q '^rampwatch_drill{.*} 1' /run/rampwatch/leaky.prom

bed systemctl stop leaky.service
eventually 20 "when the service has been stopped for a while it leaves" prop_is "$unit" ActiveState inactive
check "of its own will" prop_is "$unit" Result success
bed systemctl start leaky.service
eventually 20 "and returns with it" prop_is "$unit" ActiveState active
bed systemctl stop "$unit"
check "stopped, it leaves the service running" prop_is leaky.service ActiveState active
check "and has not failed" prop_is "$unit" Result success

# What each right is for: without it the watch goes on, and says what is missing.
install -D -m 644 /dev/stdin "$root/etc/systemd/system/rampwatch@.service.d/rights.conf" <<<'[Service]
AmbientCapabilities=
AmbientCapabilities=CAP_SYS_PTRACE'
bed systemctl daemon-reload
bed systemctl start "$unit"
eventually 20 "without CAP_DAC_READ_SEARCH the status says what is missing" prop_has "$unit" StatusText CAP_DAC_READ_SEARCH
bed systemctl stop "$unit"
install -D -m 644 /dev/stdin "$root/etc/systemd/system/rampwatch@.service.d/rights.conf" <<<'[Service]
AmbientCapabilities='
bed systemctl daemon-reload
bed systemctl start "$unit"
eventually 20 "without CAP_SYS_PTRACE too" prop_has "$unit" StatusText "CAP_SYS_PTRACE is missing"
bed systemctl stop "$unit"
rm "$root/etc/systemd/system/rampwatch@.service.d/rights.conf"

check "by hand a unit that does not exist is trouble, with the near names" \
    sh -c "nsenter -t $bed_leader -a -- rampwatch watch --unit leakey 2>&1 | grep -q 'did you mean leaky.service'"
check "to enable the watch of one that does not exist fails at once" \
    sh -c "! nsenter -t $bed_leader -a -- systemctl start rampwatch@leakey.service 2>/dev/null"
check "and is not tried again" [ "$(prop rampwatch@leakey.service NRestarts)$(prop rampwatch@leakey.service ExecMainStatus)" = 078 ]
eventually 10 "its journal has the near names" sh -c \
    "nsenter -t $bed_leader -a -- journalctl -q -o cat -u rampwatch@leakey | grep -q 'did you mean leaky.service'"
check "a dump by hand has what the unit does, and whose it is" sh -c \
    "text=\$(nsenter -t $bed_leader -a -- rampwatch dump --unit leaky)
     case \$text in *QuoteQueue::push*'in PID $(prop leaky.service MainPID) ('*) ;; *) exit 1 ;; esac"
check "one of a unit that does not exist has the near names too" sh -c \
    "text=\$(nsenter -t $bed_leader -a -- rampwatch dump --unit leakey 2>&1)
     case \$text in *'did you mean leaky.service'*) ;; *) exit 1 ;; esac"
sample() { bed rampwatch sample --unit "$1" --history-dir /var/tmp/sampled; }
check "cron's one sample of the unit is taken" sample leaky
listed=$(bed rampwatch history list --history-dir /var/tmp/sampled)
check "into a history of the unit's name" holds -E '^leaky(\.service)? +1 ' <<<"$listed"
bed systemctl stop leaky.service
check "of one that is stopped it is no trouble" sample leaky
absence=$(bed rampwatch report --quiet --history-dir /var/tmp/sampled --state-dir /var/tmp/told || true)
check "and a report says so" holds 'not running' <<<"$absence"
check "of one that was never sampled it is" sh -c "! nsenter -t $bed_leader -a -- rampwatch sample --unit leakey 2>/dev/null"
bed systemctl start leaky.service
install -m 644 /dev/stdin "$root/etc/rampwatch/leaky.conf" <<<'patiense = 10s'
bed systemctl daemon-reload
bed systemctl start "$unit" 2>/dev/null || true
eventually 20 "a misspelt option is refused with its line" journal_has 'leaky.conf:1: unknown key: patiense (did you mean "patience"?)'

if [ "$failures" -gt 0 ]; then bed journalctl -q -u "$unit" -u leaky.service --no-pager | tail -80 >&2; fi
[ "$failures" -eq 0 ]
