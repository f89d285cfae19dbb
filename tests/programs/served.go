// SPDX-License-Identifier: MIT

// A service with net/http/pprof mounted, whose goroutines send on a channel that nobody reads. "ready PORT", PORT
// being where it serves, on the loopback address.
//
//	-n N      goroutines that are parked (default 1000)
//	-deep D   calls below each (default 0)
//	-churn N  goroutines that start others, which end at once (default 0)
//	-swing N  goroutines that wait at two places in turn, equally deep, each time for a moment (default 0)
//	-spin N   goroutines that calculate without an end: more than there are CPUs are interrupted anywhere (default 0)
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

//go:noinline
func leftInner(c <-chan int) int { return <-c }

//go:noinline
func rightInner(c <-chan int) int { return <-c }

//go:noinline
func left(c <-chan int) int { return leftInner(c) + 1 }

//go:noinline
func right(c <-chan int) int { return rightInner(c) + 1 }

func swing() {
	c := make(chan int)
	go func() {
		for {
			c <- 1
		}
	}()
	for {
		left(c)
		right(c)
	}
}

//go:noinline
func leaf(n int) int {
	var room [32]int
	room[n&31] = n
	return room[(n*7)&31]
}

func spin() {
	sum := 0
	for i := 0; ; i++ {
		sum += leaf(i + sum&1)
	}
}

func main() {
	n := flag.Int("n", 1000, "goroutines that are parked")
	depth := flag.Int("deep", 0, "calls below each")
	churners := flag.Int("churn", 0, "goroutines that start others, which end at once")
	swingers := flag.Int("swing", 0, "goroutines that wait at two places in turn")
	spinners := flag.Int("spin", 0, "goroutines that calculate without an end")
	flag.Parse()
	results := make(chan int)
	pprof.Do(context.Background(), pprof.Labels("tenant", "shop"), func(context.Context) {
		spawn(results, *n, *depth)
	})
	for i := 0; i < *churners; i++ {
		go churn()
	}
	for i := 0; i < *swingers; i++ {
		go swing()
	}
	for i := 0; i < *spinners; i++ {
		go spin()
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
