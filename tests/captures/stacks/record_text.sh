#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Renews the captures of what other tools print: eu-stack with its columns, gdb on a terminal with colours and with
# `bt full`, JDK 17's jhsdb and JDK 21's or later thread dumps, a Go program's goroutine profile and ancestors, Python's
# faulthandler. Needs those tools; Java's long lists of its own threads are left out. Look at the difference first.
# Usage: tests/captures/stacks/record_text.sh [JDK_WITH_VIRTUAL_THREADS]
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
jdk=${1:-/usr/lib/jvm/temurin-25-jdk-amd64}
work=/tmp/rampwatch-captures  # the same place every time, so that a renewal shows what changed
rm -rf "$work"
mkdir -m 700 "$work"
cd "$work"
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
export LC_ALL=C DEBUGINFOD_URLS=

cat >take.c <<'EOF'
#include <pthread.h>
#include <unistd.h>
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
__attribute__((noinline)) int take(int n) { pthread_mutex_lock(&lock); return n; }
static inline __attribute__((always_inline)) int shelve(int n) { return take(n) + 1; }
void *worker(void *p) { return (void *)(long)shelve((int)(long)p); }
int main(void) {
    pthread_mutex_lock(&lock);
    pthread_t thread;
    for (long i = 0; i < 3; i++) pthread_create(&thread, 0, worker, (void *)i);
    for (;;) sleep(100);
}
EOF
gcc -g -O1 -pthread take.c -o take
./take & pids+=($!)
sleep 0.5
for options in -v -a "-a -b" -l -i -q; do
    eu-stack $options -p "${pids[0]}" >"$here/take$(tr -d ' ' <<<"$options").eu-stack" 2>/dev/null || true
done
gdb=(gdb -nx -batch -p "${pids[0]}" -iex 'set debuginfod enabled off' -iex 'set auto-load off')
script -qec "$(printf '%q ' "${gdb[@]}" -ex 'set style enabled on' -ex 'thread apply all bt')" /dev/null >"$here/colours.gdb" </dev/null
"${gdb[@]}" -ex 'thread apply all bt full' >"$here/full.gdb" 2>/dev/null

cat >J.java <<'EOF'
public class J {
    static final Object lock = new Object();
    static void want() { synchronized (lock) { System.out.println(); } }
    static void hold() throws Exception { synchronized (lock) { Thread.sleep(600000); } }
    static void spin() { while (true) Thread.onSpinWait(); }
    static void nap() { try { Thread.sleep(600000); } catch (Exception e) { } }
    public static void main(String[] a) throws Exception {
        new Thread(() -> { try { hold(); } catch (Exception e) { } }, "hold").start();
        Thread.sleep(300);
        for (int i = 0; i < 3; i++) new Thread(() -> want(), "want-" + i).start();
        if (a.length > 0) {
            var start = Thread.class.getMethod("startVirtualThread", Runnable.class);
            for (int i = 0; i < 4; i++) start.invoke(null, (Runnable) () -> nap());
            start.invoke(null, (Runnable) () -> spin());
        }
        Thread.sleep(600000);
    }
}
EOF
javac --release 17 J.java
java -Xmx64m J & pids+=($!)
"$jdk/bin/java" -Xmx64m J virtual & pids+=($!)
sleep 4
ours='/^"(main|hold|want|ForkJoin)|^#[0-9]+ "(main|hold|want|")/'
keep() { awk -v RS= -v ORS='\n\n' "$ours"; }
jhsdb jstack --pid "${pids[1]}" 2>/dev/null | keep >"$here/jhsdb.jstack"
"$jdk/bin/jstack" -l "${pids[2]}" | keep >"$here/virtual.jstack"
"$jdk/bin/jcmd" "${pids[2]}" Thread.dump_to_file "$work/file.txt" >/dev/null
keep <"$work/file.txt" >"$here/virtual.dump_to_file"
"$jdk/bin/jcmd" "${pids[2]}" Thread.dump_to_file -format=json "$work/file.json" >/dev/null
cp "$work/file.json" "$here/virtual.json"

cat >waits.go <<'EOF'
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/pprof"
	"strconv"
	"syscall"
	"time"
)

var queue = make(chan int)

func put(n int) { queue <- n }

func start(n int) { go put(n) }

func main() {
	for i := 0; i < 6; i++ {
		pprof.Do(context.Background(), pprof.Labels("route", "/cart/"+strconv.Itoa(i%2)), func(context.Context) { start(i) })
	}
	done := make(chan os.Signal, 1)
	signal.Notify(done, syscall.SIGUSR1)
	time.Sleep(300 * time.Millisecond)
	pprof.Lookup("goroutine").WriteTo(os.Stdout, 1)
	panic("now")
}
EOF
go build -o waits waits.go
GOTRACEBACK=all GODEBUG=tracebackancestors=3 ./waits >"$here/waits.debug1" 2>"$here/ancestors.goroutines" || true

cat >jobs.py <<'EOF'
import faulthandler, sys, threading
gate = threading.Event()
def run():
    gate.wait()
for i in range(3):
    threading.Thread(target=run, daemon=True).start()
faulthandler.dump_traceback(all_threads=True, file=sys.stdout)
EOF
python3 jobs.py | sed "s|$(python3 -c 'import sys; print(sys.prefix)')|/usr|" >"$here/jobs.faulthandler"
