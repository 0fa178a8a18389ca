// SPDX-License-Identifier: MIT
// What is measured with and without somebody looking on, in turn: rows `watch-…`. Twin of ../guest/observe.ts.
// A process in a browser or Node has no processor time of its own to ask for.

//go:build unix

package main

import (
	"io"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"sort"
	"sync"
	"syscall"
	"time"
)

// pair runs f on two goroutines and waits for both.
func pair(f func()) {
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Go(f)
	}
	wg.Wait()
}

func watchedYields(n int) {
	pair(func() {
		for i := 0; i < n; i++ {
			runtime.Gosched()
		}
	})
}

func watchedHandoff(n int) {
	c := make(chan int32)
	go func() {
		for i := 0; i < n; i++ {
			c <- int32(i)
		}
		close(c)
	}()
	for range c {
	}
}

var workSink uint32 = 1

// work takes about a microsecond.
func work() {
	x := workSink
	for i := 0; i < 450; i++ {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
	}
	workSink = x
}

func watchedWorks(n int) {
	pair(func() {
		for i := 0; i < n; i++ {
			work()
			runtime.Gosched()
		}
	})
}

// watchedServes makes n requests of eight clients to eight servers that want one lock.
func watchedServes(n int) {
	requests := make(chan chan int32)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := 0; i < 8; i++ {
		go func() {
			for reply := range requests {
				mu.Lock()
				work()
				runtime.Gosched()
				mu.Unlock()
				reply <- 1
			}
		}()
		wg.Add(1)
		go func() {
			reply := make(chan int32)
			for i := 0; i < n/8; i++ {
				requests <- reply
				work()
				<-reply
			}
			wg.Done()
		}()
	}
	wg.Wait()
	close(requests)
}

func init() {
	programs["trace:yields"] = watched("trace", watchedYields)
	programs["trace:handoff"] = watched("trace", watchedHandoff)
	programs["trace:works"] = watched("trace", watchedWorks)
	programs["trace:serves"] = watched("trace", watchedServes)
	programs["block:serves"] = watched("block", watchedServes)
	programs["mutex:serves"] = watched("mutex", watchedServes)
	programs["cpu:handoff"] = watched("cpu", watchedHandoff)
	programs["cpu:serves"] = watched("cpu", watchedServes)
}

// The rates are those of the twin.
const (
	blockRate     = 10_000
	mutexFraction = 100
)

// watchers turn something on and off.
var watchers = map[string]func(on bool){
	"trace": flightRecorder(),
	"block": func(on bool) { runtime.SetBlockProfileRate(rateIf(on, blockRate)) },
	"mutex": func(on bool) { runtime.SetMutexProfileFraction(rateIf(on, mutexFraction)) },
	"cpu": func(on bool) {
		if !on {
			pprof.StopCPUProfile()
		} else if err := pprof.StartCPUProfile(io.Discard); err != nil {
			panic(err)
		}
	},
}

func rateIf(on bool, rate int) int {
	if on {
		return rate
	}
	return 0
}

// flightRecorder keeps what the latest MiB holds, as the twin's ring does.
func flightRecorder() func(on bool) {
	recorder := trace.NewFlightRecorder(trace.FlightRecorderConfig{MaxBytes: 1 << 20})
	return func(on bool) {
		if on != recorder.Enabled() {
			if !on {
				recorder.Stop()
			} else if err := recorder.Start(); err != nil {
				panic(err)
			}
		}
	}
}

const parts = 40

// watched makes a program that returns how many times as long f takes while somebody looks on.
func watched(who string, f func(n int)) program {
	set := watchers[who]
	return func(n []int) result {
		took := map[bool][]int{}
		for round := -2; round < parts; round++ {
			for _, on := range []bool{false, true} {
				set(on)
				before := processorTime()
				f(n[0] / parts)
				if round >= 0 {
					took[on] = append(took[on], int(processorTime()-before))
				}
			}
		}
		sort.Ints(took[false])
		sort.Ints(took[true])
		return result{"ns": float64(took[true][parts/4]) / float64(took[false][parts/4])}
	}
}

// processorTime returns what this process has used of the processors.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
