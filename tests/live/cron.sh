#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The cron.d file under a real cron daemon, in namespaces of its own: the samples are taken and the report is mailed,
# with cron's own bare environment. Mail goes to a file through a sendmail that is laid over /usr/sbin.
# cron.sh PROGRAM SOURCE_DIR
set -euo pipefail
program=$(readlink -f "$1") source=$(readlink -f "$2")

skip() {
    [ -z "${RAMPWATCH_NOTHING_MISSING:-}" ] || { echo "cannot be tested: $1" >&2; exit 1; }
    echo "skipped: $1"
    exit 77
}
[ "$(id -u)" -eq 0 ] || skip "needs root"
[ -x /usr/sbin/cron ] || skip "not installed: cron"
command -v sqlite3 >/dev/null || skip "not installed: sqlite3"
unshare -m -p -f true 2>/dev/null || skip "no namespaces to be had"

if [ "${3:-}" != inside ]; then
    exec unshare -m -p -f --mount-proc "$0" "$program" "$source" inside
fi

work=$(mktemp -d)
trap 'umount -l /usr/sbin /etc/cron.d "$work/upper" 2>/dev/null; rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir "$work"/{cron.d,sbin,upper}
cat >"$work/sbin/sendmail" <<SH
#!/bin/sh
cat >>$work/mail
echo '-- end of mail' >>$work/mail
SH
chmod 755 "$work/sbin/sendmail"
mount -t tmpfs none /run
mount -t tmpfs none "$work/upper"
mkdir "$work/upper/"{up,work}
cp "$work/sbin/sendmail" "$work/upper/up/"
mount -t overlay overlay -o "lowerdir=/usr/sbin,upperdir=$work/upper/up,workdir=$work/upper/work" /usr/sbin
mount --bind "$work/cron.d" /etc/cron.d
mount --bind /dev/null /etc/crontab
mount -t tmpfs none /var/spool/cron/crontabs

# A target that was watched, and whose watcher was killed eleven minutes ago: that must be mailed.
sleep 300 &
target=$!
"$program" watch -q --history-dir "$work/history" --history-name dead -i 50ms --no-dumps "$target" &
watch=$!
sleep 1
kill -9 "$watch"
wait "$watch" 2>/dev/null || true
sqlite3 "$work/history/dead.db" "UPDATE samples SET wall_ns = wall_ns - 660000000000;
    UPDATE watches SET began_wall_ns = began_wall_ns - 660000000000;"

# The shipped file, its times replaced by "at once" and its commands by those of this build.
sed -E -e '/^#\*\/5/s/^#//' -e 's/^[0-9*][^ ]*( +[^ ]+){4} +root/@reboot root/' -e 's/--name nginx/-p '"$target"'/' \
    -e "s#rampwatch (sample|report)#$program \1 --history-dir $work/history#" \
    -e "s#report --history-dir#report --state-dir $work/state --history-dir#" "$source/packaging/cron/rampwatch" |
    sed "s#sample --history-dir#sample --history-name sampled --history-dir#" >/etc/cron.d/rampwatch
chmod 644 /etc/cron.d/rampwatch
/usr/sbin/cron -f &
cron=$!
for _ in $(seq 100); do
    grep -qs -- '-- end of mail' "$work/mail" && [ -f "$work/history/sampled.state" ] && break
    sleep 0.1
done
kill "$cron"
failures=0
expect() {  # WHAT PATTERN FILE
    grep -qE -- "$2" "$3" 2>/dev/null && return
    echo "FAIL: $1: nothing like \"$2\" in:" >&2
    cat "$3" >&2 || true
    failures=$((failures + 1))
}
expect "a dead watch is mailed" 'rampwatch: dead not watched since' "$work/mail"
expect "the mail ends with the next command" '^next: ' "$work/mail"
expect "charts in a mail without a locale are ASCII" '^-- end of mail' "$work/mail"
if LC_ALL=C grep -q '[^ -~[:space:]]' "$work/mail"; then echo "FAIL: the mail is not ASCII" >&2; failures=1; fi
"$program" history list --history-dir "$work/history" >"$work/list"
expect "cron took a sample" '^sampled +1 .* 1 +0 +0 ' "$work/list"
kill "$target"
[ "$failures" -eq 0 ]
