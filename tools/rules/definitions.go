package main

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strings"

	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"
)

const variantsMax = 400 // of the examples of one schema

// recordDefinitions makes a suite of each version of each definition: its schema with the rules that it has, the examples, and
// the examples without one of their fields.
func recordDefinitions(definitions, examples, out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	objects := map[string][]any{}
	err := documents(examples, func(_ string, object map[string]any) error {
		kind := fmt.Sprint(object["apiVersion"], "/", object["kind"])
		objects[kind] = append(objects[kind], object)
		return nil
	})
	if err != nil {
		return err
	}
	total := 0
	err = documents(definitions, func(name string, definition map[string]any) error {
		spec, ok := definition["spec"].(map[string]any)
		if !ok || definition["kind"] != "CustomResourceDefinition" {
			return nil
		}
		target, err := os.Create(filepath.Join(out, name+".jsonl.gz"))
		if err != nil {
			return err
		}
		defer target.Close()
		packed := gzip.NewWriter(target)
		defer packed.Close()
		for _, each := range spec["versions"].([]any) {
			version := each.(map[string]any)
			schema := version["schema"].(map[string]any)["openAPIV3Schema"].(map[string]any)
			kind := fmt.Sprint(spec["group"], "/", version["name"], "/", spec["names"].(map[string]any)["kind"])
			s := suite{Schema: schema}
			for _, object := range objects[kind] {
				s.Objects = append(s.Objects, object)
				variants(object, object, nil, &s.Objects)
			}
			document, err := json.Marshal(s)
			if err != nil {
				return err
			}
			count, err := judge(document, packed)
			if err != nil {
				return fmt.Errorf("%s: %w", kind, err)
			}
			log.Printf("%s: %d", kind, count)
			total += count
		}
		return nil
	})
	log.Printf("%d vectors", total)
	return err
}

// variants adds the object without one field or element, for each that it has.
func variants(whole, at any, path []any, into *[]any) {
	add := func(step any, value any) {
		if len(*into) < variantsMax {
			below := append(append([]any{}, path...), step)
			*into = append(*into, without(whole, below))
			variants(whole, value, below, into)
		}
	}
	switch value := at.(type) {
	case map[string]any:
		names := make([]string, 0, len(value))
		for name := range value {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			add(name, value[name])
		}
	case []any:
		for i, element := range value {
			add(i, element)
		}
	}
}

func without(at any, path []any) any {
	switch value := at.(type) {
	case map[string]any:
		result := map[string]any{}
		for name, member := range value {
			if name != path[0] {
				result[name] = member
			} else if len(path) > 1 {
				result[name] = without(member, path[1:])
			}
		}
		return result
	case []any:
		result := []any{}
		for i, element := range value {
			if i != path[0] {
				result = append(result, element)
			} else if len(path) > 1 {
				result = append(result, without(element, path[1:]))
			}
		}
		return result
	}
	return at
}

// documents reads the YAML documents of all files of a folder and below it.
func documents(folder string, visit func(name string, document map[string]any) error) error {
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".yaml") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, each := range strings.Split(string(data), "\n---") {
			asJSON, err := yaml.YAMLToJSON([]byte(each))
			if err != nil {
				continue // of a template
			}
			var document map[string]any
			if err := utiljson.Unmarshal(asJSON, &document); err != nil || document == nil {
				continue
			}
			if err := visit(strings.TrimSuffix(entry.Name(), ".yaml"), document); err != nil {
				return err
			}
		}
		return nil
	})
}
