// SPDX-License-Identifier: MIT
// Code that never parks, and allocates nothing.
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
