// SPDX-License-Identifier: MIT

// A goroutine in every kind of park, each for ever. SIGUSR1: writes all stacks, as the runtime itself prints
// them, to the file that is its first argument: it appears when it is whole.
//
// The second argument is how many goroutines send on a channel that nobody reads (default 1000).
package main

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"strconv"
	"sync"
	"syscall"
	"time"
)

func process(results chan<- int) { results <- 1 }

func park(n int, results chan int) {
	for i := 0; i < n; i++ {
		go process(results)
	}
}

//go:noinline
func deep(n int, c chan int) int {
	if n == 0 {
		return <-c
	}
	return deep(n-1, c) + 1
}

type pair[K comparable, V any] struct {
	k K
	v V
}

//go:noinline
func (p *pair[K, V]) wait(c chan V) V { return <-c }

func inlined(c chan int) int { return inner(c) }
func inner(c chan int) int   { return <-c }

func main() {
	ch := make(chan int)
	senders := 1000
	if len(os.Args) > 2 {
		senders, _ = strconv.Atoi(os.Args[2])
	}
	park(senders, ch)
	never := make(chan int)
	var mu sync.Mutex
	mu.Lock()
	var rw sync.RWMutex
	rw.Lock()
	var wg sync.WaitGroup
	wg.Add(1)
	cond := sync.NewCond(&sync.Mutex{})
	go func() { mu.Lock() }()
	go func() { rw.RLock() }()
	go func() { wg.Wait() }()
	go func() { cond.L.Lock(); cond.Wait() }()
	go func() { time.Sleep(time.Hour) }()
	go func() {
		select {
		case <-never:
		case never <- 2:
		}
	}()
	go func() { select {} }()
	go func() { var c chan int; <-c }()
	go func() { var c chan int; c <- 1 }()
	go deep(90, never)
	go inlined(never)
	go (&pair[string, int]{}).wait(never)
	go func() {
		var p [2]int
		syscall.Pipe(p[:])
		var b [1]byte
		syscall.Read(p[0], b[:])
	}()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		go func() { l.Accept() }()
	}
	go func() {
		defer func() { recover(); <-never }()
		panic("x")
	}()
	usr := make(chan os.Signal, 1)
	signal.Notify(usr, syscall.SIGUSR1)
	time.Sleep(50 * time.Millisecond)
	fmt.Println("ready")
	for range usr {
		runtime.GC() // notes since when each waits
		runtime.GC()
		f, _ := os.Create(os.Args[1] + ".part")
		fmt.Fprintf(f, "count %d\n\n", runtime.NumGoroutine())
		pprof.Lookup("goroutine").WriteTo(f, 2)
		f.Close()
		os.Rename(f.Name(), os.Args[1])
	}
}
