// SPDX-License-Identifier: MIT
// Allocation, without goroutines. Each program checks what it has made.
package main

import "strconv"

type tree struct{ left, right *tree }

func bottomUp(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{bottomUp(depth - 1), bottomUp(depth - 1)}
}

func (t *tree) count() int {
	if t.left == nil {
		return 1
	}
	return 1 + t.left.count() + t.right.count()
}

// trees is (depth, times): the binary trees of the benchmarks game.
func trees(a ...int) int {
	maxDepth := a[0]
	for t := 0; t < a[1]; t++ {
		check(bottomUp(maxDepth+1).count(), 1<<(maxDepth+2)-1)
		long := bottomUp(maxDepth)
		for depth := 4; depth <= maxDepth; depth += 2 {
			n := 1 << (maxDepth - depth + 4)
			sum := 0
			for i := 0; i < n; i++ {
				sum += bottomUp(depth).count()
			}
			check(sum, n*(1<<(depth+1)-1))
		}
		check(long.count(), 1<<(maxDepth+1)-1)
	}
	return a[1]
}

type item struct{ a, b, c, d int64 }

// objects is (n): objects of 32 bytes, 64 of them alive.
func objects(a ...int) int {
	live := new([64]*item)
	for i := 0; i < a[0]; i++ {
		o := &item{}
		o.a = int64(i)
		live[i&63] = o
	}
	sum := 0
	for _, o := range live {
		sum += int(o.a)
	}
	check(sum, 64*a[0]-2080)
	return a[0]
}

const window = 4096

// mixed is (n): blocks of 8 to 2047 bytes, as many small as large ones; 4096 are alive.
func mixed(a ...int) int {
	live := new([window][]byte)
	random := uint32(1)
	made, dropped := 0, 0
	for i := 0; i < a[0]; i++ {
		random = random*1664525 + 1013904223
		unit := uint32(8) << (random >> 13 & 7)
		size := int(unit + random>>16&(unit-1))
		block := make([]byte, size)
		block[0], block[size-1] = byte(i), byte(i)
		made += size
		if old := live[i&(window-1)]; old != nil {
			check(int(old[len(old)-1]), i&255)
			dropped += len(old)
		}
		live[i&(window-1)] = block
	}
	for _, block := range live {
		dropped += len(block)
	}
	check(dropped, made)
	return a[0]
}

// arrays is (length, times): slices grown from nothing, one number at a time; 64 are alive.
func arrays(a ...int) int {
	length, times := a[0], a[1]
	var live [64][]int32
	for i := 0; i < times; i++ {
		var s []int32
		for k := 0; k < length; k++ {
			s = append(s, int32(i+k))
		}
		live[i&63] = s
		check(len(s), length)
	}
	sum := 0
	for _, v := range live[(times-1)&63] {
		sum += int(v)
	}
	check(sum, length*(times-1)+length*(length-1)/2)
	return length * times
}

// stringsOf is (n): numbers appended to strings of 256 characters and a few more; 256 are alive.
func stringsOf(a ...int) int {
	live := new([256]string)
	made, length := 0, 0
	s := ""
	for i := 0; i < a[0]; i++ {
		s += strconv.Itoa(i&1023) + ";"
		if len(s) < 256 {
			continue
		}
		length += len(s)
		live[made&255] = s
		made++
		s = ""
	}
	length += len(s)
	want := 0
	for i := 0; i < a[0]; i++ {
		want += digits(i&1023) + 1
	}
	check(length, want)
	check(int(live[0][len(live[0])-1]), ';')
	return a[0]
}

func digits(n int) int {
	switch {
	case n < 10:
		return 1
	case n < 100:
		return 2
	case n < 1000:
		return 3
	}
	return 4
}

// maps is (n): keys go into a map, each with an object; the oldest of more than 100,000 goes.
func maps(a ...int) int {
	m := map[int32]*item{}
	sum := 0
	for i := 0; i < a[0]; i++ {
		m[int32(i)] = &item{a: int64(i)}
		oldest := int32(i - 100_000)
		if oldest < 0 {
			continue
		}
		sum += int(m[oldest].a)
		delete(m, oldest)
	}
	gone := max(a[0]-100_000, 0)
	check(len(m), a[0]-gone)
	check(sum, gone*(gone-1)/2)
	return a[0]
}

type node struct {
	value int32
	next  *node
}

const (
	listCount  = 16384
	listLength = 8
)

// lists is (n): one of 16,384 lists is turned round in place, loses its first node and gets a new one.
func lists(a ...int) int {
	heads := new([listCount]*node)
	for i := 0; i < listCount*listLength; i++ {
		heads[i&(listCount-1)] = &node{0, heads[i&(listCount-1)]}
	}
	random := uint32(1)
	sum := 0
	for i := 0; i < a[0]; i++ {
		random = random*1664525 + 1013904223
		at := random >> 18
		first := reverse(heads[at])
		sum += i - int(first.value)
		heads[at] = &node{int32(i), first.next}
	}
	for _, n := range heads {
		length := 0
		for ; n != nil; n = n.next {
			sum -= int(n.value)
			length++
		}
		check(length, listLength)
	}
	check(sum, 0)
	return a[0]
}

func reverse(n *node) *node {
	var before *node
	for n != nil {
		n.next, before, n = before, n, n.next
	}
	return before
}
