package main

import (
	"slices"
	"time"
)

// summary says how a row of measurements spreads.
type summary struct{ least, median, most time.Duration }

// spread sums up at least one measurement.
func spread(took []time.Duration) summary {
	sorted := slices.Sorted(slices.Values(took))
	middle := len(sorted) / 2
	median := sorted[middle]
	if len(sorted)%2 == 0 {
		median = (sorted[middle-1] + sorted[middle]) / 2
	}
	return summary{sorted[0], median, sorted[len(sorted)-1]}
}

// over is the ratio of the medians.
func (s summary) over(base summary) float64 { return float64(s.median) / float64(base.median) }
