package judge

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"

	"k8s.io/apimachinery/pkg/labels"

	"rheo.dev/compat/history/record"
)

// body is what the rules need to know of an object.
type body struct {
	Metadata struct {
		UID    string            `json:"uid"`
		Labels map[string]string `json:"labels"`
	} `json:"metadata"`
	Data struct {
		Mark string `json:"mark"`
	} `json:"data"`
}

// timeline is the sequence of changes, which all answers are held against.
type timeline struct {
	changes []record.Change
	bodies  map[string]*body
	byKey   map[string][]int // places in changes
	keys    []string
	place   map[uint64]int // revision → place
}

func newTimeline(h *record.History) (*timeline, error) {
	t := &timeline{changes: h.Changes, bodies: map[string]*body{}, byKey: map[string][]int{}, place: map[uint64]int{}}
	for digest, raw := range h.Bodies {
		b := &body{}
		if err := json.Unmarshal(raw, b); err != nil {
			return nil, fmt.Errorf("object %s: %w", digest, err)
		}
		t.bodies[digest] = b
	}
	for i, c := range h.Changes {
		if _, twice := t.place[c.RV]; twice {
			return nil, fmt.Errorf("two changes at revision %d", c.RV)
		}
		if c.Digest != "" && t.bodies[c.Digest] == nil {
			return nil, fmt.Errorf("revision %d: no object %s", c.RV, c.Digest)
		}
		t.place[c.RV] = i
		if t.byKey[c.Key] == nil {
			t.keys = append(t.keys, c.Key)
		}
		t.byKey[c.Key] = append(t.byKey[c.Key], i)
	}
	slices.Sort(t.keys)
	return t, nil
}

// rank is the number of changes up to a revision.
func (t *timeline) rank(rv uint64) int {
	return sort.Search(len(t.changes), func(i int) bool { return t.changes[i].RV > rv })
}

// at is the change of a key that holds after so many changes; nil: there is no object.
func (t *timeline) at(rank int, key string) *record.Change {
	places := t.byKey[key]
	n := sort.SearchInts(places, rank)
	if n == 0 || t.changes[places[n-1]].Digest == "" {
		return nil
	}
	return &t.changes[places[n-1]]
}

// written tells whether an object was ever just so.
func (t *timeline) written(v *record.Version) error {
	i, ok := t.place[v.RV]
	switch {
	case !ok:
		return fmt.Errorf("%s at %d: nothing was written at that revision", v.Key, v.RV)
	case t.changes[i].Key != v.Key || t.changes[i].Digest == "":
		return fmt.Errorf("%s at %d: another change has that revision", v.Key, v.RV)
	case t.changes[i].Digest != v.Digest:
		return fmt.Errorf("%s at %d: not as it was written", v.Key, v.RV)
	}
	return nil
}

// scope is what a list or watch asks for.
type scope struct {
	namespace string
	selector  labels.Selector
}

func newScope(namespace, selector string) (scope, error) {
	s, err := labels.Parse(selector)
	return scope{namespace, s}, err
}

func (s scope) covers(key string) bool {
	return s.namespace == "" || len(key) > len(s.namespace) && key[:len(s.namespace)] == s.namespace && key[len(s.namespace)] == '/'
}

func (t *timeline) selects(s scope, digest string) bool {
	return digest != "" && s.selector.Matches(labels.Set(t.bodies[digest].Metadata.Labels))
}

// state is what a list of a scope holds after so many changes, in the order of keys.
func (t *timeline) state(s scope, rank int) []record.Version {
	var out []record.Version
	for _, key := range t.keys {
		if c := t.at(rank, key); c != nil && s.covers(key) && t.selects(s, c.Digest) {
			out = append(out, record.Version{Key: key, RV: c.RV, Digest: c.Digest})
		}
	}
	return out
}

// event is what a watch of a scope is told of a change; false: nothing.
func (t *timeline) event(s scope, place int) (record.Event, bool) {
	c := t.changes[place]
	if !s.covers(c.Key) {
		return record.Event{}, false
	}
	before := t.at(place, c.Key)
	was := before != nil && t.selects(s, before.Digest)
	is := t.selects(s, c.Digest)
	e := record.Event{Key: c.Key, RV: c.RV, Digest: c.Digest}
	switch {
	case was && is:
		e.Type = "MODIFIED"
	case is:
		e.Type = "ADDED"
	case was: // the object as it was last seen, with the revision of what ended that
		e.Type, e.Digest = "DELETED", before.Digest
	default:
		return e, false
	}
	return e, true
}

// Last is the revision of the last change that a watch is told of; 0: of none.
func Last(h *record.History, namespace, selector string) uint64 {
	t, err := newTimeline(h)
	if err != nil {
		return 0
	}
	s, err := newScope(namespace, selector)
	if err != nil {
		return 0
	}
	for place := len(t.changes) - 1; place >= 0; place-- {
		if _, ok := t.event(s, place); ok {
			return t.changes[place].RV
		}
	}
	return 0
}
