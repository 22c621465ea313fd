package main

import (
	"slices"
	"time"
)

// Percentiles are in milliseconds.
type percentiles struct {
	Count int     `json:"count"`
	P50   float64 `json:"p50"`
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
}

func percentilesOf(durations []time.Duration) percentiles {
	if len(durations) == 0 {
		return percentiles{}
	}
	slices.Sort(durations)
	at := func(share float64) float64 { return milliseconds(durations[int(share*float64(len(durations)-1))]) }
	return percentiles{Count: len(durations), P50: at(0.5), P99: at(0.99), Max: at(1)}
}

func milliseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }
