package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

// definitions reads the schemas of all definitions in the files of some folders, and makes objects for each.
func definitions(folders string) ([]subject, error) {
	var subjects []subject
	for _, folder := range strings.Split(folders, ",") {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(path) != ".yaml" {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, document := range strings.Split(string(text), "\n---") {
				subjects = append(subjects, ofDefinition(document)...)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return subjects, nil
}

func ofDefinition(document string) []subject {
	text, err := yaml.YAMLToJSON([]byte(document))
	if err != nil {
		return nil // a template
	}
	var definition struct {
		Kind string
		Spec struct {
			Group    string
			Names    struct{ Kind string }
			Versions []struct {
				Name   string
				Schema struct{ OpenAPIV3Schema any }
			}
		}
	}
	if err := decodeNumbers(text, &definition); err != nil || definition.Kind != "CustomResourceDefinition" {
		return nil
	}
	var subjects []subject
	for i, version := range definition.Spec.Versions {
		if version.Schema.OpenAPIV3Schema == nil {
			continue
		}
		s := subject{
			Name:   fmt.Sprintf("%s/%s %s", definition.Spec.Group, version.Name, definition.Spec.Names.Kind),
			Schema: version.Schema.OpenAPIV3Schema,
			Sample: 100,
		}
		random := rand.New(rand.NewSource(int64(i)))
		for n := 0; n < 3; n++ {
			object, _ := sample(s.Schema, random, 0).(map[string]any)
			if object == nil {
				continue
			}
			object["apiVersion"] = definition.Spec.Group + "/" + version.Name
			object["kind"] = definition.Spec.Names.Kind
			object["metadata"] = map[string]any{"name": "x"}
			s.Objects = append(s.Objects, object)
		}
		subjects = append(subjects, s)
	}
	return subjects
}

// sample makes a value of a schema; the deeper, the sparser.
func sample(schema any, random *rand.Rand, depth int) any {
	s, _ := schema.(map[string]any)
	if enum, ok := s["enum"].([]any); ok && len(enum) > 0 {
		return enum[random.Intn(len(enum))]
	}
	switch s["type"] {
	case "object":
		object := map[string]any{}
		properties, _ := s["properties"].(map[string]any)
		required := map[string]bool{}
		list, _ := s["required"].([]any)
		for _, name := range list {
			required[fmt.Sprint(name)] = true
		}
		for _, name := range names(properties) {
			if required[name] || (depth < 12 && random.Intn(2+depth) < 2) {
				object[name] = sample(properties[name], random, depth+1)
			}
		}
		if additional, ok := s["additionalProperties"].(map[string]any); ok {
			object["a"] = sample(additional, random, depth+1)
			object["b.c/d"] = sample(additional, random, depth+1)
		}
		return object
	case "array":
		array := []any{}
		for i := 0; i < 1+random.Intn(2); i++ {
			array = append(array, sample(s["items"], random, depth+1))
		}
		return array
	case "integer":
		if minimum, ok := s["minimum"]; ok {
			return minimum
		}
		return json.Number("1")
	case "number":
		return json.Number("1.5")
	case "boolean":
		return random.Intn(2) == 0
	}
	return []any{"a", "abc", "10.0.0.1", "1h", "2020-01-01T00:00:00Z", "a.example.com"}[random.Intn(6)]
}
