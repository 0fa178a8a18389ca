// SPDX-License-Identifier: MIT
// Code that never parks: calls, and allocation.
package main

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

// fibs is (k, times): fib(k); an operation is one fib(k).
func fibs(a ...int) int {
	for i := 0; i < a[1]; i++ {
		sink += fib(a[0])
	}
	return a[1]
}

var sink int

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

type object struct{ a, b, c, d int64 }

var live [64]*object

// objects is (n): objects of 32 bytes, 64 of them alive.
func objects(a ...int) int {
	for i := 0; i < a[0]; i++ {
		o := &object{}
		o.a = int64(i)
		live[i&63] = o
	}
	return a[0]
}
