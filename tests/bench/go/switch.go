// SPDX-License-Identifier: MIT
// Switching: yields at some call depth, and goroutines that start and end.
package main

import (
	"runtime"
	"sync"
)

// yielder yields n times below depth nested calls; the sum keeps each call a call.
//
//go:noinline
func yielder(depth, n int) int {
	if depth > 0 {
		return yielder(depth-1, n) + 1
	}
	for i := 0; i < n; i++ {
		runtime.Gosched()
	}
	return 0
}

// yields is (depth, n): two goroutines that yield to each other, n times each.
func yields(a ...int) int {
	var wg sync.WaitGroup
	wg.Add(2)
	for i := 0; i < 2; i++ {
		go func() {
			check(yielder(a[0], a[1]), a[0])
			wg.Done()
		}()
	}
	wg.Wait()
	return 2 * a[1]
}

const batch = 100

var finished int

func finish() { finished++ }

// spawn is (n): goroutines that end at once, a batch at a time.
func spawn(a ...int) int {
	finished = 0
	for want := batch; want <= a[0]; want += batch {
		for i := 0; i < batch; i++ {
			go finish()
		}
		for finished < want {
			runtime.Gosched()
		}
	}
	return finished
}
