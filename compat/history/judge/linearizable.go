package judge

import (
	"fmt"
	"os"
	"time"

	"github.com/anishathalye/porcupine"

	"rheo.dev/compat/history/record"
)

// patience is how long porcupine may search; no verdict is a fault.
const patience = 2 * time.Minute

// model is what porcupine replays. The state is how many of the places were passed: as the sequence of changes is known, an operation
// fits at a state or does not, and there is nothing to guess but the order of operations.
type model struct {
	t      *timeline
	places []int // of the changes of one key, or of all
}

// rank of a state among all changes.
func (m *model) rank(state int) int {
	if state == len(m.places) {
		return len(m.t.changes)
	}
	return m.places[state]
}

func (m *model) step(state int, o *record.Operation) (bool, int) {
	now := m.t.at(m.rank(state), o.Key)
	if !o.IsWrite() {
		if o.Verb == "list" {
			return m.t.rank(o.ListRV) == state, state
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

// linearizable asks porcupine: first for each key, which finds the culprit soon, then for all keys and the consistent lists.
func (v *Verdict) linearizable(h *record.History, t *timeline, authors map[int]*record.Operation, drawing string) {
	carriedOut := map[*record.Operation]bool{}
	for _, o := range authors {
		carriedOut[o] = true
	}
	var all []*record.Operation
	byKey := map[string][]*record.Operation{}
	for i := range h.Operations {
		o := &h.Operations[i]
		switch {
		case o.IsWrite() && o.Outcome == record.Unknown && o.Verb != "delete" && !carriedOut[o],
			o.Outcome == record.Refused || o.Outcome == record.Expired || o.Outcome == record.Broken,
			!o.IsWrite() && (o.Outcome == record.Unknown || o.RV != "" || o.PageOf != 0):
			continue
		}
		all = append(all, o)
		if o.Verb != "list" {
			byKey[o.Key] = append(byKey[o.Key], o)
		}
	}
	// The initial events of a watch list that asks for no version are a consistent read.
	for i := range h.Watches {
		w := &h.Watches[i]
		for _, e := range w.Events {
			if w.Initial && w.RV == "" && e.End {
				all = append(all, &record.Operation{Client: -1 - w.Chain, Server: w.Server, Verb: "list", Namespace: w.Namespace, Selector: w.Selector,
					Start: w.Start, End: e.At, Outcome: record.OK, ListRV: e.RV})
			}
		}
	}
	for key, operations := range byKey {
		v.porcupine(key, &model{t, t.byKey[key]}, operations, drawing)
	}
	places := make([]int, len(t.changes))
	for i := range places {
		places[i] = i
	}
	if len(v.Faults) == 0 {
		v.porcupine("all keys and lists", &model{t, places}, all, drawing)
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
