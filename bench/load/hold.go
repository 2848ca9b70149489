package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"rheo.dev/bench/load/internal/kube"
)

// holder is many informers without a store: each syncs by a watch list, remembers the last resourceVersion, and resumes
// from it after a cut, as client-go does. What they had to ask for again is counted.
type holder struct {
	server *kube.Server
	path   string
	nodes  int // if above 0, each informer follows the pods of one of so many nodes
	back   time.Duration

	connected  atomic.Int64
	synced     atomic.Int64
	cuts       atomic.Int64
	resumed    atomic.Int64
	relists    atomic.Int64
	expired    atomic.Int64
	refusals   atomic.Int64
	events     atomic.Int64
	bytes      atomic.Int64
	relisted   atomic.Int64 // bytes of initial events after the first sync
	failures   sync.Map
	lastResume atomic.Int64
}

type holdResult struct {
	Informers     int      `json:"informers"`
	Synced        int64    `json:"synced"`
	FirstSync     float64  `json:"first_sync_s"`
	Cuts          int64    `json:"cuts"`
	Resumed       int64    `json:"resumed"`
	Relists       int64    `json:"relists"`
	Expired       int64    `json:"expired_410"`
	Refusals      int64    `json:"refusals"` // answers other than 200, and connections refused
	Events        int64    `json:"events"`
	Bytes         int64    `json:"bytes"`
	RelistedBytes int64    `json:"relisted_bytes"`
	Connected     int64    `json:"connected_at_end"`
	Errors        []string `json:"errors,omitempty"`
}

func hold(f *flag.FlagSet, args []string) (any, error) {
	connect := kube.Flags(f)
	n := f.Int("informers", 200, "number of informers")
	path := f.String("path", "/api/v1/configmaps", "collection to watch")
	connections := f.String("connections", "own", "own or shared")
	h := &holder{}
	f.IntVar(&h.nodes, "by-node", 0, "each informer follows the pods of one of so many nodes, instead of -path")
	f.DurationVar(&h.back, "backoff", 500*time.Millisecond, "wait after a failure, with as much jitter")
	limit := f.Duration("timeout", time.Hour, "end after this time even without SIGTERM")
	_ = f.Parse(args)
	srv, err := connect()
	if err != nil {
		return nil, err
	}
	h.server, h.path = srv, *path
	ctx, cancel := context.WithTimeout(context.Background(), *limit)
	defer cancel()
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	client := srv.Clients(*connections == "own")
	begin := time.Now()
	var wait sync.WaitGroup
	for i := range *n {
		wait.Go(func() { h.informer(ctx, client(i), i) })
	}
	first := h.report(ctx, *n, begin)
	atEnd := h.connected.Load()
	wait.Wait()
	out := &holdResult{*n, h.synced.Load(), first, h.cuts.Load(), h.resumed.Load(), h.relists.Load(), h.expired.Load(),
		h.refusals.Load(), h.events.Load(), h.bytes.Load(), h.relisted.Load(), atEnd, nil}
	h.failures.Range(func(k, _ any) bool { out.Errors = append(out.Errors, k.(string)); return len(out.Errors) < 5 })
	return out, nil
}

// report writes one line to stderr when all are synced, when one is cut, and when all are back, until ctx ends.
func (h *holder) report(ctx context.Context, n int, begin time.Time) (first float64) {
	all, since := false, begin
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return first
		case <-tick.C:
		}
		switch now := h.connected.Load() == int64(n); {
		case now && !all:
			if first == 0 {
				first = time.Since(begin).Seconds()
				fmt.Fprintf(os.Stderr, "synced %.3f\n", first)
			} else {
				fmt.Fprintf(os.Stderr, "back %.3f\n", time.Since(since).Seconds())
			}
			all = true
		case !now && all:
			all, since = false, time.Now()
			fmt.Fprintln(os.Stderr, "cut")
		}
	}
}

func (h *holder) informer(ctx context.Context, c *http.Client, number int) {
	version, synced := "", false
	path, selector := h.path, ""
	if h.nodes > 0 {
		path, selector = "/api/v1/pods", "&fieldSelector=spec.nodeName%3D"+nodeName(number%h.nodes)
	}
	for ctx.Err() == nil {
		query := "?watch=true&allowWatchBookmarks=true&timeoutSeconds=3600" + selector
		initial := version == ""
		if initial {
			query += "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
			if synced {
				h.relists.Add(1)
			}
		} else {
			query += "&resourceVersion=" + version
		}
		err := h.stream(ctx, c, path+query, initial, &version, &synced)
		if ctx.Err() != nil {
			return
		}
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			h.failures.Store(err.Error(), true)
		}
		select {
		case <-ctx.Done():
		case <-time.After(h.back + rand.N(h.back)):
		}
	}
}

func (h *holder) stream(ctx context.Context, c *http.Client, target string, initial bool, version *string, synced *bool) error {
	resp, err := c.Do(h.server.Request(ctx, "GET", target, nil))
	if err != nil {
		h.refusals.Add(1)
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 {
		h.refusals.Add(1)
		if resp.StatusCode == 410 {
			h.expired.Add(1)
			*version = ""
		}
		return kube.Refused(resp)
	}
	up := false
	arrive := func() {
		if !up {
			up = true
			h.connected.Add(1)
		}
	}
	defer func() {
		if up {
			h.connected.Add(-1)
			if ctx.Err() == nil {
				h.cuts.Add(1)
			}
		}
	}()
	if !initial {
		h.resumed.Add(1)
		arrive()
	}
	again := *synced
	r := bufio.NewReaderSize(resp.Body, 4<<10)
	for {
		line, whole, err := readLine(r)
		if err != nil {
			return err
		}
		h.bytes.Add(int64(whole))
		if bytes.HasPrefix(line, errorMark) {
			if bytes.Contains(line, []byte(`"code":410`)) {
				h.expired.Add(1)
				*version = ""
				if up && !initial { // it was refused, not resumed
					h.resumed.Add(-1)
				}
			}
			return fmt.Errorf("ERROR event: %.200s", line)
		}
		h.events.Add(1)
		switch {
		case initial && !up:
			if again {
				h.relisted.Add(int64(whole))
			}
			if bytes.Contains(line, endMark) {
				*version = valueAfter(line, versionMark)
				if !*synced {
					*synced = true
					h.synced.Add(1)
				}
				arrive()
			}
		default:
			if v := valueAfter(line, versionMark); v != "" {
				*version = v
			}
		}
	}
}

// readLine returns the first bytes of a line, as many as fit the buffer, and its whole length; the rest is skipped.
func readLine(r *bufio.Reader) ([]byte, int, error) {
	line, err := r.ReadSlice('\n')
	if err != bufio.ErrBufferFull {
		return line, len(line), err
	}
	head := bytes.Clone(line)
	whole := len(line)
	for err == bufio.ErrBufferFull {
		line, err = r.ReadSlice('\n')
		whole += len(line)
	}
	return head, whole, err
}
