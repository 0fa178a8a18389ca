// SPDX-License-Identifier: MIT
// Mutexes and sleeps.
package main

import (
	"runtime"
	"sync"
	"time"
)

var (
	mu      sync.Mutex
	counter int
)

func contender(n int, wg *sync.WaitGroup) {
	for i := 0; i < n; i++ {
		mu.Lock()
		counter++
		runtime.Gosched()
		mu.Unlock()
	}
	wg.Done()
}

// contend is (goroutines, n): each locks, yields inside the critical section, unlocks, n times.
func contend(a ...int) int {
	var wg sync.WaitGroup
	counter = 0
	wg.Add(a[0])
	for i := 0; i < a[0]; i++ {
		go contender(a[1], &wg)
	}
	wg.Wait()
	check(counter, a[0]*a[1])
	return counter
}

// lock is (n): nobody else wants the mutex.
func lock(a ...int) int {
	counter = 0
	for i := 0; i < a[0]; i++ {
		mu.Lock()
		counter++
		mu.Unlock()
	}
	return counter
}

func sleeper(wg *sync.WaitGroup) {
	time.Sleep(time.Millisecond)
	wg.Done()
}

// sleeps is (n): n goroutines that sleep 1 ms, all at once.
func sleeps(a ...int) int {
	var wg sync.WaitGroup
	wg.Add(a[0])
	for i := 0; i < a[0]; i++ {
		go sleeper(&wg)
	}
	wg.Wait()
	return a[0]
}
