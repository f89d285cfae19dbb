// SPDX-License-Identifier: MIT

// A service with the leak that rampwatch was written for. Each request spreads its jobs over a few workers
// and collects their results from an unbuffered channel. When the request's time is over before all are in,
// collect returns early, and every worker that is not done yet parks for ever on `out <- doWork(job)`, with its
// result in its hands.
//
//	-rate R       requests a second that time out (default 2)
//	-traffic R    requests a second that go well (default 20)
//	-workers N    workers a request (default 4)
//	-payload N    bytes of result that a worker holds (default 262144)
//	-most N       after so many timed-out requests it goes on without more of them (default 5000)
//	-fixed        workers give up when the request's time is over: the same service without the leak
package main

import (
	"context"
	"flag"
	"fmt"
	"sync/atomic"
	"time"
)

type job struct {
	id    int
	bytes int
	takes time.Duration
}

type result struct {
	id   int
	body []byte
}

var fixed = flag.Bool("fixed", false, "workers give up when the request's time is over")

func doWork(j job) result {
	time.Sleep(j.takes)
	body := make([]byte, j.bytes)
	for i := 0; i < len(body); i += 512 {
		body[i] = byte(j.id)
	}
	return result{j.id, body}
}

func worker(ctx context.Context, jobs <-chan job, out chan<- result) {
	for j := range jobs {
		if !*fixed {
			out <- doWork(j) // nobody may be there to take it
			continue
		}
		select {
		case out <- doWork(j):
		case <-ctx.Done():
			return
		}
	}
}

// collect takes n results, or as many as arrive before the time is over.
func collect(ctx context.Context, out <-chan result, n int) int {
	total := 0
	for i := 0; i < n; i++ {
		select {
		case r := <-out:
			total += len(r.body)
		case <-ctx.Done():
			return total // the workers still hold results: this is the leak
		}
	}
	return total
}

func handleRequest(workers, bytes int, takes, timeout time.Duration) int {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	jobs := make(chan job, workers)
	out := make(chan result)
	for i := 0; i < workers; i++ {
		go worker(ctx, jobs, out)
		jobs <- job{i, bytes, takes}
	}
	close(jobs)
	return collect(ctx, out, workers)
}

func serve(rate float64, most int64, handle func()) {
	if rate <= 0 {
		return
	}
	tick := time.NewTicker(time.Duration(float64(time.Second) / rate))
	for served := int64(0); served < most; served++ {
		<-tick.C
		go handle()
	}
}

func main() {
	rate := flag.Float64("rate", 2, "requests a second that time out")
	traffic := flag.Float64("traffic", 20, "requests a second that go well")
	workers := flag.Int("workers", 4, "workers a request")
	payload := flag.Int("payload", 256<<10, "bytes of result that a worker holds")
	most := flag.Int64("most", 5000, "timed-out requests, at most")
	flag.Parse()

	var served atomic.Int64
	fmt.Println("ready")
	go serve(*rate, *most, func() {
		served.Add(int64(handleRequest(*workers, *payload, 60*time.Millisecond, 20*time.Millisecond)))
	})
	serve(*traffic, 1<<62, func() {
		served.Add(int64(handleRequest(*workers, 8<<10, 2*time.Millisecond, 2*time.Second)))
	})
	select {} // no traffic asked for
}
