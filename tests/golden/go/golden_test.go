// SPDX-License-Identifier: MIT

// Package golden reads what gopark's programs have written with the libraries that Go's
// users read it with. tests/golden.test.ts writes the files and says where they are.
//
// goleak's parser is internal to its module, so its test is in another one: ../goleak.
package golden

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/DataDog/gostackparse"
	"github.com/google/pprof/profile"
	"github.com/maruel/panicparse/v2/stack"
)

// states are those of the goroutines that waits.ts leaves behind.
var states = []string{
	"chan receive", "chan receive", "chan receive", "chan receive", "chan receive", "chan receive",
	"chan receive", "chan receive (nil chan)", "select", "select (no cases)", "semacquire", "sleep", "sync.Cond.Wait",
	"sync.Mutex.Lock", "sync.RWMutex.RLock", "sync.WaitGroup.Wait",
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	dir := os.Getenv("GOLDEN")
	if dir == "" {
		t.Fatal("GOLDEN is not set: run tests/golden.test.ts")
	}
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func sorted(s []string) string {
	sort.Strings(s)
	return strings.Join(s, "\n")
}

// dumps are the texts, and the number of goroutines in each. Each library gives up on some, on Go's own as well.
var dumps = []struct {
	name         string
	goroutines   int
	gostackparse bool
	panicparse   bool
}{
	{"stack.txt", len(states), true, true},
	{"leaked.txt", 4, true, true},
	{"panic.txt", 1, true, true},
	{"trap.txt", 1, true, true},
	{"deadlock.txt", -1, true, true},
	{"deep.txt", 1, false, true},
	{"waited.txt", 4, true, true},
	{"labelled.txt", 4, false, true},
	{"ancestors.txt", 4, true, false},
}

var tsFile = regexp.MustCompile(`(?m)^(\t.*)\.ts:(\d+)`)

// asGo gives the files the one ending that panicparse knows.
func asGo(b []byte) []byte {
	return tsFile.ReplaceAll(b, []byte("$1.go:$2"))
}

func TestPanicparse(t *testing.T) {
	for _, d := range dumps {
		if !d.panicparse {
			continue
		}
		t.Run(d.name, func(t *testing.T) {
			snap, rest, err := stack.ScanSnapshot(bytes.NewReader(asGo(read(t, d.name))), io.Discard, &stack.Opts{})
			if snap == nil {
				t.Fatalf("no goroutines: %v, %q", err, rest)
			}
			if err != nil && err != io.EOF {
				t.Errorf("%v; left: %q", err, rest)
			}
			if d.goroutines >= 0 && len(snap.Goroutines) != d.goroutines {
				t.Errorf("%d goroutines, want %d", len(snap.Goroutines), d.goroutines)
			}
			var got []string
			for _, g := range snap.Goroutines {
				got = append(got, g.State)
				for _, c := range g.Stack.Calls {
					if c.Line == 0 || c.Func.Name == "" || c.Func.ImportPath == "" {
						t.Errorf("goroutine %d: call %+v", g.ID, c)
					}
				}
				if len(g.Stack.Calls) == 0 {
					t.Errorf("goroutine %d has no calls", g.ID)
				}
			}
			if d.name == "stack.txt" && sorted(got) != strings.Join(states, "\n") {
				t.Errorf("states:\n%s", sorted(got))
			}
		})
	}
}

func TestGostackparse(t *testing.T) {
	for _, d := range dumps {
		if !d.gostackparse {
			continue
		}
		t.Run(d.name, func(t *testing.T) {
			goroutines, errs := gostackparse.Parse(bytes.NewReader(read(t, d.name)))
			for _, err := range errs {
				t.Error(err)
			}
			if d.goroutines >= 0 && len(goroutines) != d.goroutines {
				t.Errorf("%d goroutines, want %d", len(goroutines), d.goroutines)
			}
			if len(goroutines) == 0 {
				t.Error("no goroutines")
			}
			for _, g := range goroutines {
				for _, f := range g.Stack {
					if f.Line == 0 || !strings.HasSuffix(f.File, ".ts") || f.Func == "" {
						t.Errorf("goroutine %d: frame %+v", g.ID, f)
					}
				}
				if g.ID > 2 && d.name == "stack.txt" && (g.CreatedBy == nil || g.CreatedBy.Func != "waits.start") {
					t.Errorf("goroutine %d: created by %+v", g.ID, g.CreatedBy)
				}
			}
		})
	}
}

// waits are the headers of headers.ts: a leaked goroutine has no minutes, as in Go.
const waits = "chan receive (leaked) 0\nchan receive (leaked) 0\nchan receive 2\nchan receive 2"

const labels = ` labels:{"quoted": "x\":y", "tenant": "a b"}`

// TestHeaders looks at what headers say, as far as each library asks for it.
func TestHeaders(t *testing.T) {
	for _, name := range []string{"waited.txt", "labelled.txt"} {
		snap, _, _ := stack.ScanSnapshot(bytes.NewReader(asGo(read(t, name))), io.Discard, &stack.Opts{})
		if snap == nil {
			t.Fatalf("panicparse finds no goroutines in %s", name)
		}
		var got []string
		for _, g := range snap.Goroutines {
			got = append(got, fmt.Sprint(g.State, " ", g.SleepMin))
			if len(g.CreatedBy.Calls) != 1 || !strings.HasPrefix(g.CreatedBy.Calls[0].Func.Name, "start") {
				t.Errorf("panicparse, %s: goroutine %d: created by %v", name, g.ID, g.CreatedBy.Calls)
			}
		}
		if name == "waited.txt" && sorted(got) != waits {
			t.Errorf("panicparse, %s:\n%s", name, sorted(got))
		}
	}
	if n := bytes.Count(read(t, "labelled.txt"), []byte(labels+"]:\n")); n != 2 {
		t.Errorf("%d headers have the labels, want 2", n)
	}
	for _, name := range []string{"waited.txt", "ancestors.txt"} {
		goroutines, errs := gostackparse.Parse(bytes.NewReader(read(t, name)))
		var got, started []string
		ancestors := 0
		for _, g := range goroutines {
			got = append(got, fmt.Sprint(g.State, " ", g.Wait.Minutes()))
			started = append(started, g.CreatedBy.Func)
			for a := g.Ancestor; a != nil; a = a.Ancestor {
				ancestors++
			}
		}
		if sorted(got) != waits || len(errs) != 0 {
			t.Errorf("gostackparse, %s: %v\n%s", name, errs, sorted(got))
		}
		if want := "headers.start\nheaders.start\nheaders.starts\nheaders.starts"; sorted(started) != want {
			t.Errorf("gostackparse, %s: created by\n%s", name, sorted(started))
		}
		if want := map[string]int{"waited.txt": 0, "ancestors.txt": 6}[name]; ancestors != want {
			t.Errorf("gostackparse, %s: %d ancestors, want %d", name, ancestors, want)
		}
	}
}

func TestNames(t *testing.T) {
	goroutines, _ := gostackparse.Parse(bytes.NewReader(read(t, "stack.txt")))
	seen := map[string]bool{}
	for _, g := range goroutines {
		for _, f := range g.Stack {
			seen[f.Func] = true
		}
	}
	for _, name := range []string{"waits.worker", "waits.deep", "waits.inner.nested", "waits.Server.serve", "waits.choose"} {
		if !seen[name] {
			t.Errorf("no %s in %v", name, seen)
		}
	}
}

func TestProfile(t *testing.T) {
	p, err := profile.ParseData(read(t, "goroutine.pb.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.CheckValid(); err != nil {
		t.Fatal(err)
	}
	if got := p.SampleType[0].Type + "/" + p.SampleType[0].Unit; len(p.SampleType) != 1 || got != "goroutine/count" {
		t.Errorf("sample type %s", got)
	}
	if p.PeriodType.Type != "goroutine" || p.Period != 1 || p.TimeNanos == 0 {
		t.Errorf("period %v %d, time %d", p.PeriodType, p.Period, p.TimeNanos)
	}
	if len(p.Mapping) != 1 || p.Mapping[0].BuildID == "" || !p.Mapping[0].HasFunctions {
		t.Errorf("mapping %+v", p.Mapping)
	}
	var total, most int64
	for _, s := range p.Sample {
		total += s.Value[0]
		most = max(most, s.Value[0])
		if len(s.Location) == 0 {
			t.Error("a sample without a stack")
		}
	}
	if total != int64(len(states)) || most != 3 {
		t.Errorf("%d goroutines, at most %d alike; want %d and 3", total, most, len(states))
	}
	for _, l := range p.Location {
		if len(l.Line) != 1 || l.Line[0].Line == 0 || l.Line[0].Function.Filename == "" {
			t.Errorf("location %+v: speedscope shows one line each", l)
		}
	}
}

func TestDebug1(t *testing.T) {
	p, err := profile.ParseData(read(t, "goroutine.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var total int64
	for _, s := range p.Sample {
		total += s.Value[0]
	}
	if total != int64(len(states)) {
		t.Errorf("%d goroutines, want %d", total, len(states))
	}
}

// values are those of the samples of one function, summed.
func values(p *profile.Profile, name string) []int64 {
	sum := make([]int64, 4)
	for _, s := range p.Sample {
		if len(s.Location[0].Line) == 0 || s.Location[0].Line[0].Function.Name != name {
			continue
		}
		for i, v := range s.Value {
			sum[i] += v
		}
	}
	return sum
}

func TestHeap(t *testing.T) {
	for name, defaultType := range map[string]string{"heap.pb.gz": "", "allocs.pb.gz": "alloc_space"} {
		p, err := profile.ParseData(read(t, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.CheckValid(); err != nil {
			t.Error(err)
		}
		if p.DefaultSampleType != defaultType || p.Period != 1 || p.PeriodType.Type != "space" || p.PeriodType.Unit != "bytes" {
			t.Errorf("%s: default %q, period %d of %v", name, p.DefaultSampleType, p.Period, p.PeriodType)
		}
		if got := values(p, "heap.build"); !slices.Equal(got, []int64{150, 4800, 100, 3200}) {
			t.Errorf("%s: heap.build has %v", name, got)
		}
		for _, s := range p.Sample {
			if s.Value[0] != 0 && s.NumLabel["bytes"][0] != s.Value[1]/s.Value[0] {
				t.Errorf("%s: label bytes %v of %v", name, s.NumLabel, s.Value)
			}
		}
	}
}

func TestHeapText(t *testing.T) {
	p, err := profile.ParseData(read(t, "heap.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if p.Period != 1 || len(p.SampleType) != 4 {
		t.Errorf("period %d, %d sample types", p.Period, len(p.SampleType))
	}
	found := false
	for _, s := range p.Sample {
		found = found || slices.Equal(s.Value, []int64{150, 4800, 100, 3200})
	}
	if !found {
		t.Errorf("no sample with the counts of heap.build in %v", p.Sample)
	}
}

func TestLabels(t *testing.T) {
	p, err := profile.ParseData(read(t, "labels.pb.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(p.Sample); n != 2 {
		t.Fatalf("%d samples, want 2", n)
	}
	for _, s := range p.Sample {
		labelled := s.Value[0] == 2
		if s.HasLabel("req", `a "b"`) != labelled || s.HasLabel("shard", "7") != labelled {
			t.Errorf("sample of %d has labels %v", s.Value[0], s.Label)
		}
	}
	if _, err := profile.ParseData(read(t, "labels.txt")); err != nil {
		t.Error(err)
	}
}

func TestBlock(t *testing.T) {
	for _, name := range []string{"block", "mutex"} {
		p, err := profile.ParseData(read(t, name+".pb.gz"))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.CheckValid(); err != nil {
			t.Error(err)
		}
		text, err := profile.ParseData(read(t, name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		if len(text.Sample) != len(p.Sample) {
			t.Errorf("%s: %d records in the text, %d in profile.proto", name, len(text.Sample), len(p.Sample))
		}
	}
}
