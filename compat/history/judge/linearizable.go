package judge

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"sort"
	"time"

	"github.com/anishathalye/porcupine"

	"rheo.dev/compat/history/record"
)

// patience is how long porcupine may search; no verdict is a fault.
const patience = 2 * time.Minute

// model is what porcupine replays, for one key. The state is how many of the key's changes have happened: as the sequence of changes is
// known, an operation fits at a state or does not, and there is nothing to guess but the order of operations. All keys at once would be
// too much: one wrong guess, which of two deletes came first, and all orders of the reads behind it would be tried.
type model struct {
	t      *timeline
	key    string
	places []int // of the key's changes
}

// rank of a state among all changes.
func (m *model) rank(state int) int {
	if state == len(m.places) {
		return len(m.t.changes)
	}
	return m.places[state]
}

func (m *model) step(state int, o *record.Operation) (bool, int) {
	now := m.t.at(m.rank(state), m.key)
	if !o.IsWrite() {
		if o.Verb == "list" {
			return sort.SearchInts(m.places, m.t.rank(o.ListRV)) == state, state
		}
		return same(now, o.Object), state
	}
	meets := now != nil && (o.IfRV == 0 || o.IfRV == now.RV) && (o.IfUID == "" || o.IfUID == m.t.bodies[now.Digest].Metadata.UID)
	switch o.Outcome {
	case record.NotFound:
		return now == nil && o.Verb != "create", state
	case record.Exists:
		return now != nil && o.Verb == "create", state
	case record.Conflict: // a patch gives up when others were faster, time and again
		return now != nil && !meets || o.Verb == "patch" && o.IfRV == 0, state
	}
	allowed := meets
	if o.Verb == "create" {
		allowed = now == nil
	}
	if state < len(m.places) && allowed {
		c := m.t.changes[m.places[state]]
		if c.Key == o.Key && (o.Verb == "delete" && c.Digest == "" || o.Verb != "delete" && c.Digest != "" && m.t.bodies[c.Digest].Data.Mark == o.Mark &&
			(o.Object == nil || same(&c, o.Object))) {
			return true, state + 1
		}
	}
	// What was never carried out is put behind everything.
	return o.Outcome == record.Unknown && state == len(m.places), state
}

// linearizable asks porcupine for each key, about the operations on it and what consistent lists show of it. That is enough, as
// linearizability of the keys makes that of the whole, but for lists, which are of several keys: see order.
func (v *Verdict) linearizable(h *record.History, t *timeline, authors map[int]*record.Operation, drawing string) {
	carriedOut := map[*record.Operation]bool{}
	for _, o := range authors {
		carriedOut[o] = true
	}
	byKey := map[string][]*record.Operation{}
	var lists []*record.Operation
	for i := range h.Operations {
		o := &h.Operations[i]
		switch {
		case o.IsWrite() && o.Outcome == record.Unknown && o.Verb != "delete" && !carriedOut[o],
			o.Outcome == record.Refused || o.Outcome == record.Expired || o.Outcome == record.Broken,
			!o.IsWrite() && (o.Outcome == record.Unknown || o.RV != "" || o.PageOf != 0):
		case o.Verb == "list":
			lists = append(lists, o)
		default:
			byKey[o.Key] = append(byKey[o.Key], o)
		}
	}
	// The initial events of a watch list that asks for no version are a consistent read.
	for i := range h.Watches {
		w := &h.Watches[i]
		for _, e := range w.Events {
			if w.Initial && w.RV == "" && e.End {
				lists = append(lists, &record.Operation{Client: -1 - w.Chain, Server: w.Server, Verb: "list", Namespace: w.Namespace, Selector: w.Selector,
					Start: w.Start, End: e.At, Outcome: record.OK, ListRV: e.RV})
			}
		}
	}
	v.order(t, authors, lists)
	for key, operations := range byKey {
		v.porcupine(key, &model{t, key, t.byKey[key]}, append(operations, lists...), drawing)
	}
}

// order checks that writes and consistent lists have revisions in the order of time: a list knows all that was done before it began, and
// what begins after a list is not in it. (Which change a delete made is not known. What lists show of it is up to porcupine.)
func (v *Verdict) order(t *timeline, authors map[int]*record.Operation, lists []*record.Operation) {
	type point struct {
		o    *record.Operation
		rank int
	}
	var begun []point
	for place, o := range authors {
		begun = append(begun, point{o, place + 1})
	}
	for _, o := range lists {
		begun = append(begun, point{o, t.rank(o.ListRV)})
	}
	ended := slices.Clone(begun)
	slices.SortFunc(begun, func(a, b point) int { return cmp.Compare(a.o.Start, b.o.Start) })
	slices.SortFunc(ended, func(a, b point) int { return cmp.Compare(a.o.End, b.o.End) })
	var last point
	for _, p := range begun {
		for ; ended[0].o.End < p.o.Start; ended = ended[1:] {
			if ended[0].rank >= last.rank {
				last = ended[0]
			}
		}
		if last.o != nil && (p.rank < last.rank || p.rank == last.rank && p.o.IsWrite()) {
			v.fault("%v: although this was done before: %v", p.o, last.o)
		}
	}
}

func (v *Verdict) porcupine(what string, m *model, operations []*record.Operation, drawing string) {
	var in []porcupine.Operation
	for _, o := range operations {
		end := o.End
		if o.Outcome == record.Unknown {
			end = record.Never
		}
		in = append(in, porcupine.Operation{ClientId: max(o.Client, 0), Input: o, Call: o.Start, Return: end})
	}
	p := porcupine.Model{
		Init: func() any { return 0 },
		Step: func(state, input, _ any) (bool, any) {
			ok, next := m.step(state.(int), input.(*record.Operation))
			return ok, next
		},
		DescribeOperation: func(input, _ any) string { return input.(*record.Operation).String() },
		DescribeState:     func(state any) string { return fmt.Sprint(state) },
	}
	if result := porcupine.CheckOperationsTimeout(p, in, patience); result == porcupine.Ok {
		return
	} else if result == porcupine.Unknown {
		v.fault("%s: no verdict after %v whether %d operations are linearizable", what, patience, len(in))
		return
	}
	_, info := porcupine.CheckOperationsVerbose(p, in, patience)
	v.fault("%s: not linearizable: %v", what, suspect(info, operations))
	if drawing != "" {
		if f, err := os.Create(drawing); err == nil {
			_ = porcupine.Visualize(p, info, f)
			_ = f.Close()
		}
	}
}

// suspect is the first operation to end that the longest order found does not hold.
func suspect(info porcupine.LinearizationInfo, operations []*record.Operation) *record.Operation {
	longest := map[*record.Operation]bool{}
	for _, partial := range info.PartialLinearizationsOperations() {
		for _, order := range partial {
			if len(order) > len(longest) {
				clear(longest)
				for _, o := range order {
					longest[o.Input.(*record.Operation)] = true
				}
			}
		}
	}
	var first *record.Operation
	for _, o := range operations {
		if !longest[o] && (first == nil || o.End < first.End) {
			first = o
		}
	}
	return first
}
