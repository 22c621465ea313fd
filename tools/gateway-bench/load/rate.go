package main

import (
	"flag"
	"sync"
	"time"

	"headway.dev/gateway-bench/wire"
)

type rateResult struct {
	RequestsPerSecond float64        `json:"requests_per_second"`
	Latency           percentiles    `json:"latency_ms"`
	Errors            map[string]int `json:"errors"`
	CPUPerRequest     float64        `json:"cpu_us_per_request,omitempty"`
}

// Rate is a closed loop: each connection asks again as soon as it is answered.
func rate(arguments []string) (any, error) {
	flags := flag.NewFlagSet("rate", flag.ExitOnError)
	base := flags.String("url", "", "server to load")
	key := flags.String("key", "", "bearer key")
	connections := flags.Int("connections", 32, "keep-alive connections")
	duration := flags.Duration("duration", 3*time.Second, "how long")
	warmup := flags.Duration("warmup", 500*time.Millisecond, "asked before that, not counted")
	pid := flags.Int("pid", 0, "server whose processor time, with its children's, is divided by the requests")
	flags.Parse(arguments)
	target, err := wire.NewTarget(*base, *key)
	if err != nil {
		return nil, err
	}
	begin := time.Now().Add(*warmup)
	end := begin.Add(*duration)
	results := make([]tally, *connections)
	var group sync.WaitGroup
	for i := range results {
		group.Add(1)
		go func() {
			defer group.Done()
			results[i] = loop(target, begin, end, 0)
		}()
	}
	time.Sleep(time.Until(begin))
	cost, err := meter(*pid)
	if err != nil {
		return nil, err
	}
	time.Sleep(time.Until(end))
	spent, err := cost()
	if err != nil {
		return nil, err
	}
	group.Wait()
	sum := merge(results)
	result := rateResult{Latency: percentilesOf(sum.latencies), Errors: sum.errors}
	result.RequestsPerSecond = float64(len(sum.latencies)) / duration.Seconds()
	result.CPUPerRequest = each(spent, len(sum.latencies))
	return result, nil
}

type tally struct {
	latencies []time.Duration
	errors    map[string]int
}

// Loop asks from now to end and counts what is answered from begin on; period, if any, is the time from one request
// to the next. After an error it waits a little, lest a server that refuses be asked in a tight loop.
func loop(target wire.Target, begin, end time.Time, period time.Duration) tally {
	asker := connection{target: target, request: target.Request(false, 16)}
	defer asker.close()
	result := tally{errors: map[string]int{}}
	next := time.Now()
	for {
		took, err := asker.ask()
		now := time.Now()
		switch {
		case now.After(end):
			return result
		case err != nil:
			result.errors[err.Error()]++
			time.Sleep(10 * time.Millisecond)
		case now.After(begin):
			result.latencies = append(result.latencies, took)
		}
		if period > 0 {
			next = next.Add(period)
			time.Sleep(time.Until(next))
		}
	}
}

func merge(results []tally) tally {
	sum := tally{errors: map[string]int{}}
	for _, result := range results {
		sum.latencies = append(sum.latencies, result.latencies...)
		for name, count := range result.errors {
			sum.errors[name] += count
		}
	}
	return sum
}
