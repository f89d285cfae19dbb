// SPDX-License-Identifier: MIT

// A program that holds what it is told to, and asks for no profile of its heap, so that the linker leaves that out:
// holds N. N carts of 320 bytes with pointers, and half as many texts of 112 bytes.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"
)

type cart struct {
	next  *cart
	items [39]int64
}

var carts []*cart
var texts [][]byte

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	for i := 0; i < n; i++ {
		carts = append(carts, &cart{})
		if i%2 == 0 {
			texts = append(texts, make([]byte, 110))
		}
	}
	for i := 0; i < 3; i++ {
		runtime.GC()
	}
	time.Sleep(200 * time.Millisecond) // the sweep is over
	fmt.Println("ready")
	for {
		time.Sleep(time.Hour)
		runtime.KeepAlive(carts)
		runtime.KeepAlive(texts)
	}
}
