// SPDX-License-Identifier: MIT

// Package stack is goleak's, of which tests/golden.test.ts puts a copy beside this test: its parser of dumps.
package stack

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func parse(t *testing.T, name string) []Stack {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(os.Getenv("GOLDEN"), name))
	if err != nil {
		t.Fatal(err)
	}
	stacks, err := newStackParser(bytes.NewReader(b)).Parse()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return stacks
}

// It gives up on elided stacks, on Go's own as well.
func TestDumps(t *testing.T) {
	for name, want := range map[string]int{"stack.txt": 16, "leaked.txt": 4, "panic.txt": 1, "trap.txt": 1, "waited.txt": 4, "labelled.txt": 4, "ancestors.txt": 4} {
		stacks := parse(t, name)
		if len(stacks) != want {
			t.Errorf("%s: %d goroutines, want %d", name, len(stacks), want)
		}
		for _, s := range stacks {
			if s.FirstFunction() == "" || s.ID() == 0 {
				t.Errorf("%s: %v", name, s)
			}
		}
	}
}

func TestHeaders(t *testing.T) {
	for _, name := range []string{"waited.txt", "labelled.txt", "ancestors.txt"} {
		lost, long := 0, 0
		for _, s := range parse(t, name) {
			switch {
			case strings.HasPrefix(s.State(), "chan receive (leaked)") && s.FirstFunction() == "headers.forgotten":
				lost++
			case strings.HasPrefix(s.State(), "chan receive, 2 minutes") && s.FirstFunction() == "headers.waiter":
				long++
			}
			if s.HasFunction("headers.start") {
				t.Errorf("%s: goroutine %d has its ancestors' functions", name, s.ID())
			}
		}
		if lost != 2 || long != 2 {
			t.Errorf("%s: %d goroutines are leaked, %d wait, want 2 and 2", name, lost, long)
		}
	}
}
