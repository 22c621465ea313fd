package main

import (
	"math"
	"testing"

	"headway.dev/gateway-bench/procfs"
)

func TestTheSlopeIsThatOfALeakAfterTheWarmUp(t *testing.T) {
	var seen samples
	for i := range 40 {
		bytes := int64(100e6) // the warm-up: a jump that is no leak
		if i >= 10 {
			bytes = 200e6 + int64(i)*1e6
		}
		seen = append(seen, sample{float64(i) / 2, procfs.Usage{RSS: bytes, Descriptors: 7}})
	}
	grown := seen.growth()
	if math.Abs(grown.RSSSlope-2) > 1e-6 || math.Abs(grown.DescriptorSlope) > 1e-6 || grown.DescriptorsLast != 7 {
		t.Fatalf("%+v", grown)
	}
}
