// SPDX-License-Identifier: MIT
// Channels: a handoff, a buffered element, select, the sieve, the ring.
package main

func produce(c chan int, n int) {
	for i := 0; i < n; i++ {
		c <- i
	}
	close(c)
}

func drain(c chan int) int {
	sum := 0
	for v := range c {
		sum += v
	}
	return sum
}

// handoff is (n): elements through an unbuffered channel.
func handoff(a ...int) int {
	c := make(chan int)
	go produce(c, a[0])
	check(drain(c), a[0]*(a[0]-1)/2)
	return a[0]
}

// buffered is (n): elements through a buffer of 128.
func buffered(a ...int) int {
	c := make(chan int, 128)
	go produce(c, a[0])
	check(drain(c), a[0]*(a[0]-1)/2)
	return a[0]
}

func feed(c chan int, n int) {
	for i := 0; i < n; i++ {
		c <- i
	}
}

// select2 is (n): one receiver selects on two unbuffered channels, n elements from each.
func select2(a ...int) int {
	c, d := make(chan int), make(chan int)
	go feed(c, a[0])
	go feed(d, a[0])
	sum := 0
	for i := 0; i < 2*a[0]; i++ {
		select {
		case v := <-c:
			sum += v
		case v := <-d:
			sum += v
		}
	}
	check(sum, a[0]*(a[0]-1))
	return 2 * a[0]
}

func generate(c chan int) {
	for i := 2; ; i++ {
		c <- i
	}
}

func filter(in, out chan int, prime int) {
	for {
		if i := <-in; i%prime != 0 {
			out <- i
		}
	}
}

// sieve is (n): the first n primes, a goroutine each.
func sieve(a ...int) int {
	c := make(chan int)
	go generate(c)
	prime := 0
	for i := 0; i < a[0]; i++ {
		prime = <-c
		next := make(chan int)
		go filter(c, next, prime)
		c = next
	}
	if a[0] == 2000 {
		check(prime, 17389)
	}
	return a[0]
}

func pass(in, out chan int) {
	for {
		v, ok := <-in
		if !ok {
			close(out)
			return
		}
		out <- v + 1
	}
}

// ring is (size, laps): a token goes round a ring of size goroutines; an operation is a hop.
func ring(a ...int) int {
	first := make(chan int)
	c := first
	for i := 0; i < a[0]-1; i++ {
		next := make(chan int)
		go pass(c, next)
		c = next
	}
	token := 0
	for lap := 0; lap < a[1]; lap++ {
		first <- token
		token = <-c + 1
	}
	close(first)
	<-c
	check(token, a[0]*a[1])
	return token
}

func check(got, want int) {
	if got != want {
		panic("bench: wrong result")
	}
}
