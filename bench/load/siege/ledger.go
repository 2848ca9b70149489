package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// ledger is what was acknowledged, and so must have been delivered to every watcher: once, in order.
type ledger struct {
	lock    sync.Mutex
	changes map[int64]change // creations and updates, by revision
	deleted map[string]int64 // uid → its last revision before
	unsure  map[string]bool  // uids and names of writes whose outcome nobody knows
}

type change struct {
	kind string // of the event
	uid  string
}

func newLedger() *ledger {
	return &ledger{changes: map[int64]change{}, deleted: map[string]int64{}, unsure: map[string]bool{}}
}

func (l *ledger) size() int {
	l.lock.Lock()
	defer l.lock.Unlock()
	return len(l.changes) + len(l.deleted)
}

func (l *ledger) last() (last int64) {
	l.lock.Lock()
	defer l.lock.Unlock()
	for r := range l.changes {
		last = max(last, r)
	}
	return last
}

func (l *ledger) changed(revision int64, kind, uid string) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.changes[revision] = change{kind, uid}
}

func (l *ledger) removed(uid string, revision int64) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.deleted[uid] = revision
}

func (l *ledger) doubt(name string) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.unsure[name] = true
}

// object is what is needed of a ConfigMap.
type object struct {
	Metadata struct{ Name, UID, ResourceVersion string }
	Data     map[string]string
}

func (o *object) revision() int64 {
	n, _ := strconv.ParseInt(o.Metadata.ResourceVersion, 10, 64)
	return n
}

const kilobyte = 900

func honestBody(name, uid, revision string, version int, now time.Time) string {
	return fmt.Sprintf(`{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"%s","uid":"%s","resourceVersion":"%s"},"data":{"version":"%d","sent":"%d","filling":"%s"}}`,
		name, uid, revision, version, now.UnixNano(), strings.Repeat("f", kilobyte))
}

// writer creates, updates and deletes its own objects, three writes a second, and reads each acknowledged one again.
func (h *honest) writer(ctx context.Context, number int) {
	c := h.srv.Client()
	tick := time.NewTicker(333 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ctx.Err() == nil; n++ {
		name := fmt.Sprintf("honest-%d-%d", number, n)
		if !h.life(ctx, c, name, tick.C) {
			h.ledger.doubt(name)
			pause(ctx, time.Second)
		}
	}
}

// life is one object's: created, updated twice, deleted. False: an answer did not come or was not the right one.
func (h *honest) life(ctx context.Context, c *http.Client, name string, tick <-chan time.Time) bool {
	var o object
	for version := range 3 {
		method, path, want, event := "PUT", honestPath+"/"+name, 200, "MODIFIED"
		if version == 0 {
			method, path, want, event = "POST", honestPath, 201, "ADDED"
		}
		status, b, err := h.call(ctx, c, "write", method, path, honestBody(name, o.Metadata.UID, o.Metadata.ResourceVersion, version, time.Now()))
		if err != nil {
			return false
		}
		if status != want {
			h.series.failed("write")
			h.fault("write %s: %d instead of %d: %s", method, status, want, message(b))
			return false
		}
		o = object{}
		if json.Unmarshal(b, &o) != nil || o.revision() == 0 {
			h.fault("write %s: the answer is no object", method)
			return false
		}
		h.ledger.changed(o.revision(), event, o.Metadata.UID)
		// What was acknowledged can be read, at once.
		status, b, err = h.call(ctx, c, "get", "GET", honestPath+"/"+name, "")
		if err == nil && ctx.Err() == nil {
			var read object
			_ = json.Unmarshal(b, &read)
			if status != 200 || read.Metadata.ResourceVersion != o.Metadata.ResourceVersion || read.Data["version"] != fmt.Sprint(version) {
				h.series.failed("get")
				h.fault("an acknowledged write cannot be read: %d, revision %q instead of %q", status, read.Metadata.ResourceVersion, o.Metadata.ResourceVersion)
			}
		}
		select {
		case <-ctx.Done():
			return true
		case <-tick:
		}
	}
	status, b, err := h.call(ctx, c, "write", "DELETE", honestPath+"/"+name, "")
	if err != nil {
		return false
	}
	if status != 200 {
		h.series.failed("write")
		h.fault("write DELETE: %d instead of 200: %s", status, message(b))
		return false
	}
	h.ledger.removed(o.Metadata.UID, o.revision())
	return true
}

// watcher holds one watch open, from its last revision on again whenever it is cut, and remembers what it was told.
type watcher struct {
	h       *honest
	client  *http.Client
	version int64        // of the last event or bookmark
	seen    atomic.Int64 // the same, for others to read
	told    atomic.Int64 // number of events
	cuts    int64
	events  []told
}

type told struct {
	revision int64
	kind     string
	uid      string
	name     string
}

func (w *watcher) run(ctx context.Context) {
	for ctx.Err() == nil {
		err := w.stream(ctx)
		if ctx.Err() != nil {
			return
		}
		w.cuts++
		if err != nil {
			w.h.fault("watch: %v", err)
		}
		pause(ctx, 500*time.Millisecond)
	}
}

// stream is one watch. Its error is a fault; a cut is none.
func (w *watcher) stream(ctx context.Context) error {
	resp, err := w.h.opened(ctx, w.client, "watch", fmt.Sprintf("%s?watch=true&allowWatchBookmarks=true&timeoutSeconds=3600&resourceVersion=%d", honestPath, w.version))
	if err != nil {
		return nil // no connection: client-go's reflector begins again
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 {
		return fmt.Errorf("%d", resp.StatusCode)
	}
	r := bufio.NewReaderSize(resp.Body, 8<<10)
	for {
		line, err := r.ReadBytes('\n')
		if err != nil {
			return nil
		}
		var event struct {
			Type   string
			Object object
		}
		if err := json.Unmarshal(line, &event); err != nil {
			return fmt.Errorf("an event is no JSON")
		}
		o := &event.Object
		switch event.Type {
		case "ADDED", "MODIFIED", "DELETED":
			w.told.Add(1)
			w.events = append(w.events, told{o.revision(), event.Type, o.Metadata.UID, o.Metadata.Name})
			if at, err := strconv.ParseInt(o.Data["sent"], 10, 64); err == nil && event.Type != "DELETED" {
				w.h.series.took("delivery", time.Since(time.Unix(0, at)))
			}
		case "BOOKMARK":
		default:
			return fmt.Errorf("event %s: %.200s", event.Type, line)
		}
		w.version = o.revision()
		w.seen.Store(w.version)
	}
}

// judge compares what a watcher was told with what was acknowledged.
func (l *ledger) judge(w *watcher) (events, missing, wrong int64) {
	l.lock.Lock()
	defer l.lock.Unlock()
	last := int64(0)
	seen := map[int64]bool{}
	gone := map[string]int64{}
	for _, e := range w.events {
		if e.revision <= last {
			wrong++ // doubled, or out of order
			continue
		}
		last = e.revision
		events++
		if e.kind == "DELETED" {
			if gone[e.uid] != 0 {
				wrong++
			}
			gone[e.uid] = e.revision
			continue
		}
		c, known := l.changes[e.revision]
		switch {
		case !known && l.unsure[e.name]:
		case !known || c.kind != e.kind || c.uid != e.uid || gone[e.uid] != 0:
			wrong++
		}
		seen[e.revision] = true
	}
	for r := range l.changes {
		if !seen[r] {
			missing++
		}
	}
	for uid, before := range l.deleted {
		if at := gone[uid]; at == 0 {
			missing++
		} else if at <= before {
			wrong++
		}
	}
	return events, missing, wrong
}

// message is what a Status says.
func message(b []byte) string {
	var s struct{ Message string }
	_ = json.Unmarshal(b, &s)
	return s.Message[:min(len(s.Message), 150)]
}
