package main

import (
	"sync"
	"time"

	"rheo.dev/bench/load/internal/histogram"
)

// series is what happened in each second: how many, how fast, how often it was refused.
type series struct {
	begin time.Time
	lock  sync.Mutex
	all   map[string]*line
}

type line struct {
	total   histogram.Histogram
	buckets []*bucket
	refused int64
	failed  int64
	slow    []probe
}

type bucket struct {
	times   histogram.Histogram
	refused int64
	failed  int64
}

// point is a second of the series, times in milliseconds.
type point struct {
	Second  int     `json:"s"`
	Count   int64   `json:"n"`
	P50     float64 `json:"p50"`
	P99     float64 `json:"p99"`
	Max     float64 `json:"max"`
	Refused int64   `json:"refused,omitempty"`
	Failed  int64   `json:"failed,omitempty"`
}

type lineResult struct {
	Count   int64              `json:"count"`
	Refused int64              `json:"refused"` // answers 429 and 503, after each of which it was tried again
	Failed  int64              `json:"failed"`
	Latency map[string]float64 `json:"latency_ms"` // of one operation with all of its tries
	Seconds []point            `json:"seconds"`
	Slow    []probe            `json:"slow,omitempty"`
}

func newSeries() *series { return &series{begin: time.Now(), all: map[string]*line{}} }

func (s *series) at(name string) (*line, *bucket) {
	l := s.all[name]
	if l == nil {
		l = &line{}
		s.all[name] = l
	}
	second := int(time.Since(s.begin).Seconds())
	for len(l.buckets) <= second {
		l.buckets = append(l.buckets, nil)
	}
	if l.buckets[second] == nil {
		l.buckets[second] = &bucket{}
	}
	return l, l.buckets[second]
}

func (s *series) took(name string, d time.Duration) {
	s.lock.Lock()
	defer s.lock.Unlock()
	l, b := s.at(name)
	l.total.Add(d)
	b.times.Add(d)
}

func (s *series) refused(name string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	l, b := s.at(name)
	l.refused++
	b.refused++
}

func (s *series) failed(name string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	l, b := s.at(name)
	l.failed++
	b.failed++
}

func (s *series) slow(name string, p probe) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if l, _ := s.at(name); len(l.slow) < mostSlow {
		l.slow = append(l.slow, p)
	}
}

func (s *series) results() map[string]lineResult {
	s.lock.Lock()
	defer s.lock.Unlock()
	out := map[string]lineResult{}
	for name, l := range s.all {
		r := lineResult{Count: l.total.Count, Refused: l.refused, Failed: l.failed, Latency: l.total.Summary(), Slow: l.slow}
		for i, b := range l.buckets {
			if b != nil {
				r.Seconds = append(r.Seconds, point{i, b.times.Count, b.times.Quantile(.5), b.times.Quantile(.99),
					float64(b.times.Max.Microseconds()) / 1e3, b.refused, b.failed})
			}
		}
		out[name] = r
	}
	return out
}
