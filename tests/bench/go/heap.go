// SPDX-License-Identifier: MIT
// Goroutines that hold what is alive, and how long a program stands still while it is collected.
package main

import (
	"bytes"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"
)

const held = 16

// holder holds 16 objects, makes them anew one by one, and yields in between.
func holder(rounds int, wg *sync.WaitGroup) {
	var list *node
	for i := 0; i < held; i++ {
		list = &node{0, list}
	}
	for round := 1; round <= rounds; round++ {
		runtime.Gosched()
		list = renewed(list, round)
	}
	n := 0
	for ; list != nil; list = list.next {
		if int(list.value) < rounds-held || int(list.value) > rounds {
			panic("bench: wrong value")
		}
		n++
	}
	check(n, held)
	wg.Done()
}

// renewed is the list with a new object in front and without its last one.
func renewed(list *node, value int) *node {
	first := &node{int32(value), list}
	n := first
	for i := 1; i < held; i++ {
		n = n.next
	}
	n.next = nil
	return first
}

// holders is (n, rounds): n goroutines; an operation is a yield and an object.
func holders(a ...int) int {
	var wg sync.WaitGroup
	wg.Add(a[0])
	for i := 0; i < a[0]; i++ {
		go holder(a[1], &wg)
	}
	wg.Wait()
	return a[0] * a[1]
}

type small struct {
	a    int32
	b    int64
	next *small
}

const (
	smallLists  = 65536
	smallLength = 32
	stop        = 2000 // ns: longer than an allocation takes
)

var smalls = new([smallLists]*small)
var neverSmall = make(chan *small)

func smallParker() {
	held := &small{1, 2, &small{3, 4, nil}}
	down++
	got := <-neverSmall
	check(int(got.a), int(held.a))
}

// waited is how long this thread has waited for a processor so far, in ns; 0 where nobody tells.
func waited() int64 {
	n, _ := schedstat.ReadAt(schedstatText[:], 0)
	if n <= 0 {
		return 0
	}
	fields := bytes.Fields(schedstatText[:n])
	ns, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	return ns
}

var (
	schedstat     *os.File
	schedstatText [64]byte
)

// stops replaces lists, n objects in all; returns the times of the allocations that took long, without
// waits for a processor.
func stops(n int) []int64 {
	found := []int64{}
	random := uint32(1)
	origin := time.Now()
	now := func() int64 { return int64(time.Since(origin)) }
	waits := waited()
	end := now()
	for i := 0; i < n; {
		random = random*1664525 + 1013904223
		at := random >> 16
		var list *small
		for k := 0; k < smallLength; k, i = k+1, i+1 {
			start := now()
			if start-end >= stop {
				waits = waited()
				start = now()
			}
			list = &small{int32(at), int64(k), list}
			end = now()
			if end-start < stop {
				continue
			}
			before := waits
			waits = waited()
			if took := end - start - (waits - before); took >= stop {
				found = append(found, took)
			}
			end = now()
		}
		smalls[at] = list
	}
	return found
}

// pauses is (goroutines, n): p99.9 of the stops while n objects are allocated beside 2,097,152 that
// live and the goroutines, which are parked; the detail is the longest stop.
func pauses(a []int) result {
	runtime.LockOSThread()
	schedstat, _ = os.Open("/proc/thread-self/schedstat")
	for at := range smalls {
		var list *small
		for k := 0; k < smallLength; k++ {
			list = &small{int32(at), int64(k), list}
		}
		smalls[at] = list
	}
	want := down + a[0]
	for i := 0; i < a[0]; i++ {
		go smallParker()
	}
	for down < want {
		runtime.Gosched()
	}
	found := stops(a[1])
	slices.Sort(found)
	return result{
		"ns":     float64(found[len(found)*999/1000]),
		"detail": float64(found[len(found)-1]),
	}
}
