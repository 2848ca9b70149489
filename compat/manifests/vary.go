package main

import (
	"fmt"
	"hash/fnv"
	"sort"
	"strings"
)

// A variant is an object with one field changed.
type variant struct {
	name   string
	object map[string]any
}

type place struct {
	path []any // names and indexes
	id   string
}

// variants changes some fields of an object, one in each variant: which ones and how follows from their paths only.
func variants(object map[string]any, count int) []variant {
	var places []place
	visit(object, nil, func(p []any) {
		if len(p) == 1 && (p[0] == "apiVersion" || p[0] == "kind" || p[0] == "metadata") || len(p) > 1 && p[0] == "metadata" {
			return
		}
		places = append(places, place{append([]any{}, p...), pathText(p)})
	})
	type change struct {
		place
		how string
	}
	var changes []change
	for _, p := range places {
		for _, how := range []string{"removed", "null", "mistyped", "edge", "unknown"} {
			changes = append(changes, change{p, how})
		}
	}
	sort.SliceStable(changes, func(i, j int) bool {
		return hashed(changes[i].id+changes[i].how) < hashed(changes[j].id+changes[j].how)
	})
	var made []variant
	for _, c := range changes {
		if len(made) == count {
			break
		}
		copied := deepCopy(object)
		if changed(copied, c.path, c.how) {
			made = append(made, variant{c.how + " " + c.id, copied})
		}
	}
	sort.SliceStable(made, func(i, j int) bool { return made[i].name < made[j].name })
	return made
}

func hashed(text string) uint32 {
	hash := fnv.New32a()
	hash.Write([]byte(text))
	return hash.Sum32()
}

// visit goes to each field and, of lists, to the first item.
func visit(value any, path []any, each func([]any)) {
	if len(path) > 0 {
		each(path)
	}
	switch value := value.(type) {
	case map[string]any:
		for _, name := range sortedKeys(value) {
			visit(value[name], append(path, name), each)
		}
	case []any:
		if len(value) > 0 {
			visit(value[0], append(path, 0), each)
		}
	}
}

func pathText(path []any) string {
	var text strings.Builder
	for _, step := range path {
		if index, is := step.(int); is {
			fmt.Fprintf(&text, "[%d]", index)
		} else {
			fmt.Fprintf(&text, ".%v", step)
		}
	}
	return text.String()
}

func changed(object map[string]any, path []any, how string) bool {
	var parent any = object
	for _, step := range path[:len(path)-1] {
		parent = child(parent, step)
	}
	last := path[len(path)-1]
	old := child(parent, last)
	put := func(value any) bool {
		switch parent := parent.(type) {
		case map[string]any:
			parent[last.(string)] = value
		case []any:
			parent[last.(int)] = value
		}
		return true
	}
	switch how {
	case "removed":
		if parent, is := parent.(map[string]any); is {
			delete(parent, last.(string))
			return true
		}
		return false
	case "null":
		return put(nil)
	case "mistyped":
		switch old.(type) {
		case string, bool:
			return put(7)
		case float64:
			return put("x")
		case []any:
			return put(map[string]any{})
		default:
			return put([]any{"x"})
		}
	case "unknown":
		if inner, is := old.(map[string]any); is {
			inner["unknownField"] = 1
			return true
		}
		return false
	default:
		return edge(old, put)
	}
}

func edge(old any, put func(any) bool) bool {
	switch old := old.(type) {
	case string:
		if len(old)%2 == 0 {
			return put("")
		}
		return put(strings.Repeat(old+"_", 1+300/(len(old)+1)))
	case float64:
		return put(-old - 1)
	case bool:
		return put(!old)
	case []any:
		if len(old) == 1 {
			return put([]any{old[0], old[0]})
		}
		return put([]any{})
	}
	return put(map[string]any{})
}

func child(parent, step any) any {
	if index, is := step.(int); is {
		return parent.([]any)[index]
	}
	return parent.(map[string]any)[step.(string)]
}
