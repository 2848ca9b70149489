package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"reflect"
	"slices"
	"sort"
	"strings"

	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// mutation is a change of one place of an object.
type mutation struct {
	path  []any
	value *any // nil: the place is removed
}

// apply returns a changed copy, or nil if the object has no such place.
func (m mutation) apply(object map[string]any) any {
	copied := clone(object)
	var at any = copied
	for i, step := range m.path {
		last := i == len(m.path)-1
		switch key := step.(type) {
		case string:
			parent, ok := at.(map[string]any)
			if !ok {
				return nil
			}
			if last {
				if m.value == nil {
					delete(parent, key)
				} else {
					parent[key] = clone(*m.value)
				}
				return copied
			}
			if parent[key] == nil {
				return nil
			}
			at = parent[key]
		case int:
			parent, ok := at.([]any)
			if !ok || key >= len(parent) {
				return nil
			}
			if last {
				parent[key] = clone(*m.value)
				return copied
			}
			at = parent[key]
		}
	}
	return nil
}

func clone(node any) any {
	switch n := node.(type) {
	case map[string]any:
		c := make(map[string]any, len(n))
		for key, value := range n {
			c[key] = clone(value)
		}
		return c
	case []any:
		c := make([]any, len(n))
		for i, value := range n {
			c[i] = clone(value)
		}
		return c
	default:
		return node
	}
}

// mutations are the changes of an object that are tried with an operation; the same in each run.
func mutations(k *kind, object map[string]any, op string) []mutation {
	typed, err := legacyscheme.Scheme.New(k.gvk)
	if err != nil {
		panic(err)
	}
	m := &mutator{}
	root := reflect.TypeOf(typed).Elem()
	for _, f := range fieldsOf(root) {
		switch {
		case f.name == "kind" || f.name == "apiVersion":
		case f.name == "metadata":
			m.metadata(op)
		case f.name == "status":
			if op == "create" || op == "update/status" || op == "update/approval" {
				m.field(f, object, nil)
			}
		case op == "create" || op == "update":
			m.field(f, object, nil)
		case op == "update/ephemeralcontainers" || op == "update/resize" || op == "update/finalize":
			m.field(f, object, nil)
		}
	}
	seen := map[string]bool{}
	var distinct []mutation
	for _, one := range m.found {
		// What these two operations are for, and a little of the rest.
		path := fmt.Sprint(one.path)
		if op == "update/resize" && !strings.Contains(path, "resources") && !strings.Contains(path, "resizePolicy") && hash(path)%20 != 0 {
			continue
		}
		if op == "update/ephemeralcontainers" && !strings.Contains(path, "ephemeralContainers") && hash(path)%20 != 0 {
			continue
		}
		id := identity(one)
		if !seen[id] {
			seen[id] = true
			distinct = append(distinct, one)
		}
	}
	if k.most == all {
		return sample(distinct, all)
	}
	if k.most == many {
		return ofDefinitions(distinct, object)
	}
	var outside, within []mutation
	for _, one := range distinct {
		if strings.Contains(fmt.Sprint(one.path), "template spec ") {
			within = append(within, one)
		} else {
			outside = append(outside, one)
		}
	}
	return append(sample(outside, some), sample(within, 100)...)
}

// sample takes some of the mutations, the same in each run, in one order.
func sample(mutations []mutation, most int) []mutation {
	if len(mutations) <= most {
		return mutations
	}
	ids := make(map[string]mutation, len(mutations))
	for _, one := range mutations {
		ids[identity(one)] = one
	}
	chosen := slices.SortedFunc(maps.Keys(ids), func(a, b string) int { return cmp.Compare(hash(a), hash(b)) })[:most]
	slices.Sort(chosen)
	taken := make([]mutation, 0, most)
	for _, id := range chosen {
		taken = append(taken, ids[id])
	}
	return taken
}

func identity(m mutation) string {
	text, err := json.Marshal([]any{m.path, m.value})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func hash(text string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(text))
	return h.Sum32()
}

type mutator struct{ found []mutation }

func (m *mutator) set(path []any, value any) {
	m.found = append(m.found, mutation{append([]any{}, path...), &value})
}

func (m *mutator) remove(path []any) {
	m.found = append(m.found, mutation{path: append([]any{}, path...)})
}

// metadata changes what all kinds share, in a few ways only.
func (m *mutator) metadata(op string) {
	at := func(steps ...any) []any { return append([]any{"metadata"}, steps...) }
	if op == "create" {
		for _, name := range []string{"Upper", "a.b", "a..b", "-a", "a/b", "1a", strings.Repeat("a", 64), strings.Repeat("a", 254), "a_b", "system:a", "."} {
			m.set(at("name"), name)
		}
		m.set(at("generateName"), "Bad_")
	}
	if op != "create" && op != "update" {
		m.set(at("labels"), map[string]any{"changed": "yes"})
		return
	}
	m.set(at("labels"), map[string]any{"-bad-": "x"})
	m.set(at("labels"), map[string]any{"a": "not valid"})
	m.set(at("labels"), map[string]any{"changed": "yes"})
	m.set(at("annotations"), map[string]any{"bad key": "x"})
	m.set(at("annotations"), map[string]any{"changed": "yes"})
	m.set(at("finalizers"), []any{"bad"})
	m.set(at("finalizers"), []any{"example.com/ok", "example.com/bad/name"})
	m.set(at("ownerReferences"), []any{map[string]any{"apiVersion": "v1", "kind": "Event", "name": "a", "uid": "b"}})
	m.set(at("ownerReferences"), []any{map[string]any{}})
}

type field struct {
	name string
	typ  reflect.Type
}

// fieldsOf are the fields of a struct by their names in JSON, those of embedded structs among them.
func fieldsOf(t reflect.Type) []field {
	var all []field
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		if name == "" && f.Anonymous {
			all = append(all, fieldsOf(f.Type)...)
			continue
		}
		all = append(all, field{name, f.Type})
	}
	return all
}

const depth = 2 // of structs that are added

func (m *mutator) field(f field, parent map[string]any, path []any) {
	at := append(append([]any{}, path...), f.name)
	present, has := parent[f.name]
	if has {
		m.remove(at)
		m.change(f.name, f.typ, present, at)
		return
	}
	for _, value := range added(f.name, f.typ, depth) {
		m.set(at, value)
	}
}

// change tries values in place of one that is there.
func (m *mutator) change(name string, t reflect.Type, present any, at []any) {
	t = deref(t)
	if isLeaf(t) {
		for _, value := range samples(name, t, present) {
			m.set(at, value)
		}
		return
	}
	if values, ok := unions[t]; ok {
		for _, value := range values {
			m.set(at, value)
		}
		if _, ok := present.(map[string]any); !ok {
			return
		}
		t = schemaProps
	}
	switch t.Kind() {
	case reflect.Struct:
		object, ok := present.(map[string]any)
		if !ok {
			return
		}
		m.set(at, map[string]any{})
		for _, f := range fieldsOf(t) {
			m.field(f, object, at)
		}
	case reflect.Slice:
		list, ok := present.([]any)
		if !ok || len(list) == 0 {
			return
		}
		m.set(at, []any{})
		m.set(at, append(clone(list).([]any), clone(list[0])))
		if len(list) > 1 {
			m.set(at, clone(list[1:]))
			turned := clone(list).([]any)
			turned[0], turned[1] = turned[1], turned[0]
			m.set(at, turned)
		}
		for _, value := range added(name, t, 1) {
			if more, ok := value.([]any); ok && len(more) > 0 {
				m.set(at, append(clone(list).([]any), more[0]))
			}
		}
		for i := 0; i < len(list) && i < 3; i++ {
			m.change(name, t.Elem(), list[i], append(append([]any{}, at...), i))
		}
	case reflect.Map:
		object, ok := present.(map[string]any)
		if !ok {
			return
		}
		m.set(at, map[string]any{})
		keys := make([]string, 0, len(object))
		for key := range object {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		for _, value := range added(name, t, 1) {
			for key, one := range value.(map[string]any) {
				m.set(append(append([]any{}, at...), key), one)
			}
		}
		for i, key := range keys {
			if i >= 2 {
				break
			}
			place := append(append([]any{}, at...), key)
			m.remove(place)
			m.change(name, t.Elem(), object[key], place)
		}
	}
}

// added are values for a field that is absent.
func added(name string, t reflect.Type, depth int) []any {
	t = deref(t)
	if isLeaf(t) {
		return samples(name, t, nil)
	}
	if values, ok := unions[t]; ok {
		if depth == 0 {
			return values
		}
		return append(append([]any{}, values...), added(name, schemaProps, depth-1)...)
	}
	var all []any
	switch t.Kind() {
	case reflect.Struct:
		all = append(all, map[string]any{})
		if depth == 0 {
			return all
		}
		for _, f := range fieldsOf(t) {
			for _, value := range added(f.name, f.typ, depth-1) {
				all = append(all, map[string]any{f.name: value})
			}
		}
	case reflect.Slice:
		elements := added(name, t.Elem(), max(depth-1, 0))
		for _, value := range elements {
			all = append(all, []any{value})
		}
		if isLeaf(deref(t.Elem())) && len(elements) > 1 {
			all = append(all, []any{elements[0], elements[0]}, []any{elements[1], elements[1]}, elements[:2])
		}
	case reflect.Map:
		element := deref(t.Elem())
		keys := []string{"x", "", "bad key!", "example.com/x"}
		if isQuantity(element) {
			keys = []string{"cpu", "memory", "storage", "ephemeral-storage", "hugepages-2Mi", "pods", "bogus", "example.com/x", "requests.cpu", "bad key!", "count/pods"}
		}
		values := added(name, element, max(depth-1, 0))
		for i, key := range keys {
			for j, value := range values {
				if i == 0 || j < 2 {
					all = append(all, map[string]any{key: value})
				}
			}
		}
	}
	return all
}

func deref(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}
