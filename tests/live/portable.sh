#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The portable file: static, and at work where there is nothing but /proc. Needs root, for the empty root it runs in.
# portable.sh PORTABLE_RAMPWATCH PROGRAMS_DIR SOURCE_DIR
set -euo pipefail
if [ "${1:-}" != --inside ]; then
    . "$3/tests/live/bed.sh"
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    unshare -m -p -f true 2>/dev/null || skip "no namespaces here"
    exec unshare -m -p -f --kill-child --propagation private "$0" --inside "$@"
fi
program=$2 programs=$3 source=$4
. "$source/tests/live/bed.sh"

root=$(mktemp -d)
finish() {
    umount "$root/proc" 2>/dev/null || true
    rm -rf "$root"
}
trap finish EXIT
install -D -m 755 "$program" "$root/rampwatch"
mkdir "$root/proc"
mount -t proc proc /proc
mount -t proc proc "$root/proc"
rampwatch() { chroot "$root" /rampwatch "$@"; }
said() { grep -q -e "$1" "$root/said"; }
# What it says goes to $root/said.
says() { rampwatch "$@" >"$root/said" 2>&1; }
refuses() {  # WORD CMD...: with status 2, and the word
    local status=0
    says "${@:2}" || status=$?
    [ "$status" -eq 2 ] && said "$1"
}

check "no interpreter is asked for" [ -z "$(readelf -l "$program" | grep INTERP)" ]
check "nor any library" [ -z "$(readelf -d "$program" | grep NEEDED)" ]
check "its addresses are not fixed" sh -c "readelf -h '$program' | grep -q 'Type:.*DYN'"
check "--version runs in an empty root" says --version
check "and says what it lacks" said 'left out: libsystemd (--unit, the journal), prometheus-cpp .*, libcurl (--pprof, fleet)'

"$programs/thread_leaker" --rate 8 --payload 131072 >/dev/null 2>&1 &
leaker=$!
sleep 1
check "one look" says "$leaker"
check "in MiB" said 'MiB'
check "a dump" says dump "$leaker"
check "names the function and its line" said 'shop::QuoteQueue::push  *thread_leaker.cpp:'
if [ -x "$programs/founding_go" ]; then
    "$programs/founding_go" >/dev/null 2>&1 &
    go=$!
    sleep 2
    check "a dump of a Go program" says dump "$go"
    check "has its goroutines" said 'main.worker  *founding.go:'
    kill "$go"
else
    [ -z "${RAMPWATCH_NOTHING_MISSING:-}" ] || fail "no Go program was built"
    echo "     no Go program was built: not tried"
fi
status=0
says watch --patience 5s --min-growth 1M --for 12s --history-dir /history "$leaker" || status=$?
check "a leak is judged one" [ "$status" -eq 1 ]
check "with its stacks" said 'shop::QuoteQueue::push'
status=0
says report --history-dir /history || status=$?
check "the history has it" said 'thread_leaker .*LEAK'

for words in "watch --unit nginx" "watch --listen 127.0.0.1:0 $leaker" "watch --textfile /x.prom $leaker" \
    "serve" "dump --pprof auto $leaker" "watch --pprof auto $leaker"; do
    # shellcheck disable=SC2086
    check "refused, and why: $words" refuses 'built without' $words
done
kill "$leaker"
[ "$failures" -eq 0 ] || { cat "$root/said" >&2; exit 1; }
