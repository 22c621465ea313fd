package main

import (
	"flag"
	"fmt"
	"strconv"
	"sync"
	"time"

	"headway.dev/gateway-bench/wire"
)

type streamsResult struct {
	Offered           int            `json:"offered"`
	Accepted          int            `json:"accepted"`
	Whole             int            `json:"whole"`
	Refused           map[string]int `json:"refused"` // by status
	WithoutRetryAfter int            `json:"refused_without_retry_after"`
	LongestRetryAfter int            `json:"longest_retry_after_s"`
	Refusal           percentiles    `json:"refusal_ms"`
	Faults            map[string]int `json:"faults"`
	FirstByte         percentiles    `json:"first_byte_ms"`
	Gap               percentiles    `json:"gap_ms"`
	Events            int            `json:"events"`
	CPUPerEvent       float64        `json:"cpu_us_per_event,omitempty"`
	Seconds           float64        `json:"seconds"`
}

// Streams opens count streams, spread evenly over ramp, and follows each to its end.
func streams(arguments []string) (any, error) {
	flags := flag.NewFlagSet("streams", flag.ExitOnError)
	base := flags.String("url", "", "server to load")
	key := flags.String("key", "", "bearer key")
	count := flags.Int("count", 100, "streams")
	events := flags.Int("events", 40, "events a stream")
	ramp := flags.Duration("ramp", 0, "time over which they are opened")
	limit := flags.Duration("limit", time.Minute, "longest stream; then it is cut")
	pid := flags.Int("pid", 0, "server whose processor time, with its children's, is divided by the events")
	flags.Parse(arguments)
	target, err := wire.NewTarget(*base, *key)
	if err != nil {
		return nil, err
	}
	cost, err := meter(*pid)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	result := collect(open(target, *count, *events, *ramp, *limit))
	result.Seconds = time.Since(began).Seconds()
	spent, err := cost()
	if err != nil {
		return nil, err
	}
	result.CPUPerEvent = each(spent, result.Events)
	return result, nil
}

func open(target wire.Target, count, events int, ramp, limit time.Duration) []outcome {
	outcomes := make([]outcome, count)
	request := target.Request(true, events)
	began := time.Now()
	var group sync.WaitGroup
	for i := range outcomes {
		time.Sleep(time.Until(began.Add(ramp * time.Duration(i) / time.Duration(count))))
		group.Add(1)
		go func() {
			defer group.Done()
			outcomes[i] = stream(target, request, limit)
		}()
	}
	group.Wait()
	return outcomes
}

func collect(outcomes []outcome) streamsResult {
	result := streamsResult{Offered: len(outcomes), Refused: map[string]int{}, Faults: map[string]int{}}
	var firstBytes, gaps, refusals []time.Duration
	for _, seen := range outcomes {
		switch {
		case seen.status == 200:
			result.Accepted++
			result.Events += seen.events
			gaps = append(gaps, seen.gaps...)
			if seen.events > 0 {
				firstBytes = append(firstBytes, seen.firstByte)
			}
		case seen.status != 0:
			result.Refused[fmt.Sprint(seen.status)]++
			refusals = append(refusals, seen.refusal)
			result.retryAfter(seen.retryAfter)
		}
		if seen.whole {
			result.Whole++
		}
		if seen.fault != "" {
			result.Faults[seen.fault]++
		}
	}
	result.FirstByte, result.Gap, result.Refusal = percentilesOf(firstBytes), percentilesOf(gaps), percentilesOf(refusals)
	return result
}

func (r *streamsResult) retryAfter(text string) {
	seconds, err := strconv.Atoi(text)
	if err != nil {
		r.WithoutRetryAfter++
		return
	}
	r.LongestRetryAfter = max(r.LongestRetryAfter, seconds)
}
