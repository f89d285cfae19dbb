// SPDX-License-Identifier: MIT

// A service with net/http/pprof mounted, whose goroutines send on a channel that nobody reads. "ready PORT", PORT
// being where it serves, on the loopback address.
//
//	-n N      goroutines that are parked (default 1000)
//	-deep D   calls below each (default 0)
//	-churn N  goroutines that start others, which end at once (default 0)
//
// /gap says the longest time, in microseconds, that its heartbeat of 200 us was late since it was asked last.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"runtime"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"time"
)

var gap int64 // microseconds

func heartbeat() {
	last := time.Now()
	for {
		time.Sleep(200 * time.Microsecond)
		now := time.Now()
		late := now.Sub(last).Microseconds()
		last = now
		for {
			most := atomic.LoadInt64(&gap)
			if late <= most || atomic.CompareAndSwapInt64(&gap, most, late) {
				break
			}
		}
	}
}

//go:noinline
func process(results chan<- int, depth int) int {
	if depth > 0 {
		return process(results, depth-1) + 1
	}
	results <- 1
	return 0
}

func spawn(results chan<- int, n, depth int) {
	for i := 0; i < n; i++ {
		go process(results, depth)
	}
}

func churn() {
	for {
		var all sync.WaitGroup
		for i := 0; i < 64; i++ {
			all.Add(1)
			go func() {
				runtime.Gosched()
				all.Done()
			}()
		}
		all.Wait()
	}
}

func main() {
	n := flag.Int("n", 1000, "goroutines that are parked")
	depth := flag.Int("deep", 0, "calls below each")
	churners := flag.Int("churn", 0, "goroutines that start others, which end at once")
	flag.Parse()
	results := make(chan int)
	pprof.Do(context.Background(), pprof.Labels("tenant", "shop"), func(context.Context) {
		spawn(results, *n, *depth)
	})
	for i := 0; i < *churners; i++ {
		go churn()
	}
	go heartbeat()
	http.HandleFunc("/gap", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, atomic.SwapInt64(&gap, 0))
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	runtime.GC() // notes since when each waits
	runtime.GC()
	fmt.Printf("ready %d\n", listener.Addr().(*net.TCPAddr).Port)
	http.Serve(listener, nil)
}
