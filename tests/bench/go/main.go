// SPDX-License-Identifier: MIT
// The benchmark's programs in Go: `bench PROGRAM [N…]` prints one JSON object of measurements.
//
// Each program has a twin of the same shape and the same counts in ../guest and, where it makes
// sense, in ../generators. The last argument is the count; a quarter of it runs first, unmeasured.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strconv"
	"time"
)

// result holds "ns", for one operation, and for some programs "detail", a second figure.
type result map[string]float64

type program func(n []int) result

var programs = map[string]program{
	"yields":   timed(yields),
	"spawn":    timed(spawn),
	"handoff":  timed(handoff),
	"buffered": timed(buffered),
	"select2":  timed(select2),
	"ring":     timed(ring),
	"sieve":    timed(sieve),
	"contend":  timed(contend),
	"lock":     timed(lock),
	"sleeps":   timed(sleeps),
	"trees":    timed(trees),
	"objects":  timed(objects),
	"mixed":    timed(mixed),
	"arrays":   timed(arrays),
	"strings":  timed(stringsOf),
	"maps":     timed(maps),
	"lists":    timed(lists),
	"holders":  timed(holders),
	"pauses":   pauses,
	"fib":      timed(fibs),
	"parked":   parked,
	"profile":  profile,
	"stacks":   stacks,
}

func main() {
	runtime.GOMAXPROCS(1)
	if len(os.Args) < 2 || programs[os.Args[1]] == nil {
		names := []string{}
		for name := range programs {
			names = append(names, name)
		}
		sort.Strings(names)
		fmt.Fprintln(os.Stderr, "usage: bench PROGRAM [N...], PROGRAM one of", names)
		os.Exit(2)
	}
	args := []int{}
	for _, a := range os.Args[2:] {
		n, err := strconv.Atoi(a)
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench: not a number:", a)
			os.Exit(2)
		}
		args = append(args, n)
	}
	json.NewEncoder(os.Stdout).Encode(programs[os.Args[1]](args))
}

// timed makes a program of a function that returns how many operations it did; the detail is the
// bytes that the process has got from the system.
func timed(f func(n ...int) int) program {
	return func(n []int) result {
		warm := append([]int{}, n...)
		warm[len(warm)-1] = (warm[len(warm)-1] + 3) / 4
		f(warm...)
		start := time.Now()
		ops := f(n...)
		ns := float64(time.Since(start))
		return result{"ns": ns / float64(ops), "detail": footprint()}
	}
}
