// Package record is the form of a recorded history: what clients asked and were told, and the sequence of changes that the store
// went through. A file has one JSON value a line, so that the second judge, a program of another Go version, can read it.
package record

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
)

// What came of an operation.
const (
	OK       = "ok"
	NotFound = "notFound" // 404
	Exists   = "exists"   // 409 AlreadyExists
	Conflict = "conflict" // 409 Conflict
	Expired  = "expired"  // 410
	Refused  = "refused"  // it had no effect: another 4xx, a refused connection, a version of the future
	Broken   = "broken"   // a whole answer that cannot be read
	Unknown  = "unknown"  // it may take effect at any time from its start on, or never
)

// Never is the end of an operation that may still take effect.
const Never = int64(1) << 62

// History is all of a file.
type History struct {
	Meta        Meta
	Bodies      map[string]json.RawMessage // digest → object without its resourceVersion
	Changes     []Change                   // in order of revision
	Operations  []Operation                // in order of their start
	Watches     []Watch                    // in order of their start
	Compactions []Compaction
}

// Meta is what is true of the whole history.
type Meta struct {
	Store        string   `json:"store"`
	Run          string   `json:"run"`
	Namespaces   []string `json:"namespaces"`
	Base         uint64   `json:"base"` // the revision at which there was no object
	Seed         int64    `json:"seed"`
	KeepsHistory bool     `json:"keepsHistory"` // 410 is only for what has been compacted
	Faults       []string `json:"faults"`
}

// Change is one write as the store holds it.
type Change struct {
	RV     uint64 `json:"rv"`
	Key    string `json:"key"`              // NAMESPACE/NAME
	Digest string `json:"digest,omitempty"` // empty: it was deleted
}

// Version is an object as a client got it.
type Version struct {
	Key    string `json:"key"`
	RV     uint64 `json:"rv"`
	Digest string `json:"digest"`
}

// Operation is a request and its answer. Times are nanoseconds since the start, by one monotonic clock.
type Operation struct {
	Client int    `json:"client"`
	Server int    `json:"server"`
	Start  int64  `json:"start"`
	End    int64  `json:"end"`
	Verb   string `json:"verb"` // create, update, patch, delete, get, list

	Key       string `json:"key,omitempty"`       // of all but lists
	Namespace string `json:"namespace,omitempty"` // of a list; empty: all
	Selector  string `json:"selector,omitempty"`
	RV        string `json:"rv,omitempty"` // of a read: as asked; empty: consistent
	Match     string `json:"match,omitempty"`
	Limit     int    `json:"limit,omitempty"`
	After     string `json:"after,omitempty"`  // a continued list: the last key of the page before
	PageOf    uint64 `json:"pageOf,omitempty"` // and the version of the first page
	Mark      string `json:"mark,omitempty"`   // what a write puts into the object, to be known by
	IfRV      uint64 `json:"ifRV,omitempty"`   // preconditions
	IfUID     string `json:"ifUID,omitempty"`

	Outcome   string    `json:"outcome"`
	Code      int       `json:"code,omitempty"` // 0: no answer
	Message   string    `json:"message,omitempty"`
	Object    *Version  `json:"object,omitempty"`
	Items     []Version `json:"items,omitempty"`
	ListRV    uint64    `json:"listRV,omitempty"`
	Continue  bool      `json:"continue,omitempty"`
	Remaining *int64    `json:"remaining,omitempty"`
}

// IsWrite tells a write from a read.
func (o *Operation) IsWrite() bool { return o.Verb != "get" && o.Verb != "list" }

func (o *Operation) String() string {
	s := fmt.Sprintf("client %d, server %d, %.3f–%.3f s: %s %s%s", o.Client, o.Server, float64(o.Start)/1e9, float64(o.End)/1e9, o.Verb, o.Key, o.Namespace)
	if o.End == Never {
		s = fmt.Sprintf("client %d, server %d, from %.3f s: %s %s%s", o.Client, o.Server, float64(o.Start)/1e9, o.Verb, o.Key, o.Namespace)
	}
	for name, v := range map[string]string{"selector": o.Selector, "match": o.Match, "after": o.After, "ifUID": o.IfUID, "mark": o.Mark} {
		if v != "" {
			s += " " + name + "=" + v
		}
	}
	if o.RV != "" {
		s += " rv=" + o.RV
	}
	if o.IfRV != 0 {
		s += fmt.Sprintf(" ifRV=%d", o.IfRV)
	}
	s += " → " + o.Outcome
	if o.Object != nil {
		s += fmt.Sprintf(" %d", o.Object.RV)
	}
	if o.ListRV != 0 {
		s += fmt.Sprintf(" %d items at %d", len(o.Items), o.ListRV)
	}
	if o.Outcome == Unknown || o.Outcome == Refused {
		s += fmt.Sprintf(" %d %s", o.Code, o.Message)
	}
	return s
}

// Watch is one stream. Those of one chain follow each other: each starts where the one before it ended.
type Watch struct {
	Chain     int     `json:"chain"`
	Server    int     `json:"server"`
	Start     int64   `json:"start"`
	End       int64   `json:"end"`
	Namespace string  `json:"namespace,omitempty"`
	Selector  string  `json:"selector,omitempty"`
	RV        string  `json:"rv,omitempty"`
	Initial   bool    `json:"initial,omitempty"` // a watch list
	Bookmarks bool    `json:"bookmarks,omitempty"`
	Last      bool    `json:"last,omitempty"` // it ended because it was told all that there was
	Code      int     `json:"code,omitempty"` // of the answer, or of the ERROR event that ended it; 0: no answer
	Message   string  `json:"message,omitempty"`
	Broken    bool    `json:"broken,omitempty"` // something came that cannot be read
	Events    []Event `json:"events,omitempty"`
}

func (w *Watch) String() string {
	return fmt.Sprintf("watch of chain %d, server %d, from %.3f s: namespace=%q selector=%q rv=%q initial=%v", w.Chain, w.Server, float64(w.Start)/1e9, w.Namespace, w.Selector, w.RV, w.Initial)
}

// Event is what a watch was told, but for errors.
type Event struct {
	At     int64  `json:"at"`
	Type   string `json:"type"`
	Key    string `json:"key,omitempty"`
	RV     uint64 `json:"rv"`
	Digest string `json:"digest,omitempty"`
	End    bool   `json:"end,omitempty"` // a bookmark: of the end of the initial events
}

// Compaction of the store's history: from now on, or from a little before, nothing older than the revision can be read.
type Compaction struct {
	At int64  `json:"at"` // before the request
	RV uint64 `json:"rv"`
}

type line struct {
	Meta       *Meta       `json:"meta,omitempty"`
	Body       *body       `json:"body,omitempty"`
	Change     *Change     `json:"change,omitempty"`
	Operation  *Operation  `json:"operation,omitempty"`
	Watch      *Watch      `json:"watch,omitempty"`
	Compaction *Compaction `json:"compaction,omitempty"`
}

type body struct {
	Digest string          `json:"digest"`
	Object json.RawMessage `json:"object"`
}

// Write writes the history into a file.
func (h *History) Write(file string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	e := json.NewEncoder(w)
	put := func(l line) {
		if err == nil {
			err = e.Encode(l)
		}
	}
	put(line{Meta: &h.Meta})
	for digest, object := range h.Bodies {
		put(line{Body: &body{digest, object}})
	}
	for i := range h.Changes {
		put(line{Change: &h.Changes[i]})
	}
	for i := range h.Operations {
		put(line{Operation: &h.Operations[i]})
	}
	for i := range h.Watches {
		put(line{Watch: &h.Watches[i]})
	}
	for i := range h.Compactions {
		put(line{Compaction: &h.Compactions[i]})
	}
	if err == nil {
		err = w.Flush()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// Read reads a file that Write has written.
func Read(file string) (*History, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := &History{Bodies: map[string]json.RawMessage{}}
	d := json.NewDecoder(bufio.NewReader(f))
	for d.More() {
		var l line
		if err := d.Decode(&l); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		switch {
		case l.Meta != nil:
			h.Meta = *l.Meta
		case l.Body != nil:
			h.Bodies[l.Body.Digest] = l.Body.Object
		case l.Change != nil:
			h.Changes = append(h.Changes, *l.Change)
		case l.Operation != nil:
			h.Operations = append(h.Operations, *l.Operation)
		case l.Watch != nil:
			h.Watches = append(h.Watches, *l.Watch)
		case l.Compaction != nil:
			h.Compactions = append(h.Compactions, *l.Compaction)
		}
	}
	h.Sort()
	return h, nil
}

// Sort brings all parts into their order.
func (h *History) Sort() {
	slices.SortStableFunc(h.Operations, func(a, b Operation) int { return int(a.Start - b.Start) })
	slices.SortStableFunc(h.Watches, func(a, b Watch) int { return int(a.Start - b.Start) })
	slices.SortStableFunc(h.Changes, func(a, b Change) int { return int(a.RV) - int(b.RV) })
}

// Clone copies it as far as a change to its parts needs.
func (h *History) Clone() *History {
	c := *h
	c.Changes = slices.Clone(h.Changes)
	c.Operations = slices.Clone(h.Operations)
	for i := range c.Operations {
		o := &c.Operations[i]
		o.Items = slices.Clone(o.Items)
		if o.Object != nil {
			object := *o.Object
			o.Object = &object
		}
	}
	c.Watches = slices.Clone(h.Watches)
	for i := range c.Watches {
		c.Watches[i].Events = slices.Clone(c.Watches[i].Events)
	}
	c.Compactions = slices.Clone(h.Compactions)
	return &c
}
