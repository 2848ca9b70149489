package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rheo.dev/bench/load/internal/histogram"
	"rheo.dev/bench/load/internal/kube"
)

// A written object carries "stamp":"<writer>-<number>-<unix nanoseconds>" in its data. A watcher derives the latency from
// the time, and a missed, doubled or misordered event from the number: each writer counts 1, 2, 3, …
var stampMark = []byte(`"stamp":"`)

type writeResult struct {
	Writers   int                `json:"writers"`
	Mode      string             `json:"mode"`
	Writes    int64              `json:"writes"`
	Seconds   float64            `json:"seconds"`
	Rate      float64            `json:"writes_per_s"`
	Latency   map[string]float64 `json:"latency_ms"`
	Conflicts int64              `json:"conflicts,omitempty"`
	Errors    []string           `json:"errors,omitempty"`
	Watch     *deliveryResult    `json:"watch,omitempty"`
}

type deliveryResult struct {
	Watchers  int                `json:"watchers"`
	Events    int64              `json:"events"`
	Rate      float64            `json:"events_per_s"` // until the last watcher had the last event
	Latency   map[string]float64 `json:"latency_ms"`
	DrainedIn float64            `json:"drained_s"` // after the last write
	Missing   int64              `json:"missing"`
	Doubled   int64              `json:"doubled_or_misordered"`
	Bytes     int64              `json:"bytes"`
	Cut       int64              `json:"streams_cut"`
	Errors    []string           `json:"errors,omitempty"`
}

func write(f *flag.FlagSet, args []string) (any, error) {
	connect := kube.Flags(f)
	writers := f.Int("writers", 16, "number of writers")
	seconds := f.Float64("seconds", 10, "how long")
	size := f.Int("size", 1000, "bytes of an object's data")
	mode := f.String("mode", "create", "create: a new object each time; update: each writer its own object")
	watchers := f.Int("watchers", 0, "number of watchers at the same time")
	namespace := f.String("namespace", "load-write", "namespace to write in")
	connections := f.String("connections", "own", "own: one a writer or watcher; shared: one for all")
	drain := f.Duration("drain", time.Minute, "how long watchers may take after the last write")
	rate := f.Float64("rate", 0, "writes a second of all writers together, 0: as many as go")
	_ = f.Parse(args)
	srv, err := connect()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	control := srv.Client()
	if err := createNamespace(ctx, srv, control, *namespace); err != nil {
		return nil, err
	}
	path := "/api/v1/namespaces/" + *namespace + "/configmaps"
	status, body, err := srv.Call(ctx, control, "GET", path+"?limit=1", "")
	if err != nil || status != 200 {
		return nil, fmt.Errorf("list: %d %v %.200s", status, err, body)
	}
	client := srv.Clients(*connections == "own")
	run := fmt.Sprintf("%x", time.Now().UnixNano())
	d := &delivery{server: srv, run: run, path: path + "?watch=true&timeoutSeconds=3600&resourceVersion=" +
		valueAfter(body, versionMark), writers: *writers}
	ready := d.start(ctx, *watchers, client)
	if err := ready(); err != nil {
		return nil, err
	}

	out := &writeResult{Writers: *writers, Mode: *mode}
	all, lock := new(histogram.Histogram), sync.Mutex{}
	pad := strings.Repeat("x", max(0, *size-60))
	begin := time.Now()
	end := begin.Add(time.Duration(*seconds * float64(time.Second)))
	var wait sync.WaitGroup
	var failures sync.Map
	for w := range *writers {
		wait.Go(func() {
			c, mine, n := client(w), new(histogram.Histogram), 0
			defer func() {
				lock.Lock()
				all.Merge(mine)
				lock.Unlock()
			}()
			for time.Now().Before(end) {
				if *rate > 0 {
					time.Sleep(time.Until(begin.Add(time.Duration(float64(n) * float64(*writers) / *rate * 1e9))))
				}
				n++
				name, method, to := fmt.Sprintf("w-%s-%d-%d", run, w, n), "POST", path
				if *mode == "update" {
					name = fmt.Sprintf("w-%s-%d", run, w)
					if n > 1 {
						method, to = "PUT", path+"/"+name
					}
				}
				at := time.Now()
				object := `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"` + name + `"},"data":{"pad":"` + pad +
					`","stamp":"` + fmt.Sprintf("%s-%d-%d-%d", run, w, n, at.UnixNano()) + `"}}`
				status, answer, err := srv.Call(ctx, c, method, to, object)
				if err == nil && status != 200 && status != 201 {
					err = fmt.Errorf("%d %.200s", status, answer)
				}
				if err != nil {
					failures.Store(err.Error(), true)
					return // the numbers of this writer must have no gap
				}
				mine.Add(time.Since(at))
			}
		})
	}
	wait.Wait()
	last := time.Now()
	out.Seconds = last.Sub(begin).Seconds()
	out.Writes, out.Rate, out.Latency = all.Count, float64(all.Count)/out.Seconds, all.Summary()
	failures.Range(func(k, _ any) bool { out.Errors = append(out.Errors, k.(string)); return len(out.Errors) < 5 })
	if *watchers > 0 {
		out.Watch = d.finish(all.Count, begin, last, *drain, cancel)
	}
	return out, nil
}

// writeFor lets each writer do its step again and again, with the number of the write, until it fails or the time is over.
func writeFor(seconds float64, writers []func(n int) error, mode string) *writeResult {
	out := &writeResult{Writers: len(writers), Mode: mode}
	all, lock := new(histogram.Histogram), sync.Mutex{}
	begin := time.Now()
	var wait sync.WaitGroup
	for _, step := range writers {
		wait.Go(func() {
			mine, failed := new(histogram.Histogram), error(nil)
			for n := 0; failed == nil && time.Since(begin).Seconds() < seconds; n++ {
				at := time.Now()
				if failed = step(n); failed == nil {
					mine.Add(time.Since(at))
				}
			}
			lock.Lock()
			defer lock.Unlock()
			all.Merge(mine)
			if failed != nil && len(out.Errors) < 5 {
				out.Errors = append(out.Errors, failed.Error())
			}
		})
	}
	wait.Wait()
	out.Seconds = time.Since(begin).Seconds()
	out.Writes, out.Rate, out.Latency = all.Count, float64(all.Count)/out.Seconds, all.Summary()
	return out
}

// delivery is the watching side of `write`.
type delivery struct {
	server  *kube.Server
	run     string
	path    string
	writers int

	watchers int
	events   atomic.Int64
	bytes    atomic.Int64
	doubled  atomic.Int64
	cut      atomic.Int64
	lastAt   atomic.Int64 // time of the last event, unix nanoseconds
	ending   atomic.Bool
	failures sync.Map
	wait     sync.WaitGroup
	lock     sync.Mutex
	latency  histogram.Histogram
}

// start opens the watches; the function it returns waits until the server has answered all of them.
func (d *delivery) start(ctx context.Context, n int, client func(int) *http.Client) func() error {
	d.watchers = n
	ready := make(chan error, n)
	for i := range n {
		d.wait.Go(func() { d.one(ctx, client(1<<20+i), ready) })
	}
	return func() error {
		for range n {
			if err := <-ready; err != nil {
				return err
			}
		}
		return nil
	}
}

func (d *delivery) one(ctx context.Context, c *http.Client, ready chan<- error) {
	resp, err := c.Do(d.server.Request(ctx, "GET", d.path, nil))
	if err == nil && resp.StatusCode != 200 {
		err = kube.Refused(resp)
	}
	ready <- err
	if err != nil {
		return
	}
	defer resp.Body.Close()
	mine := new(histogram.Histogram)
	seen := make([]int, d.writers)
	r := bufio.NewReaderSize(resp.Body, 16<<10)
	for {
		line, err := r.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			err = fmt.Errorf("an event of more than 16 KiB: %.100s", line)
		}
		if err == nil {
			err = d.event(line, seen, mine)
		}
		if err != nil {
			if !d.ending.Load() {
				d.cut.Add(1)
				d.failures.Store(err.Error(), true)
			}
			break
		}
	}
	d.lock.Lock()
	d.latency.Merge(mine)
	d.lock.Unlock()
}

func (d *delivery) event(line []byte, seen []int, mine *histogram.Histogram) error {
	if bytes.HasPrefix(line, errorMark) {
		return fmt.Errorf("ERROR event: %.300s", line)
	}
	stamp := strings.Split(valueAfter(line, stampMark), "-")
	if len(stamp) != 4 || stamp[0] != d.run {
		return nil // a bookmark, or an object of another run
	}
	w, err1 := strconv.Atoi(stamp[1])
	n, err2 := strconv.Atoi(stamp[2])
	at, err3 := strconv.ParseInt(stamp[3], 10, 64)
	if err1 != nil || err2 != nil || err3 != nil || w >= len(seen) {
		return fmt.Errorf("a stamp that nobody wrote: %q", stamp)
	}
	now := time.Now().UnixNano()
	if n != seen[w]+1 {
		d.doubled.Add(1)
	}
	seen[w] = max(seen[w], n)
	mine.Add(time.Duration(now - at))
	d.lastAt.Store(now)
	d.bytes.Add(int64(len(line)))
	d.events.Add(1)
	return nil
}

func (d *delivery) finish(writes int64, begin, last time.Time, drain time.Duration, cancel func()) *deliveryResult {
	want := writes * int64(d.watchers)
	for end := time.Now().Add(drain); d.events.Load() < want && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	d.ending.Store(true)
	cancel()
	d.wait.Wait()
	at := time.Unix(0, d.lastAt.Load())
	out := &deliveryResult{Watchers: d.watchers, Events: d.events.Load(), Latency: d.latency.Summary(),
		Rate: float64(d.events.Load()) / at.Sub(begin).Seconds(), DrainedIn: max(0, at.Sub(last).Seconds()),
		Missing: max(0, want-d.events.Load()), Doubled: d.doubled.Load(), Bytes: d.bytes.Load(), Cut: d.cut.Load()}
	d.failures.Range(func(k, _ any) bool { out.Errors = append(out.Errors, k.(string)); return len(out.Errors) < 5 })
	return out
}
