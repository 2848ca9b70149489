package main

import (
	"encoding/json"
	"fmt"
	"sort"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apiserver/pkg/storage"
	"k8s.io/apiserver/pkg/storage/testing/correctness"

	"rheo.dev/compat/history/record"
)

var versioner = storage.APIObjectVersioner{}

// translation puts a record into the words of the model.
type translation struct {
	history *record.History
	bodies  map[string]*corev1.ConfigMap
	byMark  map[string]*record.Change // the change that a write made
	marks   map[string]string         // digest → mark

	earliest, latest []int64 // when each change was made, by the clock of the operations
}

func newTranslation(h *record.History) (*translation, error) {
	t := &translation{history: h, bodies: map[string]*corev1.ConfigMap{}, byMark: map[string]*record.Change{}, marks: map[string]string{}}
	for digest, raw := range h.Bodies {
		m := &corev1.ConfigMap{}
		if err := json.Unmarshal(raw, m); err != nil {
			return nil, err
		}
		t.bodies[digest] = m
		t.marks[digest] = m.Data["mark"]
	}
	for i := range h.Changes {
		if c := &h.Changes[i]; c.Digest != "" {
			t.byMark[t.marks[c.Digest]] = c
		}
	}
	return t, nil
}

// rank is the model's version for one of the record: that of the empty store is 1.
func (t *translation) rank(rv uint64) uint64 {
	return 1 + uint64(sort.Search(len(t.history.Changes), func(i int) bool { return t.history.Changes[i].RV > rv }))
}

// version is what a client asks for, as a rank.
func (t *translation) version(rv string) string {
	if rv == "" || rv == "0" {
		return rv
	}
	n, _ := strconv.ParseUint(rv, 10, 64)
	return strconv.FormatUint(t.rank(n), 10)
}

// object is one as it was seen; with rank 0, as it is before it is written.
func (t *translation) object(digest string, rank uint64) *corev1.ConfigMap {
	m := t.bodies[digest].DeepCopy()
	if rank > 0 {
		m.ResourceVersion = strconv.FormatUint(rank, 10)
	}
	return m
}

// seen is an object as a client got it. A version at which nothing was written has no rank: the model knows none either.
func (t *translation) seen(v *record.Version) (*corev1.ConfigMap, error) {
	rank := t.rank(v.RV)
	if rank < 2 || t.history.Changes[rank-2].RV != v.RV {
		return nil, fmt.Errorf("%s: nothing was written at %d", v.Key, v.RV)
	}
	return t.object(v.Digest, rank), nil
}

func keyOf(key string) string { return "/configmaps/" + key }

func keyOfObject(o runtime.Object) (string, error) {
	m, err := meta.Accessor(o)
	if err != nil {
		return "", err
	}
	return keyOf(m.GetNamespace() + "/" + m.GetName()), nil
}

func prefixOf(namespace string) string {
	if namespace == "" {
		return "/configmaps/"
	}
	return keyOf(namespace) + "/"
}

func emptyModel() *correctness.Model {
	return correctness.NewEmptyModel("", func() runtime.Object { return &corev1.ConfigMap{} }, func() runtime.Object { return &corev1.ConfigMapList{} }, versioner)
}

// replay lets the model go through the changes.
func (t *translation) replay() (*correctness.Replay, error) {
	var history []correctness.Operation
	last := map[string]string{}
	for i, c := range t.history.Changes {
		request := correctness.Request{Op: correctness.OpDelete, Key: keyOf(c.Key)}
		digest := c.Digest
		switch {
		case c.Digest == "":
			if digest = last[c.Key]; digest == "" {
				return nil, fmt.Errorf("%s is deleted at %d, and was not there", c.Key, c.RV)
			}
		case last[c.Key] == "":
			request.Op, request.Create.Object = correctness.OpCreate, t.object(digest, 0)
		default:
			request.Op, request.Update.UpdateFunc = correctness.OpUpdate, t.writes(digest)
		}
		last[c.Key] = c.Digest
		history = append(history, correctness.Operation{Request: request, Response: correctness.Response{Object: t.object(digest, uint64(i)+2)}})
	}
	return correctness.NewReplay(emptyModel(), history)
}

// writes is an update that makes this object.
func (t *translation) writes(digest string) storage.UpdateFunc {
	return storage.SimpleUpdate(func(runtime.Object) (runtime.Object, error) { return t.object(digest, 0), nil })
}

func (t *translation) predicate(selector string) (storage.SelectionPredicate, error) {
	label, err := labels.Parse(selector)
	return storage.SelectionPredicate{Label: label, Field: fields.Everything(), GetAttrs: func(o runtime.Object) (labels.Set, fields.Set, error) {
		m, err := meta.Accessor(o)
		if err != nil {
			return nil, nil, err
		}
		return m.GetLabels(), fields.Set{}, nil
	}}, err
}

// read is a get or a list, and its answer.
func (t *translation) read(o *record.Operation) (correctness.Request, correctness.Response, error) {
	if o.Verb == "get" {
		request := correctness.Request{Op: correctness.OpGet, Key: keyOf(o.Key)}
		request.Get.Options.ResourceVersion = t.version(o.RV)
		if o.Outcome == record.NotFound {
			rank, err := t.absent(o)
			return request, correctness.Response{Err: storage.NewKeyNotFoundError(request.Key, int64(rank))}, err
		}
		m, err := t.seen(o.Object)
		return request, correctness.Response{Object: m}, err
	}
	request := correctness.Request{Op: correctness.OpList, Key: prefixOf(o.Namespace)}
	predicate, err := t.predicate(o.Selector)
	if err != nil {
		return request, correctness.Response{}, err
	}
	predicate.Limit = int64(o.Limit)
	if o.PageOf != 0 {
		if predicate.Continue, err = storage.EncodeContinue(keyOf(o.After)+"\x00", request.Key, int64(t.rank(o.PageOf))); err != nil {
			return request, correctness.Response{}, err
		}
	}
	request.List.Options = storage.ListOptions{ResourceVersion: t.version(o.RV), ResourceVersionMatch: metav1.ResourceVersionMatch(o.Match),
		Predicate: predicate, Recursive: true}
	var items []runtime.Object
	last := o.After
	for i := range o.Items {
		m, err := t.seen(&o.Items[i])
		if err != nil {
			return request, correctness.Response{}, err
		}
		items = append(items, m)
		last = o.Items[i].Key
	}
	list := &corev1.ConfigMapList{}
	if err := meta.SetList(list, items); err != nil {
		return request, correctness.Response{}, err
	}
	token := ""
	if o.Continue {
		if token, err = storage.EncodeContinue(keyOf(last)+"\x00", request.Key, int64(t.rank(o.ListRV))); err != nil {
			return request, correctness.Response{}, err
		}
	}
	return request, correctness.Response{Object: list}, versioner.UpdateList(list, t.rank(o.ListRV), token, o.Remaining)
}

// absent is the first version that a 404 can be of; 0: of the state itself.
func (t *translation) absent(o *record.Operation) (uint64, error) {
	if o.RV == "" {
		return 0, nil
	}
	asked, _ := strconv.ParseUint(o.RV, 10, 64)
	gone := true
	for i, c := range t.history.Changes {
		if c.RV > asked && gone {
			return max(uint64(i)+1, t.rank(asked)), nil
		}
		if c.Key == o.Key {
			gone = c.Digest == ""
		}
	}
	if gone {
		return max(t.rank(asked), uint64(len(t.history.Changes))+1), nil
	}
	return 0, fmt.Errorf("%s was there ever since %d", o.Key, asked)
}

func preconditions(o *record.Operation, rank func(uint64) uint64) *storage.Preconditions {
	if o.IfRV == 0 && o.IfUID == "" {
		return nil
	}
	p := &storage.Preconditions{}
	if o.IfRV != 0 {
		rv := strconv.FormatUint(rank(o.IfRV), 10)
		p.ResourceVersion = &rv
	}
	if o.IfUID != "" {
		uid := types.UID(o.IfUID)
		p.UID = &uid
	}
	return p
}
