package main

import (
	"flag"
	"fmt"
	"time"

	"headway.dev/gateway-bench/wire"
)

type addedResult struct {
	Direct  percentiles `json:"direct_ms"`
	Through percentiles `json:"through_ms"`
	Added   float64     `json:"added_p50_ms"`
}

// Added asks the model server and the gateway by turns, one request at a time, so that both see the same machine.
func added(arguments []string) (any, error) {
	flags := flag.NewFlagSet("added", flag.ExitOnError)
	base := flags.String("url", "", "server to measure")
	direct := flags.String("direct", "", "model server behind it")
	key := flags.String("key", "", "bearer key")
	duration := flags.Duration("duration", 1500*time.Millisecond, "how long")
	flags.Parse(arguments)
	var askers [2]connection
	for i, address := range []string{*direct, *base} {
		target, err := wire.NewTarget(address, *key)
		if err != nil {
			return nil, err
		}
		askers[i] = connection{target: target, request: target.Request(false, 16)}
		defer askers[i].close()
	}
	var took [2][]time.Duration
	for end := time.Now().Add(*duration); time.Now().Before(end); {
		for i := range askers {
			once, err := askers[i].ask()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", askers[i].target.Address, err)
			}
			took[i] = append(took[i], once)
		}
	}
	result := addedResult{Direct: percentilesOf(took[0]), Through: percentilesOf(took[1])}
	result.Added = result.Through.P50 - result.Direct.P50
	return result, nil
}
