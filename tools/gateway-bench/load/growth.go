package main

import (
	"time"

	"headway.dev/gateway-bench/procfs"
)

// Growth is how memory and descriptors of the server moved after the first quarter of a run, in which pools fill and
// caches warm. 1 MB is 10^6 bytes; slopes are least-squares lines'.
type growth struct {
	RSSSlope         float64 `json:"rss_slope_mb_per_minute"`
	RSSFirst         float64 `json:"rss_first_mb"`
	RSSLast          float64 `json:"rss_last_mb"`
	DescriptorSlope  float64 `json:"descriptors_slope_per_minute"`
	DescriptorsFirst int     `json:"descriptors_first"`
	DescriptorsLast  int     `json:"descriptors_last"`
}

type sample struct {
	minutes float64
	usage   procfs.Usage
}

type samples []sample

// Watch looks at the server twice a second until end.
func watch(pid int, end time.Time) (samples, error) {
	began := time.Now()
	var seen samples
	for time.Now().Before(end) {
		usage, err := procfs.Tree(pid)
		if err != nil {
			return nil, err
		}
		seen = append(seen, sample{time.Since(began).Minutes(), usage})
		time.Sleep(500 * time.Millisecond)
	}
	return seen, nil
}

func (s samples) growth() growth {
	if len(s) == 0 {
		return growth{}
	}
	steady := s[len(s)/4:]
	first, last := steady[0].usage, steady[len(steady)-1].usage
	return growth{
		RSSSlope:         steady.slope(func(u procfs.Usage) float64 { return megabytes(u.RSS) }),
		RSSFirst:         megabytes(first.RSS),
		RSSLast:          megabytes(last.RSS),
		DescriptorSlope:  steady.slope(func(u procfs.Usage) float64 { return float64(u.Descriptors) }),
		DescriptorsFirst: first.Descriptors,
		DescriptorsLast:  last.Descriptors,
	}
}

func megabytes(bytes int64) float64 { return float64(bytes) / 1e6 }

func (s samples) slope(of func(procfs.Usage) float64) float64 {
	var meanX, meanY float64
	for _, at := range s {
		meanX += at.minutes / float64(len(s))
		meanY += of(at.usage) / float64(len(s))
	}
	var up, across float64
	for _, at := range s {
		x := at.minutes - meanX
		up += x * (of(at.usage) - meanY)
		across += x * x
	}
	if across == 0 {
		return 0
	}
	return up / across
}
