// Package histogram counts durations.
package histogram

import (
	"math/bits"
	"time"
)

// Histogram counts durations in buckets of about 3 % width, from a microsecond up. It is not safe for concurrent use.
type Histogram struct {
	Count   int64
	Max     time.Duration
	buckets [64 * 32]int64
}

func bucketOf(us uint64) int {
	if us < 32 {
		return int(us)
	}
	e := bits.Len64(us) - 6
	return (e+1)*32 + int(us>>e) - 32
}

func bucketStart(b int) float64 {
	if b < 32 {
		return float64(b)
	}
	e := b/32 - 1
	return float64(uint64(b%32+32) << e)
}

func (h *Histogram) Add(d time.Duration) {
	h.Count++
	h.Max = max(h.Max, d)
	h.buckets[bucketOf(uint64(max(d.Microseconds(), 0)))]++
}

func (h *Histogram) Merge(o *Histogram) {
	h.Count += o.Count
	h.Max = max(h.Max, o.Max)
	for i, n := range o.buckets {
		h.buckets[i] += n
	}
}

// Quantile is in milliseconds.
func (h *Histogram) Quantile(q float64) float64 {
	if h.Count == 0 {
		return 0
	}
	rank, seen := int64(q*float64(h.Count-1)), int64(0)
	for i, n := range h.buckets {
		seen += n
		if seen > rank {
			return min(bucketStart(i), float64(h.Max.Microseconds())) / 1e3
		}
	}
	return float64(h.Max.Microseconds()) / 1e3
}

func (h *Histogram) Summary() map[string]float64 {
	return map[string]float64{"p50": h.Quantile(.5), "p90": h.Quantile(.9), "p99": h.Quantile(.99),
		"p999": h.Quantile(.999), "max": float64(h.Max.Microseconds()) / 1e3}
}
