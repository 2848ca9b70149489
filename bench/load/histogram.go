package main

import (
	"math/bits"
	"time"
)

// histogram counts durations in buckets of about 3 % width, from a microsecond up. It is not safe for concurrent use.
type histogram struct {
	count   int64
	max     time.Duration
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

func (h *histogram) add(d time.Duration) {
	h.count++
	h.max = max(h.max, d)
	h.buckets[bucketOf(uint64(max(d.Microseconds(), 0)))]++
}

func (h *histogram) merge(o *histogram) {
	h.count += o.count
	h.max = max(h.max, o.max)
	for i, n := range o.buckets {
		h.buckets[i] += n
	}
}

// quantile is in milliseconds.
func (h *histogram) quantile(q float64) float64 {
	if h.count == 0 {
		return 0
	}
	rank, seen := int64(q*float64(h.count-1)), int64(0)
	for i, n := range h.buckets {
		seen += n
		if seen > rank {
			return min(bucketStart(i), float64(h.max.Microseconds())) / 1e3
		}
	}
	return float64(h.max.Microseconds()) / 1e3
}

func (h *histogram) summary() map[string]float64 {
	return map[string]float64{"p50": h.quantile(.5), "p90": h.quantile(.9), "p99": h.quantile(.99),
		"p999": h.quantile(.999), "max": float64(h.max.Microseconds()) / 1e3}
}
