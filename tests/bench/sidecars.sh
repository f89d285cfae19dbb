#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Many sidecars beside one another, each beside a healthy service of its own, in a systemd of their own: what memory and
# CPU each takes, and how much the journal hears of them when all is well. Passes or fails nothing.
# sidecars.sh BUILD_DIR SOURCE_DIR [DURATION [COUNT]]
set -euo pipefail
build=$1 source=$2 duration=${3:-1h} count=${4:-30}
. "$source/tests/live/bed.sh"
bed_needs
settle=60  # seconds, in which all of them start

case $duration in
    *h) seconds=$((${duration%h} * 3600)) ;;
    *m) seconds=$((${duration%m} * 60)) ;;
    *) seconds=${duration%s} ;;
esac

trap bed_down EXIT
trap 'exit 130' INT TERM
bed_up "$(mktemp -d)/bed" || skip "no systemd boots in a container here"
root=$bed/root
install -D -m 755 "$build/rampwatch" "$root/usr/bin/rampwatch"
install -D -m 755 "$build/tests/programs/steady" "$root/usr/local/bin/steady"
install -D -m 644 "$source/packaging/systemd/rampwatch@.service" "$root/etc/systemd/system/rampwatch@.service"
install -D -m 644 "$source/packaging/systemd/rampwatch.sysusers" "$root/etc/sysusers.d/rampwatch.conf"
install -D -m 644 "$source/packaging/systemd/rampwatch.tmpfiles" "$root/etc/tmpfiles.d/rampwatch.conf"
install -D -m 644 "$source/packaging/systemd/rampwatch.default" "$root/etc/default/rampwatch"
names=()
for ((i = 1; i <= count; ++i)); do
    name=$(printf 'steady%02d' "$i")
    names+=("$name")
    printf '[Service]\nExecStart=/usr/local/bin/steady --hold 4194304\nUser=daemon\n' \
        >"$root/etc/systemd/system/$name.service"
done
# One whose main process is idle, and whose four workers are what there is to look at.
names+=(workers)
# shellcheck disable=SC2016
printf '[Service]\nExecStart=/bin/sh -c "for i in 1 2 3 4; do /usr/local/bin/steady --hold 4194304 & done; wait"\nUser=daemon\n' \
    >"$root/etc/systemd/system/workers.service"
bed systemd-sysusers
bed systemd-tmpfiles --create rampwatch.conf
bed systemctl daemon-reload
bed systemctl enable -q "${names[@]/#/rampwatch@}"
bed systemctl start "${names[@]}"
sleep "$settle"

median_and_max() {  # FORMAT: of the numbers on standard input, one a line
    sort -n | awk -v format="$1" '{ all[NR] = $1 }
        END { if (!NR) { print "nothing"; exit }
              printf "median " format ", at most " format ", of %d\n", all[int((NR + 1) / 2)], all[NR], NR }'
}
# MiB of each instance, all its processes together (a dump has a worker). The field is one of smaps_rollup.
memory() {  # FIELD
    # shellcheck disable=SC2016
    bed sh -c 'field=$1; shift
        for name; do
            for pid in $(cat "/sys/fs/cgroup$(systemctl show -p ControlGroup --value "rampwatch@$name")/cgroup.procs"); do
                sed -n "s/^$field: *\([0-9]*\) kB/$name \1/p" "/proc/$pid/smaps_rollup"
            done
        done' sh "$1" "${names[@]}" | awk '{ kib[$1] += $2 } END { for (name in kib) print kib[name] / 1024 }'
}
cpu() {  # a line for each instance: name, nanoseconds so far
    local name
    for name in "${names[@]}"; do
        echo "$name $(bed systemctl show -p CPUUsageNSec --value "rampwatch@$name")"
    done | sort
}
lines() { bed journalctl -q -o short-iso -u 'rampwatch@*' --since "@$1" --until "@$2"; }

echo "# $("$build/rampwatch" --version | head -1), $(uname -sr), $(nproc) CPUs, $(date -u +%F)"
echo "$count instances at their own interval, each beside a service; counted from $settle s after their start"
echo "PSS after $settle s, before the first dump, MiB: $(memory Pss | median_and_max %.1f)"
echo "  of it anonymous:                            $(memory Pss_Anon | median_and_max %.1f)"
began=$(date +%s)
cpu >"$bed/cpu.before"
sleep "$seconds"
cpu >"$bed/cpu.after"
ended=$(date +%s)
echo "PSS at the end, MiB:                          $(memory Pss | median_and_max %.1f)"
echo "  of it anonymous:                            $(memory Pss_Anon | median_and_max %.1f)"
echo "CPU over $duration, % of a core:                    $(join "$bed/cpu.before" "$bed/cpu.after" |
    awk -v s=$((ended - began)) '{ print ($3 - $2) / 1e7 / s }' | median_and_max %.4f)"
echo "  of it the service with four workers:        $(join "$bed/cpu.before" "$bed/cpu.after" |
    awk -v s=$((ended - began)) '$1 == "workers" { printf "%.4f", ($3 - $2) / 1e7 / s }')"
lines "$began" "$ended" >"$bed/lines"
echo "journal lines in $((count * (ended - began))) target-seconds: $(wc -l <"$bed/lines")," \
    "$(awk -v n="$(wc -l <"$bed/lines")" -v s=$((count * (ended - began))) 'BEGIN { printf "%.2f", n * 86400 / s }') a target-day"
sed 's/^/     /' "$bed/lines"
echo "not active at the end: $(for name in "${names[@]}"; do prop_is "rampwatch@$name" ActiveState active || echo "$name"; done | wc -l)"
bed systemctl status --no-pager "rampwatch@${names[0]}" | sed 's/^/     /'
