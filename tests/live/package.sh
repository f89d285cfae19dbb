#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The Debian package in a real systemd: installed, an instance enabled beside a service, upgraded under it, purged.
# package.sh PACKAGE.deb SOURCE_DIR
set -euo pipefail
package=$1 source=$2
. "$source/tests/live/bed.sh"
bed_needs dpkg-deb

runs_anew() { [ "$(prop "$1" MainPID)" != "$2" ] && [ "$(prop "$1" MainPID)" != 0 ]; }  # UNIT OLD_PID
prop_is_not_active() { [ "$(prop "$1" ActiveState)" != active ]; }
unit=rampwatch@idle.service

folder=$(mktemp -d)
finish() {
    bed_down
    rm -rf "$folder"
}
trap finish EXIT
bed_up "$folder/bed" || skip "no systemd boots in a container here"
root=$bed/root
rm -f "$root/usr/sbin/policy-rc.d"  # of this machine, where it forbids starts
install -m 644 "$package" "$root/root/first.deb"
# The next version is the same one under another number.
dpkg-deb -R "$package" "$folder/next"
sed -i 's/^Version: .*/&+next/' "$folder/next/DEBIAN/control"
dpkg-deb -b "$folder/next" "$root/root/next.deb" >/dev/null

check "it installs" bed dpkg -i /root/first.deb
check "its user is there" bed getent passwd rampwatch
check "/run/rampwatch is that user's" [ "$(bed stat -c %U /run/rampwatch)" = rampwatch ]
check "nothing was started" prop_is rampwatch-serve.service ActiveState inactive
for one in "$unit" rampwatch-serve.service rampwatch-act@idle.path rampwatch-report.timer; do
    check "systemd-analyze verify takes $one" bed systemd-analyze verify --man=no "$one"
done
printf '[Service]\nExecStart=/bin/sleep infinity\n' >"$root/etc/systemd/system/idle.service"
bed systemctl daemon-reload
bed systemctl start idle.service
bed systemctl enable -q --now "$unit"
bed systemctl enable -q --now rampwatch-serve.service rampwatch-report.timer
eventually 30 "an instance runs" prop_is "$unit" ActiveState active
eventually 30 "and keeps metrics" bed test -s /run/rampwatch/idle.prom
eventually 30 "rampwatch-serve serves them, without any right" bed curl -fsS http://127.0.0.1:9477/metrics

watcher=$(prop "$unit" MainPID) server=$(prop rampwatch-serve.service MainPID) idle=$(prop idle.service MainPID)
check "it upgrades" bed dpkg -i /root/next.deb
for one in "$unit" rampwatch-serve.service rampwatch-report.timer; do
    eventually 30 "$one runs again" prop_is "$one" ActiveState active
done
check "the instance is the new program" runs_anew "$unit" "$watcher"
check "the server is the new program" runs_anew rampwatch-serve.service "$server"
check "the timer waits for its next hour" [ -n "$(prop rampwatch-report.timer NextElapseUSecRealtime)" ]
check "the service was left alone" prop_is idle.service MainPID "$idle"

check "it is purged" bed dpkg -P rampwatch
check "no instance runs any more" prop_is_not_active "$unit"
for path in /var/lib/rampwatch /run/rampwatch /etc/rampwatch /etc/default/rampwatch /usr/bin/rampwatch \
    /etc/systemd/system/idle.service.wants/rampwatch@idle.service; do
    check "$path is gone" bed test ! -e "$path" -a ! -L "$path"
done
left=$(cd "$bed/upper" && find . -name '*rampwatch*' -not -type c -not -path './tmp/*' -not -path './var/tmp/*' -not -path './var/log/*')
[ -z "$left" ] || echo "     left: $left"
check "nothing of it is left but its user" [ -z "$left" ]
check "the service still runs" prop_is idle.service MainPID "$idle"
[ "$failures" -eq 0 ]
