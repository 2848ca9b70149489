package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"rheo.dev/bench/load/internal/kube"
	"rheo.dev/bench/load/internal/process"
)

// honest is a client as there are thousands: it gets, writes little, watches what it writes, now and then lists a lot, and
// somebody asks for its server's health. What it must never see goes into faults.
//
// 429 and 503 with a Retry-After are tried again as client-go does it: after the time that the server names, ten times. They
// are counted, and their waits are part of the latency. Nothing else is tried again.
type honest struct {
	srv    *kube.Server
	series *series
	ledger *ledger

	lock   sync.Mutex
	faults map[string]int64
}

const retries = 10 // client-go: rest.Request.maxRetries

func (h *honest) fault(format string, args ...any) {
	h.lock.Lock()
	defer h.lock.Unlock()
	if text := fmt.Sprintf(format, args...); len(h.faults) < 50 || h.faults[text] > 0 {
		h.faults[text]++
	}
}

type honestResult struct {
	Begin    float64               `json:"begin"`
	Seconds  float64               `json:"seconds"`
	Series   map[string]lineResult `json:"series"`
	Faults   map[string]int64      `json:"faults"`
	Written  int                   `json:"writes_acknowledged"`
	Watchers int                   `json:"watchers"`
	Events   int64                 `json:"events_delivered"`
	Missing  int64                 `json:"events_missing"`
	Wrong    int64                 `json:"events_doubled_or_misordered"`
	Cuts     int64                 `json:"watches_cut_and_resumed"`
	Lists    int64                 `json:"watch_lists_complete"`
	CPU      float64               `json:"client_cpu_s"`
}

func honestCommand(f *flag.FlagSet, args []string) (any, error) {
	connect := kube.Flags(f)
	from := f.String("manifest", "manifest.json", "manifest `file` of prepare")
	limit := f.Duration("timeout", time.Hour, "end after this time even without SIGTERM")
	watches := f.Int("watches", 50, "watches")
	every := f.Duration("watch-list-every", 20*time.Second, "a watch list of all big Secrets")
	_ = f.Parse(args)
	srv, err := connect()
	if err != nil {
		return nil, err
	}
	if _, err := loopback(srv); err != nil {
		return nil, err
	}
	var m manifest
	b, err := os.ReadFile(*from)
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil {
		return nil, err
	}
	h := &honest{srv: srv, series: newSeries(), faults: map[string]int64{}, ledger: newLedger()}
	ctx, cancel := untilTold(*limit)
	defer cancel()
	hurry := make(chan os.Signal, 1) // SIGINT: the server is gone, and nobody need wait for its last events
	signal.Notify(hurry, syscall.SIGINT)
	started := time.Now()

	version, err := h.version(ctx)
	if err != nil {
		return nil, err
	}
	// Watchers go on after the writers, until they have seen everything.
	watching, stop := context.WithCancel(context.Background())
	defer stop()
	all := make([]*watcher, *watches)
	var watchers, workers sync.WaitGroup
	var client *http.Client
	for i := range all {
		if i%5 == 0 {
			client = srv.Client()
		}
		all[i] = &watcher{h: h, client: client, version: version}
		watchers.Go(func() { all[i].run(watching) })
	}
	fmt.Fprintln(os.Stderr, "begun")
	for i := range 4 {
		workers.Go(func() { h.writer(ctx, i) })
	}
	for range 2 {
		workers.Go(func() { h.reader(ctx) })
	}
	lists := int64(0)
	workers.Go(func() { lists = h.lister(ctx, m, *every) })
	for _, path := range []string{"readyz", "livez"} {
		for _, fresh := range []bool{false, true} {
			workers.Go(func() { h.prober(ctx, path, fresh) })
		}
	}
	workers.Wait()
	out := &honestResult{Begin: float64(started.UnixMilli()) / 1e3, Written: h.ledger.size(), Watchers: *watches}
	whole := h.settle(all, hurry)
	stop()
	watchers.Wait()
	for _, w := range all {
		events, missing, wrong := h.ledger.judge(w)
		if !whole {
			missing = 0 // they might have come yet
		}
		out.Events, out.Missing, out.Wrong, out.Cuts = out.Events+events, out.Missing+missing, out.Wrong+wrong, out.Cuts+w.cuts
	}
	out.Seconds = time.Since(started).Seconds()
	out.Series, out.Faults, out.Lists = h.series.results(), h.faults, lists
	out.CPU = process.CPUSeconds()
	return out, nil
}

// settle waits until each watcher has every write that was acknowledged, half a minute at most. False: it was told to hurry.
func (h *honest) settle(all []*watcher, hurry <-chan os.Signal) bool {
	last, number := h.ledger.last(), int64(h.ledger.size())
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		behind := 0
		for _, w := range all {
			if w.seen.Load() < last || w.told.Load() < number {
				behind++
			}
		}
		if behind == 0 {
			break
		}
		select {
		case <-hurry:
			return false
		case <-tick.C:
		}
	}
	return true
}

// call sends a request and reads its answer. An error is not tried again, and is a fault.
func (h *honest) call(ctx context.Context, c *http.Client, what, method, path, body string) (int, []byte, error) {
	begin := time.Now()
	for try := 0; ; try++ {
		one, cancel := context.WithTimeout(context.Background(), 60*time.Second)
		var r io.Reader
		if body != "" {
			r = strings.NewReader(body)
		}
		resp, err := c.Do(h.srv.Request(one, method, path, r))
		var b []byte
		if err == nil {
			b, err = io.ReadAll(resp.Body)
			resp.Body.Close()
		}
		cancel()
		if err != nil {
			h.series.failed(what)
			h.fault("%s %s: %s", what, method, said(err))
			return 0, nil, err
		}
		if wait, again := retryAfter(resp); again && try < retries {
			h.series.refused(what)
			pause(ctx, wait)
			if ctx.Err() != nil {
				return resp.StatusCode, b, ctx.Err()
			}
			continue
		}
		h.series.took(what, time.Since(begin))
		return resp.StatusCode, b, nil
	}
}

// said is an error as the server told it, or its kind.
func said(err error) string {
	switch k := kind(err); k {
	case "GOAWAY":
		_, rest, _ := strings.Cut(err.Error(), k)
		return k + rest
	case "stream error":
		_, code, _ := strings.Cut(err.Error(), ";") // before it is the stream's number
		return k + code
	default:
		return k
	}
}

// retryAfter tells whether client-go would try again, and after how long.
func retryAfter(r *http.Response) (time.Duration, bool) {
	if r.StatusCode != http.StatusTooManyRequests && r.StatusCode < 500 {
		return 0, false
	}
	seconds, err := strconv.Atoi(r.Header.Get("Retry-After"))
	return time.Duration(seconds) * time.Second, err == nil
}

// version is the revision that the watches begin after.
func (h *honest) version(ctx context.Context) (int64, error) {
	status, b, err := h.call(ctx, h.srv.Client(), "list", "GET", honestPath+"?limit=1", "")
	if err != nil || status != 200 {
		return 0, fmt.Errorf("list: %d, %v", status, err)
	}
	var list struct {
		Metadata struct{ ResourceVersion string }
	}
	if err := json.Unmarshal(b, &list); err != nil {
		return 0, err
	}
	return strconv.ParseInt(list.Metadata.ResourceVersion, 10, 64)
}

// reader gets one of the ground's small objects 5 times a second. Nobody may change it.
func (h *honest) reader(ctx context.Context) {
	c := h.srv.Client()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for ctx.Err() == nil {
		status, b, err := h.call(ctx, c, "get", "GET", groundPath+"/configmaps/large", "")
		if err == nil && ctx.Err() == nil && (status != 200 || bytes.Count(b, []byte("l")) < 100_000) {
			h.series.failed("get")
			h.fault("get: %d, %d bytes", status, len(b))
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// prober asks for the server's health each 200 ms, on a connection that it keeps or on a new one, without credentials, as
// a load balancer does. It never tries again.
func (h *honest) prober(ctx context.Context, path string, fresh bool) {
	anonymous := *h.srv
	anonymous.HTTP2 = !fresh
	anonymous.TLS = h.srv.TLS.Clone()
	anonymous.TLS.Certificates, anonymous.Token = nil, ""
	c := anonymous.Client()
	name := path + ", kept"
	if fresh {
		c.Transport.(*http.Transport).DisableKeepAlives = true
		name = path + ", fresh"
	}
	c.Timeout = 60 * time.Second
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for ctx.Err() == nil {
		begin := time.Now()
		steps := probe{At: float64(begin.UnixMilli()) / 1e3}
		resp, err := c.Do(anonymous.Request(steps.traced(begin), "GET", "/"+path, nil))
		code := 0
		if err == nil {
			_, err = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			code = resp.StatusCode
		}
		took := time.Since(begin)
		h.series.took(name, took)
		if took > slowProbe {
			steps.Done = milliseconds(took)
			h.series.slow(name, steps)
		}
		if err != nil {
			h.series.failed(name)
			h.fault("%s: %s", name, kind(err))
		} else if code != 200 {
			h.series.failed(name)
			h.fault("%s: %d", name, code)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

const payloadMark = `"payload":"`

// lister reads all big Secrets by a watch list from time to time, and compares each with its checksum.
func (h *honest) lister(ctx context.Context, m manifest, every time.Duration) (complete int64) {
	for ctx.Err() == nil {
		begin := time.Now()
		c := h.srv.Client()
		err := h.watchList(ctx, c, m)
		c.CloseIdleConnections()
		if ctx.Err() != nil && !errors.Is(err, errWrong) {
			return complete // it was not to end any more
		}
		if err == nil {
			complete++
			h.series.took("watch list", time.Since(begin))
		} else {
			h.series.failed("watch list")
			h.fault("watch list: %v", err)
		}
		pause(ctx, every-time.Since(begin))
	}
	return complete
}

var errWrong = errors.New("wrong")

func (h *honest) watchList(ctx context.Context, c *http.Client, m manifest) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	resp, err := h.opened(ctx, c, "watch list", bigPath+watchList)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 {
		return fmt.Errorf("%d", resp.StatusCode)
	}
	r := bufio.NewReaderSize(resp.Body, 64<<10)
	var line []byte
	for n := 0; ; n++ {
		line = line[:0]
		for {
			piece, err := r.ReadSlice('\n')
			line = append(line, piece...)
			if err == nil {
				break
			}
			if err != bufio.ErrBufferFull {
				return fmt.Errorf("ended after %d of %d objects: %s", n, len(m.Checksums), kind(err))
			}
		}
		if bytes.Contains(line[:min(len(line), 1000)], []byte(`"k8s.io/initial-events-end":"true"`)) {
			if n != len(m.Checksums) {
				return fmt.Errorf("%w: %d of %d objects", errWrong, n, len(m.Checksums))
			}
			return nil
		}
		_, rest, found := bytes.Cut(line, []byte(payloadMark))
		payload, _, _ := bytes.Cut(rest, []byte(`"`))
		named := bytes.Contains(line, []byte(`"name":"`+bigName(n)+`"`))
		if !found || n >= len(m.Checksums) || !named || crc32.ChecksumIEEE(payload) != m.Checksums[n] {
			return fmt.Errorf("%w: object %d is not what was created: %.100s", errWrong, n, line)
		}
	}
}

// opened is the answer to a GET of a stream, tried again as client-go does where it is refused.
func (h *honest) opened(ctx context.Context, c *http.Client, what, path string) (*http.Response, error) {
	for try := 0; ; try++ {
		resp, err := c.Do(h.srv.Request(ctx, "GET", path, nil))
		if err != nil {
			return nil, errors.New(kind(err))
		}
		wait, again := retryAfter(resp)
		if !again || try >= retries {
			return resp, nil
		}
		resp.Body.Close()
		h.series.refused(what)
		pause(ctx, wait)
	}
}
