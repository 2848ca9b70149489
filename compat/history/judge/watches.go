package judge

import (
	"fmt"
	"slices"
	"strconv"

	"rheo.dev/compat/history/record"
)

// watches checks every stream, and that each chain of streams was told everything in the end.
func (v *Verdict) watches(h *record.History, t *timeline) {
	chains := map[int]bool{}
	for i := range h.Watches {
		w := &h.Watches[i]
		v.Streams++
		chains[w.Chain] = chains[w.Chain] || w.Last
		if w.Code == 410 {
			v.Gone++
			asked, _ := strconv.ParseUint(w.RV, 10, 64)
			if h.Meta.KeepsHistory && !compacted(h, max(asked, reached(w)), w.End) {
				v.fault("%v: expired, but %d was not compacted", w, asked)
			}
		}
		if w.Broken || w.Code >= 400 && w.Code < 500 && w.Code != 410 && w.Code != 429 {
			v.fault("%v: %d %s", w, w.Code, w.Message)
		}
		if err := v.stream(t, w); err != nil {
			v.fault("%v: %v", w, err)
		}
	}
	for chain, ended := range chains {
		if !ended {
			v.fault("watches of chain %d were not told of the last change", chain)
		}
	}
}

func reached(w *record.Watch) uint64 {
	if len(w.Events) == 0 {
		return 0
	}
	return w.Events[len(w.Events)-1].RV
}

// stream checks one stream: its events are those of the changes after its start, none left out, each as it was written.
func (v *Verdict) stream(t *timeline, w *record.Watch) error {
	s, err := newScope(w.Namespace, w.Selector)
	if err != nil {
		return err
	}
	events := w.Events
	start, _ := strconv.ParseUint(w.RV, 10, 64)
	if w.Initial && len(events) > 0 {
		if start, events, err = v.initial(t, s, w, start); err != nil || events == nil {
			return err
		}
	}
	place := t.rank(start)
	told := start // no bookmark may be behind
	next := func() (record.Event, bool) {
		for ; place < len(t.changes); place++ {
			if e, ok := t.event(s, place); ok {
				return e, true
			}
		}
		return record.Event{}, false
	}
	for i, e := range events {
		want, more := next()
		if e.Type == "BOOKMARK" {
			v.Bookmarks++
			switch {
			case !w.Bookmarks:
				return fmt.Errorf("a bookmark that was not asked for")
			case e.RV < told:
				return fmt.Errorf("bookmark at %d after %d", e.RV, told)
			case more && want.RV <= e.RV:
				return fmt.Errorf("bookmark at %d, and %s %s at %d was not told", e.RV, want.Type, want.Key, want.RV)
			case e.End:
				return fmt.Errorf("a second end of the initial events, at %d", e.RV)
			}
			told = e.RV
			continue
		}
		v.Events++
		want.At = e.At
		switch {
		case !more:
			return fmt.Errorf("event %d: %s %s at %d, and there is no more change", i, e.Type, e.Key, e.RV)
		case e != want:
			return fmt.Errorf("event %d: %s %s at %d, and should be %s %s at %d (as written: %v)",
				i, e.Type, e.Key, e.RV, want.Type, want.Key, want.RV, e.Digest == want.Digest)
		}
		told = e.RV
		place++
	}
	if w.Last {
		if want, more := next(); more {
			return fmt.Errorf("%s %s at %d was not told in the end", want.Type, want.Key, want.RV)
		}
	}
	return nil
}

// initial checks the initial events of a watch list; what is left starts after their bookmark. Nil: it did not come so far.
func (v *Verdict) initial(t *timeline, s scope, w *record.Watch, asked uint64) (uint64, []record.Event, error) {
	end := slices.IndexFunc(w.Events, func(e record.Event) bool { return e.Type == "BOOKMARK" })
	if end < 0 {
		for _, e := range w.Events {
			if err := t.written(&record.Version{Key: e.Key, RV: e.RV, Digest: e.Digest}); err != nil || e.Type != "ADDED" {
				return 0, nil, fmt.Errorf("initial event %s: %v", e.Type, err)
			}
		}
		return 0, nil, nil
	}
	bookmark := w.Events[end]
	if !bookmark.End || bookmark.RV < asked {
		return 0, nil, fmt.Errorf("bookmark after the initial events at %d: end=%v", bookmark.RV, bookmark.End)
	}
	var got []record.Version
	for _, e := range w.Events[:end] {
		if e.Type != "ADDED" {
			return 0, nil, fmt.Errorf("initial event %s %s", e.Type, e.Key)
		}
		got = append(got, record.Version{Key: e.Key, RV: e.RV, Digest: e.Digest})
	}
	v.Initial += len(got)
	if err := sameItems(t.state(s, t.rank(bookmark.RV)), got); err != nil {
		return 0, nil, fmt.Errorf("initial events at %d: %v", bookmark.RV, err)
	}
	return bookmark.RV, w.Events[end+1:], nil
}
