// SPDX-License-Identifier: MIT
// Many goroutines that are parked: what one costs, and what it costs to look at all of them.
package main

import (
	"runtime"
	"time"
)

var (
	never = make(chan int)
	down  int
)

// park waits for ever below depth nested calls.
//
//go:noinline
func park(depth int) int {
	if depth > 0 {
		return park(depth-1) + 1
	}
	down++
	return <-never
}

func parker(depth int) { park(depth) }

// parkAll starts n goroutines that park, depth+1 calls below their first function.
func parkAll(depth, n int) {
	want := down + n
	for i := 0; i < n; i++ {
		go parker(depth)
	}
	for down < want {
		runtime.Gosched()
	}
}

func footprint() float64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.Sys)
}

// parked is (depth, n): time and (the detail) bytes for one of n parked goroutines.
func parked(a []int) result {
	parkAll(a[0], a[1]/100)
	before := footprint()
	start := time.Now()
	parkAll(a[0], a[1])
	ns := float64(time.Since(start))
	grown := footprint() - before
	return result{"ns": ns / float64(a[1]), "detail": grown / float64(a[1])}
}

// profile is (depth, n): GoroutineProfile of n goroutines, ns each; the detail is frames.
func profile(a []int) result {
	parkAll(a[0], a[1])
	p := make([]runtime.StackRecord, a[1]+16)
	runtime.GoroutineProfile(p)
	start := time.Now()
	n, ok := runtime.GoroutineProfile(p)
	ns := float64(time.Since(start))
	if !ok {
		panic("bench: profile did not fit")
	}
	return result{"ns": ns / float64(n), "detail": float64(len(p[n/2].Stack()))}
}

// stacks is (depth, n): the text of n goroutines' stacks, ns each; the detail is bytes.
func stacks(a []int) result {
	parkAll(a[0], a[1])
	buf := make([]byte, a[1]*1024)
	runtime.Stack(buf, true)
	start := time.Now()
	n := runtime.Stack(buf, true)
	ns := float64(time.Since(start))
	return result{"ns": ns / float64(a[1]), "detail": float64(n) / float64(a[1])}
}
