package main

import "golang.org/x/sys/unix"

// useAllCPUs allows the calling thread, and what it starts, to run on every CPU.
func useAllCPUs() error {
	var all unix.CPUSet
	all.Fill()
	return unix.SchedSetaffinity(0, &all)
}
