// Package judge holds a recorded history to the rules: writes and consistent reads are linearizable, every other read shows the
// state of the revision it names, and watches are told all changes once and in order.
package judge

import (
	"fmt"
	"strconv"

	"rheo.dev/compat/history/record"
)

// Verdict is what was checked and what was wrong.
type Verdict struct {
	Writes, Reads, Unknown, Streams, Events, Bookmarks, Initial, Gone int
	Faults                                                            []string
}

func (v *Verdict) fault(format string, args ...any) {
	v.Faults = append(v.Faults, fmt.Sprintf(format, args...))
}

// Judge checks all rules. The drawing of a history that cannot be linearized is written into the file, unless it is empty.
func Judge(h *record.History, drawing string) *Verdict {
	v := &Verdict{}
	t, err := newTimeline(h)
	if err != nil {
		v.fault("the sequence of changes: %v", err)
		return v
	}
	authors := v.writes(h, t)
	for i := range h.Operations {
		o := &h.Operations[i]
		// All requests are good ones: a server may be busy or away, but has no other reason to refuse one.
		if o.Outcome == record.Broken || o.Outcome == record.Refused && o.Code != 0 && o.Code != 429 || o.Outcome == record.Expired && o.IsWrite() {
			v.fault("%v: %d %s", o, o.Code, o.Message)
		}
		if !o.IsWrite() && (o.Outcome == record.OK || o.Outcome == record.NotFound || o.Outcome == record.Expired) {
			v.Reads++
			if err := readRules(h, t, authors, o); err != nil {
				v.fault("%v: %v", o, err)
			}
		}
	}
	v.watches(h, t)
	v.linearizable(h, t, authors, drawing)
	return v
}

// writes finds the operation that made each change, by its mark: each change has one, and what was acknowledged is there.
func (v *Verdict) writes(h *record.History, t *timeline) map[int]*record.Operation {
	byMark := map[string]*record.Operation{}
	for i := range h.Operations {
		o := &h.Operations[i]
		if !o.IsWrite() {
			continue
		}
		v.Writes++
		if o.Outcome == record.Unknown {
			v.Unknown++
		}
		if o.Mark != "" {
			byMark[o.Mark] = o
		}
		if o.Outcome == record.OK && o.Object != nil {
			if err := t.written(o.Object); err != nil {
				v.fault("%v: acknowledged, but %v", o, err)
			}
		}
	}
	authors := map[int]*record.Operation{}
	done := map[string]uint64{}
	for i, c := range t.changes {
		if c.Digest == "" {
			continue
		}
		mark := t.bodies[c.Digest].Data.Mark
		o := byMark[mark]
		switch {
		case o == nil:
			v.fault("revision %d: nobody wrote %s as %q", c.RV, c.Key, mark)
			continue
		case done[mark] != 0:
			v.fault("%v: carried out twice, at %d and %d", o, done[mark], c.RV)
		case o.Outcome != record.OK && o.Outcome != record.Unknown:
			v.fault("%v: refused, but carried out at %d", o, c.RV)
		case o.Key != c.Key:
			v.fault("%v: carried out on %s", o, c.Key)
		}
		done[mark] = c.RV
		authors[i] = o
	}
	return authors
}

// readRules are those that each read must follow by itself.
func readRules(h *record.History, t *timeline, authors map[int]*record.Operation, o *record.Operation) error {
	asked, _ := strconv.ParseUint(o.RV, 10, 64)
	if o.Outcome == record.Expired {
		asked = max(asked, o.PageOf)
		if asked == 0 || h.Meta.KeepsHistory && !compacted(h, asked, o.End) {
			return fmt.Errorf("expired, but %d was not compacted", asked)
		}
		return nil
	}
	if o.Verb == "get" {
		return getRules(t, authors, o, asked)
	}
	return listRules(t, authors, o, asked)
}

func compacted(h *record.History, rv uint64, end int64) bool {
	for _, c := range h.Compactions {
		if rv < c.RV && c.At < end {
			return true
		}
	}
	return false
}

// getRules: the answer was true at some revision that is not older than the one asked for, and not after the end.
func getRules(t *timeline, authors map[int]*record.Operation, o *record.Operation, asked uint64) error {
	if o.Object != nil {
		if err := t.written(o.Object); err != nil {
			return err
		}
		if o.Object.Key != o.Key {
			return fmt.Errorf("got %s", o.Object.Key)
		}
		if err := future(t, authors, o, t.place[o.Object.RV]); err != nil {
			return err
		}
	}
	first := t.rank(asked)
	if now := t.at(first, o.Key); same(now, o.Object) {
		return nil
	}
	for _, place := range t.byKey[o.Key] {
		if place >= first && same(t.at(place+1, o.Key), o.Object) && future(t, authors, o, place) == nil {
			return nil
		}
	}
	return fmt.Errorf("older than %d", asked)
}

func same(c *record.Change, v *record.Version) bool {
	if c == nil || v == nil {
		return c == nil && v == nil
	}
	return c.RV == v.RV && c.Digest == v.Digest
}

// future tells whether what was read was only asked for afterwards.
func future(t *timeline, authors map[int]*record.Operation, o *record.Operation, place int) error {
	if by := authors[place]; by != nil && by.Start > o.End {
		return fmt.Errorf("shows revision %d, which was not yet asked for", t.changes[place].RV)
	}
	return nil
}

// listRules: the items are those of the list's revision, and that one is what was asked for.
func listRules(t *timeline, authors map[int]*record.Operation, o *record.Operation, asked uint64) error {
	exact := o.Match == "Exact" || o.Match == "" && o.Limit > 0 && asked > 0
	switch {
	case o.ListRV == 0:
		return fmt.Errorf("no resourceVersion")
	case o.PageOf != 0 && o.ListRV != o.PageOf:
		return fmt.Errorf("a page of %d", o.PageOf)
	case o.PageOf == 0 && exact && o.ListRV != asked:
		return fmt.Errorf("not exact")
	case o.ListRV < asked:
		return fmt.Errorf("older than %d", asked)
	}
	rank := t.rank(o.ListRV)
	if rank > 0 {
		if err := future(t, authors, o, rank-1); err != nil {
			return err
		}
	}
	s, err := newScope(o.Namespace, o.Selector)
	if err != nil {
		return err
	}
	want := t.state(s, rank)
	for len(want) > 0 && o.After != "" && want[0].Key <= o.After {
		want = want[1:]
	}
	left := 0
	if o.Limit > 0 && len(want) > o.Limit {
		left = len(want) - o.Limit
		want = want[:o.Limit]
	}
	if err := sameItems(want, o.Items); err != nil {
		return err
	}
	if left > 0 && !o.Continue || left == 0 && o.Continue && o.Selector == "" {
		return fmt.Errorf("continue=%v, and there are %d more", o.Continue, left)
	}
	if o.Remaining != nil && o.Selector == "" && *o.Remaining != int64(left) {
		return fmt.Errorf("remainingItemCount=%d, and there are %d more", *o.Remaining, left)
	}
	return nil
}

func sameItems(want, got []record.Version) error {
	for i := range want {
		if i >= len(got) {
			return fmt.Errorf("%s at %d is missing", want[i].Key, want[i].RV)
		}
		if want[i] != got[i] {
			return fmt.Errorf("item %d is %s at %d, and should be %s at %d", i, got[i].Key, got[i].RV, want[i].Key, want[i].RV)
		}
	}
	if len(got) > len(want) {
		return fmt.Errorf("%s at %d is too many", got[len(want)].Key, got[len(want)].RV)
	}
	return nil
}
