package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"sync"

	"sigs.k8s.io/yaml"
)

var age = regexp.MustCompile(`\b\d+(s|m\d*s?|h)\b *`)

const dryRun = "?dryRun=All&fieldManager=manifests&fieldValidation="

// An action is a request, and what its record is called.
type action struct {
	name, method, path, contentType string
	body                            []byte
	got                             *answer
}

// perform makes requests at once, some at a time, and notes what came of them in their order.
func perform(s *server, seen *records, actions []*action) {
	next := make(chan *action)
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for a := range next {
				a.got = s.must(a.method, a.path, a.contentType, "application/json", a.body)
			}
		})
	}
	for _, a := range actions {
		next <- a
	}
	close(next)
	all.Wait()
	for _, a := range actions {
		noted(seen, a.name, a.got)
	}
}

func noted(seen *records, name string, got *answer) {
	head := fmt.Sprint(got.code)
	if reason, is := got.object["reason"].(string); is && got.code >= 400 {
		head += " " + reason
	}
	var whole []byte
	switch {
	case got.object == nil:
		whole = got.body
	case got.code >= 400:
		whole = failure(got.object)
	default:
		whole = canonical(got.object)
	}
	if len(got.warnings) > 0 {
		sort.Strings(got.warnings)
		warnings := strings.Join(got.warnings, "\n")
		head += fmt.Sprintf(" %d warnings %s", len(got.warnings), digest([]byte(warnings)))
		whole = append(whole, []byte("\n"+warnings)...)
	}
	seen.add(name, head, whole)
}

func post(b *base, name string, object map[string]any, validation string) *action {
	text, err := json.Marshal(object)
	if err != nil {
		panic(err)
	}
	return &action{name: name, method: "POST", path: b.kind.collection() + dryRun + validation, contentType: "application/json", body: text}
}

// written writes the bases in all ways: first without leaving anything, then for good.
func written(s *server, seen *records, types map[string]*servedType, bases []*base) {
	s.must("POST", "/api/v1/namespaces", "application/json", "application/json",
		[]byte(`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"`+namespace+`"}}`))
	var strict, other []*action
	for _, b := range bases {
		strict = append(strict, post(b, "create "+b.name, b.object, "Strict"))
		text, err := yaml.Marshal(b.object)
		if err != nil {
			panic(err)
		}
		other = append(other, &action{
			name: "create YAML " + b.name, method: "POST", path: b.kind.collection() + dryRun + "Warn", contentType: "application/yaml", body: text,
		})
		if name := objectName(b.object); name != "" {
			other = append(other, &action{
				name: "apply " + b.name, method: "PATCH", path: b.kind.collection() + "/" + name + dryRun + "Warn", contentType: "application/apply-patch+yaml", body: text,
			})
		}
		for _, v := range variants(b.object, b.vary) {
			other = append(other, post(b, "create "+b.name+" with "+v.name, v.object, "Warn"))
		}
	}
	fmt.Printf("%d requests that leave nothing\n", len(strict)+len(other))
	perform(s, seen, strict)
	perform(s, seen, other)
	stored(s, seen, types, bases)
}

func objectName(object map[string]any) string {
	metadata, _ := object["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	return name
}

// stored creates the bases, then reads, updates and shows them.
func stored(s *server, seen *records, types map[string]*servedType, bases []*base) {
	var later []*action
	kept, lists := map[string]bool{}, map[string]*servedType{}
	for _, b := range bases {
		object := b.kind.group + " " + b.kind.kind + " " + objectName(b.object)
		if kept[object] {
			continue
		}
		text, _ := json.Marshal(b.object)
		got := s.must("POST", b.kind.collection()+"?fieldManager=manifests&fieldValidation=Ignore", "application/json", "application/json", text)
		noted(seen, "keep "+b.name, got)
		if got.code != 201 {
			continue
		}
		kept[object] = true
		for _, v := range b.kind.versions {
			if t := types[b.kind.group+"/"+v.name+" "+b.kind.kind]; t != nil {
				path := t.collection() + "/" + objectName(b.object)
				later = append(later, &action{name: "get " + v.name + " of " + b.name, method: "GET", path: path})
				lists[t.id()] = t
				if t.scale {
					later = append(later, &action{name: "get scale " + v.name + " of " + b.name, method: "GET", path: path + "/scale"})
				}
			}
		}
		path := b.kind.collection() + "/" + objectName(b.object)
		for _, v := range variants(b.object, b.vary/2) {
			text, _ := json.Marshal(v.object)
			later = append(later, &action{
				name: "update " + b.name + " with " + v.name, method: "PUT", path: path + dryRun + "Warn", contentType: "application/json", body: text,
			})
		}
		if status, is := b.object["status"]; is && b.kind.status {
			text, _ := json.Marshal(map[string]any{"status": status})
			later = append(later, &action{
				name: "patch status of " + b.name, method: "PATCH", path: path + "/status" + dryRun + "Strict",
				contentType: "application/merge-patch+json", body: text,
			})
		}
	}
	perform(s, seen, later)
	for _, id := range sortedKeys(lists) {
		t := lists[id]
		got := s.must("GET", t.collection()+"?includeObject=None", "", "application/json;as=Table;v=v1;g=meta.k8s.io", nil)
		columns, _ := got.object["columnDefinitions"].([]any)
		for _, column := range columns {
			// Descriptions of what all types have: Rheo has none.
			if column, is := column.(map[string]any); is && (column["name"] == "Name" || column["name"] == "Age") {
				delete(column, "description")
			}
		}
		seen.add("table "+id, fmt.Sprint(got.code), []byte(masked(string(canonical(got.object)))))
	}
}

// Ages differ from run to run.
func masked(text string) string { return age.ReplaceAllString(text, "AGE") }
