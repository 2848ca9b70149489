package main

import (
	"encoding/json"
	"strings"
)

const namespace = "manifests"

// A servedType is a version of a definition that is served.
type servedType struct {
	*definition
	version
}

func (t *servedType) collection() string {
	path := "/apis/" + t.group + "/" + t.version.name
	if t.namespaced {
		path += "/namespaces/" + namespace
	}
	return path + "/" + t.plural
}

func (t *servedType) id() string { return t.group + "/" + t.version.name + " " + t.kind }

func typesOf(all []*definition) map[string]*servedType {
	types := map[string]*servedType{}
	for _, d := range all {
		for _, v := range d.versions {
			if v.served {
				t := &servedType{d, v}
				types[t.id()] = t
			}
		}
	}
	return types
}

// A base is an object to be written, and varied.
type base struct {
	name   string
	kind   *servedType
	object map[string]any
	vary   int // how many variants are made of it
}

func deepCopy(object map[string]any) map[string]any {
	text, err := json.Marshal(object)
	if err != nil {
		panic(err)
	}
	var copied map[string]any
	if err := json.Unmarshal(text, &copied); err != nil {
		panic(err)
	}
	return copied
}

const (
	variedExamples    = 2 // of each type
	variantsOfExample = 24
)

// examples are the modules' own objects of the types that are there. Each is in our namespace and once only.
func examples(modules []*module, types map[string]*servedType) []*base {
	var found []*base
	seen, count := map[string]bool{}, map[string]int{}
	for _, m := range modules {
		documents, err := m.exampleDocuments()
		if err != nil {
			fatal("%v", err)
		}
		for _, d := range documents {
			apiVersion, _ := d.object["apiVersion"].(string)
			kind, _ := d.object["kind"].(string)
			t := types[apiVersion+" "+kind]
			if t == nil {
				continue
			}
			object := settle(t, d.object)
			text, _ := json.Marshal(object)
			if seen[string(text)] {
				continue
			}
			seen[string(text)] = true
			b := &base{name: d.where, kind: t, object: object}
			if count[t.id()] < variedExamples {
				b.vary = variantsOfExample
			}
			count[t.id()]++
			found = append(found, b)
		}
	}
	return found
}

// What a cluster sets is taken away: objects in the modules' tests were read from one.
func settle(t *servedType, example map[string]any) map[string]any {
	object := deepCopy(example)
	metadata, is := object["metadata"].(map[string]any)
	if !is {
		return object
	}
	for _, field := range []string{"uid", "resourceVersion", "managedFields", "selfLink", "generation", "creationTimestamp", "deletionTimestamp"} {
		delete(metadata, field)
	}
	if t.namespaced {
		metadata["namespace"] = namespace
	} else {
		delete(metadata, "namespace")
	}
	if generate, is := metadata["generateName"].(string); is && metadata["name"] == nil {
		metadata["name"] = strings.TrimSuffix(generate, "-")
		delete(metadata, "generateName")
	}
	return object
}
