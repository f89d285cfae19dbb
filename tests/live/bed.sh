# SPDX-License-Identifier: MIT
# Sourced: a real systemd as PID 1 in a container of its own, of this very machine's files, seen through an overlay
# that is thrown away. No network; nothing of the machine is changed. Needs root, systemd-nspawn and dbus.
#   bed_up FOLDER    boots; FOLDER is made, on a file system that an overlay can write to (tmpfs)
#   bed CMD...       runs inside, as root. What is to go on beside the test is started by "bed systemd-run --unit=...":
#                    a "bed CMD &" makes bed_down hang.
#   bed_down         powers off and clears away
# And the words of the tests in it: skip, bed_needs, check, ok, fail, eventually, prop and prop_is.
. "${BASH_SOURCE[0]%/*}/../holds.sh"

skip() {
    [ -z "${RAMPWATCH_NOTHING_MISSING:-}" ] || { echo "cannot run here: $*" >&2; exit 1; }
    echo "skipped: $*"
    exit 77
}
bed_needs() {  # COMMAND...: beside what every bed needs
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    local command
    for command in systemd-nspawn dbus-daemon nsenter "$@"; do
        command -v "$command" >/dev/null || skip "not installed: $command"
    done
}

failures=0
ok() { echo "ok   $1"; }
fail() {
    echo "FAIL $1" >&2
    failures=$((failures + 1))
}
check() {  # WHAT CMD...
    if "${@:2}" >/dev/null 2>&1; then ok "$1"; else fail "$1"; fi
}
eventually() {  # SECONDS WHAT CMD...
    local deadline=$((SECONDS + $1))
    until "${@:3}" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || { fail "$2"; return 0; }
        sleep 0.2
    done
    ok "$2"
}
prop() { bed systemctl show -p "$2" --value "$1"; }
prop_is() { [ "$(prop "$1" "$2")" = "$3" ]; }

bed_up() {
    bed=$1
    mkdir -p "$bed"
    mount -t tmpfs -o size=2g,mode=755 rampwatch-bed "$bed"
    mkdir -p "$bed/upper/etc/systemd/system" "$bed/work" "$bed/root"
    mount -t overlay overlay -o "lowerdir=/,upperdir=$bed/upper,workdir=$bed/work" "$bed/root"
    # None of the machine's own services: a target with what a test needs.
    rm -rf "$bed/root/etc/systemd/system"/*.wants "$bed/root/var/log/journal" "$bed/root/etc/machine-id"
    : >"$bed/root/etc/machine-id"
    mkdir -p "$bed/root/run" "$bed/root/proc" "$bed/root/sys" "$bed/root/dev" "$bed/root/tmp"
    rm -f "$bed/root/etc/systemd/system/dbus.service"
    ln -sf /lib/systemd/system/multi-user.target "$bed/root/etc/systemd/system/default.target"
    local name=rampwatch-bed-$$ hierarchy
    bed_groups=
    for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
        [ -e "$hierarchy/cgroup.procs" ] && mkdir -p "$hierarchy/$name" && bed_groups+=" $hierarchy/$name"
    done
    # The shell puts itself into a group of its own before it becomes nspawn.
    setsid sh -c '
        for group in $1; do echo $$ >"$group/cgroup.procs"; done
        export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
        exec systemd-nspawn -q -D "$2" --boot --register=no --keep-unit --private-network --console=pipe \
            --machine="$3" </dev/null >"$4" 2>&1' sh "$bed_groups" "$bed/root" "$name" "$bed/console" &
    bed_nspawn=$!
    bed_leader=
    local state='' deadline=$((SECONDS + 60))
    while [ "$SECONDS" -lt "$deadline" ] && kill -0 "$bed_nspawn" 2>/dev/null; do
        bed_leader=$(cat "/proc/$bed_nspawn/task/$bed_nspawn/children" 2>/dev/null | cut -d' ' -f1)
        [ -z "$bed_leader" ] || state=$(bed systemctl is-system-running 2>/dev/null || true)
        case $state in running | degraded) return 0 ;; esac
        sleep 0.1
    done
    cat "$bed/console" >&2
    return 1
}

# setsid: a "kill 0" inside would otherwise reach our own process group.
bed() {
    setsid -w nsenter -t "$bed_leader" -a -- /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
        SYSTEMD_PAGER= SYSTEMD_COLORS=0 "$@"
}

bed_down() {
    [ -n "${bed:-}" ] || return 0
    if [ -n "${bed_leader:-}" ] && [ -d "/proc/$bed_leader" ]; then
        kill -s RTMIN+4 "$bed_leader"  # power off
        local deadline=$((SECONDS + 15))
        while [ -d "/proc/$bed_leader" ] && [ "$SECONDS" -lt "$deadline" ]; do sleep 0.1; done
        [ ! -d "/proc/$bed_leader" ] || kill -KILL "$bed_leader"
    fi
    wait "$bed_nspawn" 2>/dev/null || true
    umount "$bed/root" 2>/dev/null || umount -l "$bed/root" 2>/dev/null || true
    umount "$bed" 2>/dev/null || umount -l "$bed" 2>/dev/null || true
    rmdir "$bed" 2>/dev/null || true
    local group
    for group in ${bed_groups:-}; do find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null || true; done
    bed=
}
