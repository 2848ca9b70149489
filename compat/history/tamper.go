package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"rheo.dev/compat/history/judge"
	"rheo.dev/compat/history/record"
)

// flaw is one way in which a good history is made a bad one. False: the history has nothing to spoil so.
type flaw struct {
	name   string
	second bool // the second judge has to find it, too
	do     func(h *record.History) bool
}

// spoil demands of the first judge that it finds each flaw, and writes the spoiled histories for the second one.
func spoil(h *record.History, dir string) error {
	if v := judge.Judge(h, ""); len(v.Faults) > 0 {
		return fmt.Errorf("the history to spoil is not good: %s", v.Faults[0])
	}
	for _, f := range flaws {
		bad := h.Clone()
		if !f.do(bad) {
			check(false, "%s: the history has nothing that could be spoiled so", f.name)
			continue
		}
		bad.Sort()
		v := judge.Judge(bad, "")
		found := ""
		if len(v.Faults) > 0 {
			found = v.Faults[0]
		}
		check(found != "", "found: %s: %.250s", f.name, found)
		if dir != "" && f.second {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
			if err := bad.Write(filepath.Join(dir, strings.ReplaceAll(f.name, " ", "-")+".jsonl")); err != nil {
				return err
			}
		}
	}
	return nil
}

// stream finds a watch that is followed from a version, with a run of so many events, no bookmarks, in its middle.
func stream(h *record.History, n int, fits func(w *record.Watch, i int) bool) (*record.Watch, int) {
	for k := range h.Watches {
		w := &h.Watches[(len(h.Watches)/2+k)%len(h.Watches)]
		for i := 1; !w.Initial && i+n < len(w.Events); i++ {
			run := w.Events[i : i+n]
			if !slices.ContainsFunc(run, func(e record.Event) bool { return e.Type == "BOOKMARK" }) && (fits == nil || fits(w, i)) {
				return w, i
			}
		}
	}
	return nil, 0
}

func events(n int, do func(w *record.Watch, i int)) func(*record.History) bool {
	return func(h *record.History) bool {
		w, i := stream(h, n, nil)
		if w != nil {
			do(w, i)
		}
		return w != nil
	}
}

// bookmark puts one into a stream.
func bookmark(rv func(w *record.Watch, i int) uint64) func(*record.History) bool {
	return func(h *record.History) bool {
		w, i := stream(h, 2, func(w *record.Watch, _ int) bool { return w.Bookmarks })
		if w != nil {
			w.Events = slices.Insert(w.Events, i+1, record.Event{At: w.Events[i].At, Type: "BOOKMARK", RV: rv(w, i)})
		}
		return w != nil
	}
}

// initial finds the initial events of a watch list, of which there are some.
func initial(do func(w *record.Watch, end int)) func(*record.History) bool {
	return func(h *record.History) bool {
		for i := range h.Watches {
			w := &h.Watches[i]
			if end := slices.IndexFunc(w.Events, func(e record.Event) bool { return e.End }); w.Initial && end > 1 {
				do(w, end)
				return true
			}
		}
		return false
	}
}

// operation finds one that fits, not among the first if there are others.
func operation(fits func(o *record.Operation) bool, do func(h *record.History, o *record.Operation) bool) func(*record.History) bool {
	return func(h *record.History) bool {
		for i := range h.Operations {
			if o := &h.Operations[(len(h.Operations)/3+i)%len(h.Operations)]; fits(o) && do(h, o) {
				return true
			}
		}
		return false
	}
}

func done(verb string) func(o *record.Operation) bool {
	return func(o *record.Operation) bool { return o.Verb == verb && o.Outcome == record.OK }
}

func consistent(verb string) func(o *record.Operation) bool {
	return func(o *record.Operation) bool { return done(verb)(o) && o.RV == "" && o.PageOf == 0 }
}

// before is the version that a key had before a change.
func before(h *record.History, v *record.Version) *record.Version {
	var last *record.Version
	for _, c := range h.Changes {
		if c.RV >= v.RV {
			break
		}
		if c.Key == v.Key {
			if last = nil; c.Digest != "" {
				last = &record.Version{Key: c.Key, RV: c.RV, Digest: c.Digest}
			}
		}
	}
	return last
}

// late puts an answer to where the state had changed already, by a write of another client that was acknowledged.
func late(h *record.History, o *record.Operation, key string, rv uint64) bool {
	for _, other := range h.Operations {
		if other.Outcome == record.OK && other.Object != nil && other.Object.RV > rv && other.IsWrite() && (key == "" || other.Key == key) && other.Client != o.Client {
			o.Start, o.End = other.End+1, other.End+1000
			return true
		}
	}
	return false
}

// page changes the items of a list that has some.
func page(fits func(o *record.Operation) bool, do func(h *record.History, o *record.Operation) bool) func(*record.History) bool {
	return operation(func(o *record.Operation) bool { return done("list")(o) && len(o.Items) > 2 && fits(o) }, do)
}

func some(*record.Operation) bool { return true }

var flaws = []flaw{
	{"an event is lost", true, events(3, func(w *record.Watch, i int) { w.Events = slices.Delete(w.Events, i+1, i+2) })},
	{"an event is told twice", true, events(3, func(w *record.Watch, i int) { w.Events = slices.Insert(w.Events, i+1, w.Events[i]) })},
	{"two events are swapped", true, events(3, func(w *record.Watch, i int) { w.Events[i], w.Events[i+1] = w.Events[i+1], w.Events[i] })},
	{"an event is invented", true, events(3, func(w *record.Watch, i int) {
		e := w.Events[i]
		e.RV++
		w.Events = slices.Insert(w.Events, i+1, e)
	})},
	{"an event has another object", true, func(h *record.History) bool {
		w, i := stream(h, 3, func(w *record.Watch, i int) bool { return w.Events[i].Digest != w.Events[i+1].Digest })
		if w != nil {
			w.Events[i].Digest = w.Events[i+1].Digest
		}
		return w != nil
	}},
	{"an event has another type", true, func(h *record.History) bool {
		w, i := stream(h, 1, func(w *record.Watch, i int) bool { return w.Events[i].Type == "MODIFIED" })
		if w != nil {
			w.Events[i].Type = "ADDED"
		}
		return w != nil
	}},
	{"a bookmark is ahead", true, bookmark(func(w *record.Watch, i int) uint64 { return w.Events[i+1].RV })},
	{"a bookmark is behind", true, bookmark(func(w *record.Watch, i int) uint64 { return w.Events[i].RV - 1 })},
	{"a watch goes on too late after another one", false, func(h *record.History) bool {
		w, _ := stream(h, 3, func(w *record.Watch, i int) bool { return i == 1 && w.Events[0].Type != "BOOKMARK" })
		if w != nil {
			w.Events = w.Events[1:]
		}
		return w != nil
	}},
	{"a watch never comes to the end", false, func(h *record.History) bool {
		for i := range h.Watches {
			w := &h.Watches[i]
			last := len(w.Events) - 1
			for last >= 0 && w.Events[last].Type == "BOOKMARK" {
				last--
			}
			if w.Last && !w.Initial && last >= 0 {
				w.Events = w.Events[:last]
				return true
			}
		}
		return false
	}},
	{"an initial event is missing", true, initial(func(w *record.Watch, _ int) { w.Events = w.Events[1:] })},
	{"an initial event is old", true, func(h *record.History) bool {
		for i := range h.Watches {
			w := &h.Watches[i]
			for k := range w.Events {
				e := &w.Events[k]
				if old := before(h, &record.Version{Key: e.Key, RV: e.RV}); w.Initial && e.Type == "ADDED" && old != nil {
					e.RV, e.Digest = old.RV, old.Digest
					return true
				}
				if e.End {
					break
				}
			}
		}
		return false
	}},
	{"the end of the initial events is too far", true, func(h *record.History) bool {
		for i := range h.Watches {
			w := &h.Watches[i]
			end := slices.IndexFunc(w.Events, func(e record.Event) bool { return e.End })
			if w.Initial && end >= 0 && end+1 < len(w.Events) && w.Events[end+1].Type != "BOOKMARK" {
				w.Events[end].RV = w.Events[end+1].RV
				return true
			}
		}
		return false
	}},
	{"a consistent read is stale", true, operation(consistent("get"), func(h *record.History, o *record.Operation) bool {
		return late(h, o, o.Key, o.Object.RV)
	})},
	{"a consistent list is stale", true, operation(consistent("list"), func(h *record.History, o *record.Operation) bool {
		return len(o.Items) > 0 && late(h, o, "", o.ListRV)
	})},
	{"a consistent watch list is stale", false, func(h *record.History) bool {
		for i := range h.Watches {
			w := &h.Watches[i]
			end := slices.IndexFunc(w.Events, func(e record.Event) bool { return e.End })
			var o record.Operation
			if w.Initial && w.RV == "" && end >= 0 && late(h, &o, "", w.Events[end].RV) {
				w.Start, w.Events[end].At, w.Events = o.Start, o.End, w.Events[:end+1]
				return true
			}
		}
		return false
	}},
	{"an object is not found that is there", true, operation(consistent("get"), func(_ *record.History, o *record.Operation) bool {
		o.Outcome, o.Object, o.Code = record.NotFound, nil, 404
		return true
	})},
	{"an acknowledged write is lost", true, operation(done("update"), func(h *record.History, o *record.Operation) bool {
		rv := o.Object.RV
		h.Changes = slices.DeleteFunc(h.Changes, func(c record.Change) bool { return c.RV == rv })
		for i := range h.Watches {
			h.Watches[i].Events = slices.DeleteFunc(h.Watches[i].Events, func(e record.Event) bool { return e.RV == rv })
		}
		return true
	})},
	{"an acknowledged delete was none", true, operation(func(o *record.Operation) bool { return o.Verb == "delete" && o.Outcome == record.Conflict },
		func(h *record.History, o *record.Operation) bool {
			o.Outcome, o.IfRV, o.IfUID = record.OK, 0, ""
			return true
		})},
	{"a write is carried out twice", false, operation(done("patch"), func(h *record.History, o *record.Operation) bool {
		last := h.Changes[len(h.Changes)-1].RV
		h.Changes = append(h.Changes, record.Change{RV: last + 1, Key: o.Key, Digest: o.Object.Digest})
		return true
	})},
	{"a refused write is carried out", false, operation(done("update"), func(_ *record.History, o *record.Operation) bool {
		o.Outcome, o.Object, o.Code = record.Conflict, nil, 409
		return true
	})},
	{"a write of nobody", false, operation(done("update"), func(h *record.History, o *record.Operation) bool {
		o.Mark += "0000"
		return true
	})},
	{"a write in spite of its precondition", false, operation(func(o *record.Operation) bool { return done("update")(o) && o.IfRV != 0 },
		func(_ *record.History, o *record.Operation) bool {
			o.IfRV--
			return true
		})},
	{"a conflict without a reason", true, operation(func(o *record.Operation) bool { return o.Verb == "update" && o.Outcome == record.Conflict },
		func(_ *record.History, o *record.Operation) bool {
			o.IfRV = 0
			return true
		})},
	{"a create over what exists", false, operation(func(o *record.Operation) bool { return done("update")(o) && o.IfRV == 0 },
		func(_ *record.History, o *record.Operation) bool {
			o.Verb = "create"
			return true
		})},
	{"a list has an old item", true, page(some, func(h *record.History, o *record.Operation) bool {
		old := before(h, &o.Items[1])
		if old != nil {
			o.Items[1] = *old
		}
		return old != nil
	})},
	{"a list lacks an item", true, page(some, func(_ *record.History, o *record.Operation) bool {
		o.Items = slices.Delete(o.Items, 1, 2)
		return true
	})},
	{"a list is not sorted", true, page(some, func(_ *record.History, o *record.Operation) bool {
		o.Items[0], o.Items[1] = o.Items[1], o.Items[0]
		return true
	})},
	{"an exact list is of another version", true, page(func(o *record.Operation) bool { return o.Match == "Exact" }, func(h *record.History, o *record.Operation) bool {
		for _, c := range h.Changes {
			if c.RV > o.ListRV {
				o.RV = strconv.FormatUint(c.RV, 10)
				return true
			}
		}
		return false
	})},
	{"a list is older than it may be", true, page(func(o *record.Operation) bool { return o.Match == "NotOlderThan" }, func(h *record.History, o *record.Operation) bool {
		for _, c := range h.Changes {
			if c.RV > o.ListRV {
				o.RV = strconv.FormatUint(c.RV, 10)
				return true
			}
		}
		return false
	})},
	{"a continued list is of another version", true, operation(func(o *record.Operation) bool { return done("list")(o) && o.PageOf != 0 },
		func(h *record.History, o *record.Operation) bool {
			for _, c := range h.Changes {
				if c.RV > o.ListRV {
					o.ListRV = c.RV
					return true
				}
			}
			return false
		})},
	{"a page is told twice", true, operation(func(o *record.Operation) bool { return done("list")(o) && o.PageOf != 0 && len(o.Items) > 0 },
		func(_ *record.History, o *record.Operation) bool {
			o.After = ""
			return true
		})},
	{"a read is older than it may be", true, operation(func(o *record.Operation) bool { return done("get")(o) && len(o.RV) > 1 },
		func(h *record.History, o *record.Operation) bool {
			old := before(h, o.Object)
			if old != nil {
				o.RV = strconv.FormatUint(o.Object.RV, 10)
				o.Object = old
			}
			return old != nil
		})},
	{"a version is gone without reason", false, page(func(o *record.Operation) bool { return o.Match == "Exact" }, func(h *record.History, o *record.Operation) bool {
		o.Outcome, o.Code, o.Items, o.ListRV, h.Compactions, h.Meta.KeepsHistory = record.Expired, 410, nil, 0, nil, true
		return true
	})},
	{"a good request is refused", false, operation(consistent("list"), func(_ *record.History, o *record.Operation) bool {
		o.Outcome, o.Code = record.Refused, 403
		return true
	})},
	{"an answer cannot be read", false, operation(consistent("get"), func(_ *record.History, o *record.Operation) bool {
		o.Outcome, o.Object = record.Broken, nil
		return true
	})},
}
