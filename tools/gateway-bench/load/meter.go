package main

import (
	"time"

	"headway.dev/gateway-bench/procfs"
)

// Meter starts to count the processor time of a server and its children; the function that it returns tells what has
// been used since. Without a process it counts nothing.
func meter(pid int) (func() (time.Duration, error), error) {
	if pid == 0 {
		return func() (time.Duration, error) { return 0, nil }, nil
	}
	before, err := procfs.Tree(pid)
	if err != nil {
		return nil, err
	}
	return func() (time.Duration, error) {
		after, err := procfs.Tree(pid)
		return after.CPU - before.CPU, err
	}, nil
}

// Each is microseconds of spent for one of count.
func each(spent time.Duration, count int) float64 {
	if count == 0 {
		return 0
	}
	return float64(spent.Microseconds()) / float64(count)
}
