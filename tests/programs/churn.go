// SPDX-License-Identifier: MIT

// Go under garbage collection: a live set of constant size whose parts are replaced all the time. After the
// warm-up it prints "ready C", C being the seconds between two of its collections.
//
//	-live MB    live set (default 32)
//	-rate MB/s  replaced a second (default 16)
//	-leak KB/s  kept for ever, a second (default 0)
//	-warm N     collections before it is ready (default 12)
package main

import (
	"flag"
	"fmt"
	"runtime/debug"
	"time"
)

const blockBytes = 16 << 10

func newBlock(mark int) []byte {
	block := make([]byte, blockBytes)
	for i := 0; i < len(block); i += 1024 {
		block[i] = byte(mark)
	}
	return block
}

func collections() int64 {
	var stats debug.GCStats
	debug.ReadGCStats(&stats)
	return stats.NumGC
}

func main() {
	live := flag.Int("live", 32, "MB of live set")
	rate := flag.Int("rate", 16, "MB replaced a second")
	leak := flag.Int("leak", 0, "KB kept for ever a second")
	warm := flag.Int64("warm", 12, "collections before it is ready")
	flag.Parse()

	blocks := make([][]byte, *live<<20/blockBytes)
	var kept [][]byte
	var start time.Time
	var before int64
	said := false
	// By the clock, not by the tick: on a busy host ticks come late, and the rates stay what they were asked to be.
	var owed, leaked float64
	replaced := 0
	last := time.Now()
	for tick := range time.Tick(20 * time.Millisecond) {
		passed := time.Since(last).Seconds()
		last = last.Add(time.Duration(passed * float64(time.Second)))
		for owed += passed * float64(*rate<<20); owed >= blockBytes; owed -= blockBytes {
			blocks[replaced%len(blocks)] = newBlock(replaced)
			replaced++
		}
		if said {
			for leaked += passed * float64(*leak<<10); leaked >= blockBytes; leaked -= blockBytes {
				kept = append(kept, newBlock(replaced))
			}
			continue
		}
		now := collections()
		if start.IsZero() && now >= *warm/2 {
			start, before = tick, now
		}
		if now >= *warm && now > before {
			fmt.Printf("ready %.2f\n", tick.Sub(start).Seconds()/float64(now-before))
			said = true
		}
	}
}
