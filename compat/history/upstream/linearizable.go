package main

import (
	"time"

	"github.com/anishathalye/porcupine"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/storage"
	"k8s.io/apiserver/pkg/storage/testing/correctness"

	"rheo.dev/compat/history/record"
)

const patience = 3 * time.Minute

// linearizable asks porcupine for an order of all operations that the model goes along with.
func (t *translation) linearizable(v *verdict) {
	var all []porcupine.Operation
	for i := range t.history.Operations {
		o := &t.history.Operations[i]
		end := o.End
		switch {
		case o.Outcome == record.Refused || o.Outcome == record.Expired || o.Outcome == record.Broken || !o.IsWrite() && o.Outcome == record.Unknown:
			continue
		case o.Verb == "patch" && o.IfRV == 0 && o.Outcome == record.Conflict: // the server's own doing, after others were faster
			continue
		case o.Outcome == record.Unknown:
			if end = record.Never; o.Verb != "delete" && t.byMark[o.Mark] == nil {
				continue // never carried out
			}
		}
		all = append(all, porcupine.Operation{ClientId: o.Client, Input: o, Call: o.Start, Return: end})
	}
	v.operations = len(all)
	t.times(all)
	reads := map[*record.Operation]*reading{}
	for _, each := range all {
		if o := each.Input.(*record.Operation); !o.IsWrite() {
			r := &reading{}
			r.request, r.response, r.err = t.read(o)
			reads[o] = r
		}
	}
	model := porcupine.Model{
		Init: func() any { return emptyModel() },
		Step: func(state, input, _ any) (bool, any) {
			o := input.(*record.Operation)
			return t.step(state.(*correctness.Model), o, reads[o])
		},
		Equal: func(a, b any) bool { return a.(*correctness.Model).Equal(b.(*correctness.Model)) },
	}
	switch porcupine.CheckOperationsTimeout(model, all, patience) {
	case porcupine.Illegal:
		v.fault("no order of the %d operations is one that the model goes along with", len(all))
	case porcupine.Unknown:
		v.fault("no verdict after %v on %d operations", patience, len(all))
	}
}

// times bounds when each change was made: not before a write with that place or one before it was asked for, and not after one with that
// place or a later one was acknowledged. It tells most deletes apart, whose places no answer tells; a wrong guess would let porcupine try
// all orders of what comes behind it.
func (t *translation) times(all []porcupine.Operation) {
	n := len(t.history.Changes)
	t.earliest, t.latest = make([]int64, n), make([]int64, n)
	for i := range n {
		t.latest[i] = record.Never
	}
	for _, each := range all {
		if c := t.byMark[each.Input.(*record.Operation).Mark]; c != nil {
			place := t.rank(c.RV) - 2
			t.earliest[place], t.latest[place] = each.Call, each.Return
		}
	}
	for i := 1; i < n; i++ {
		t.earliest[i] = max(t.earliest[i], t.earliest[i-1])
		t.latest[n-1-i] = min(t.latest[n-1-i], t.latest[n-i])
	}
}

// reading is a read in the words of the model.
type reading struct {
	request  correctness.Request
	response correctness.Response
	err      error
}

func (t *translation) step(state *correctness.Model, o *record.Operation, r *reading) (bool, *correctness.Model) {
	if r != nil {
		if r.err != nil {
			return false, state
		}
		if o.Verb == "list" && o.RV == "" && o.PageOf == 0 && t.rank(o.ListRV) != state.ResourceVersion {
			return false, state // as the model would say, after it has copied all objects
		}
		request, response := r.request, r.response
		if o.Outcome == record.NotFound && o.RV == "" {
			response.Err = storage.NewKeyNotFoundError(request.Key, int64(state.ResourceVersion))
		}
		ok, next, _ := state.Step(request, response)
		return ok, next
	}
	key := keyOf(o.Key)
	request := correctness.Request{Key: key}
	var response correctness.Response
	switch o.Verb {
	case "create":
		request.Op = correctness.OpCreate
		request.Create.Object = &corev1.ConfigMap{}
	case "delete":
		request.Op = correctness.OpDelete
		request.Delete.Preconditions = preconditions(o, t.rank)
	default:
		request.Op = correctness.OpUpdate
		request.Update.Preconditions = preconditions(o, t.rank)
		request.Update.UpdateFunc = storage.SimpleUpdate(func(runtime.Object) (runtime.Object, error) { return &corev1.ConfigMap{}, nil })
	}
	switch o.Outcome {
	case record.NotFound:
		response.Err = storage.NewKeyNotFoundError(key, int64(state.ResourceVersion))
	case record.Exists:
		response.Err = storage.NewKeyExistsError(key, 0)
	case record.Conflict:
		stored, there := state.Items[key]
		if !there {
			return false, state
		}
		if response.Err = preconditions(o, t.rank).Check(key, stored); response.Err == nil {
			return false, state
		}
	default: // carried out, or perhaps
		place := int(state.ResourceVersion) - 1
		if place == len(t.history.Changes) {
			return o.Outcome == record.Unknown, state // never
		}
		c := &t.history.Changes[place]
		if c.Key != o.Key || (c.Digest == "") != (o.Verb == "delete") {
			return false, state
		}
		if o.Start > t.latest[place] || o.Outcome == record.OK && o.End < t.earliest[place] {
			return false, state
		}
		rank := uint64(place) + 2
		if o.Verb == "delete" {
			stored, there := state.Items[key]
			if !there {
				return false, state
			}
			deleted := stored.DeepCopyObject()
			if versioner.UpdateObject(deleted, rank) != nil {
				return false, state
			}
			response.Object = deleted
			break
		}
		digest := c.Digest
		if o.Object != nil {
			if o.Object.RV != c.RV {
				return false, state
			}
			digest = o.Object.Digest
		} else if t.marks[digest] != o.Mark {
			return false, state
		}
		if o.Verb == "create" {
			request.Create.Object = t.object(digest, 0)
		} else {
			request.Update.UpdateFunc = t.writes(digest)
		}
		response.Object = t.object(digest, rank)
	}
	ok, next, _ := state.Step(request, response)
	return ok, next
}
