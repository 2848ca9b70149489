package main

import (
	"maps"
	"reflect"
	"slices"
)

// diff lists what turns one tree into another: [path, value] sets a place, [path] removes it.
func diff(from, to any) []any {
	var changes []any
	walk(from, to, []any{}, &changes)
	return changes
}

func walk(from, to any, path []any, changes *[]any) {
	at := func(step any) []any { return append(append([]any{}, path...), step) }
	a, isMap := from.(map[string]any)
	b, bothMaps := to.(map[string]any)
	if isMap && bothMaps {
		for _, key := range slices.Sorted(maps.Keys(b)) {
			if old, has := a[key]; has {
				walk(old, b[key], at(key), changes)
			} else {
				*changes = append(*changes, []any{at(key), b[key]})
			}
		}
		for _, key := range slices.Sorted(maps.Keys(a)) {
			if _, has := b[key]; !has {
				*changes = append(*changes, []any{at(key)})
			}
		}
		return
	}
	c, isList := from.([]any)
	d, bothLists := to.([]any)
	if isList && bothLists && len(c) == len(d) {
		for i := range c {
			walk(c[i], d[i], at(i), changes)
		}
		return
	}
	if !same(from, to) {
		*changes = append(*changes, []any{path, to})
	}
}

// same compares numbers by value, whatever Go type they have.
func same(a, b any) bool {
	if x, ok := number(a); ok {
		y, ok := number(b)
		return ok && x == y
	}
	return reflect.DeepEqual(a, b)
}

func number(value any) (float64, bool) {
	switch n := value.(type) {
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}
