// SPDX-License-Identifier: MIT

// A service that keeps what it is told to: keeps FIFO. Says "ready", then obeys a line "WHAT" through the FIFO and
// answers "done":
//
//	cart N       N carts of 512 bytes, kept in a map, and as many orders that are dropped again
//	text N       N texts of 100 bytes, kept
//	profile FILE writes its own heap profile there
//
// After each it collects three times, so that its profile has all of it.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
)

type cart struct{ items [64]int64 }

var carts = map[int]*cart{}
var texts []string
var dropped *cart

//go:noinline
func putCart(number int) { carts[number] = &cart{} }

//go:noinline
func putText(number int) {
	texts = append(texts, strings.Repeat("x", 90)+fmt.Sprintf("%010d", number))
}

//go:noinline
func order() { dropped = &cart{} }

func write(path string) {
	file, err := os.Create(path)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	if err := pprof.Lookup("heap").WriteTo(file, 0); err != nil {
		panic(err)
	}
}

func obey(what, word string) {
	if what == "profile" {
		write(word)
		return
	}
	n := 0
	fmt.Sscan(word, &n)
	for i := 0; i < n; i++ {
		switch what {
		case "cart":
			putCart(len(carts))
			order()
		case "text":
			putText(i)
		}
	}
	for i := 0; i < 3; i++ {
		runtime.GC()
	}
}

func main() {
	orders, err := os.OpenFile(os.Args[1], os.O_RDWR, 0) // for writing too: it never ends
	if err != nil {
		panic(err)
	}
	fmt.Println("ready")
	lines := bufio.NewScanner(orders)
	for lines.Scan() {
		what, word, _ := strings.Cut(lines.Text(), " ")
		obey(what, word)
		fmt.Println("done")
	}
}
