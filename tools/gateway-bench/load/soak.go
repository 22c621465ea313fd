package main

import (
	"flag"
	"sync"
	"time"

	"headway.dev/gateway-bench/wire"
)

type soakResult struct {
	Seconds           float64        `json:"seconds"`
	RequestsPerSecond float64        `json:"requests_per_second"`
	Streams           int            `json:"streams"`
	WholeStreams      int            `json:"whole_streams"`
	Errors            map[string]int `json:"errors"`
	growth
}

// Soak keeps a steady rate of short requests and a steady number of streams, each over a new connection.
func soak(arguments []string) (any, error) {
	flags := flag.NewFlagSet("soak", flag.ExitOnError)
	base := flags.String("url", "", "server to load")
	key := flags.String("key", "", "bearer key")
	perSecond := flags.Float64("rate", 100, "requests a second, over the connections")
	connections := flags.Int("connections", 32, "keep-alive connections")
	streams := flags.Int("streams", 50, "streams open at any time")
	events := flags.Int("events", 40, "events a stream")
	duration := flags.Duration("duration", 20*time.Second, "how long")
	pid := flags.Int("pid", 0, "the server")
	flags.Parse(arguments)
	target, err := wire.NewTarget(*base, *key)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	end := began.Add(*duration)
	short := make([]tally, *connections)
	long := make([]streamTally, *streams)
	period := time.Duration(float64(time.Second) * float64(*connections) / *perSecond)
	var group sync.WaitGroup
	for i := range short {
		group.Add(1)
		go func() {
			defer group.Done()
			time.Sleep(period * time.Duration(i) / time.Duration(*connections))
			short[i] = loop(target, began, end, period)
		}()
	}
	request := target.Request(true, *events)
	for i := range long {
		group.Add(1)
		go func() {
			defer group.Done()
			long[i] = streamLoop(target, request, end)
		}()
	}
	seen, err := watch(*pid, end)
	group.Wait()
	if err != nil {
		return nil, err
	}
	result := soakResult{Seconds: duration.Seconds(), growth: seen.growth()}
	for _, tally := range long {
		result.Streams += tally.opened
		result.WholeStreams += tally.whole
		short = append(short, tally.tally)
	}
	sum := merge(short)
	result.RequestsPerSecond = float64(len(sum.latencies)) / duration.Seconds()
	result.Errors = sum.errors
	return result, nil
}

type streamTally struct {
	tally
	opened, whole int
}

// StreamLoop opens one stream after the other until end; the last one is followed to its own end.
func streamLoop(target wire.Target, request []byte, end time.Time) streamTally {
	result := streamTally{tally: tally{errors: map[string]int{}}}
	for time.Now().Before(end) {
		seen := stream(target, request, time.Minute)
		result.opened++
		if seen.whole {
			result.whole++
			continue
		}
		result.errors["stream: "+seen.fault]++
		time.Sleep(100 * time.Millisecond)
	}
	return result
}
