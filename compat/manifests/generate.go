package main

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	variantsOfGenerated = 24
	nodesOfGenerated    = 600
)

// generated are two objects for each type, made of its schema: with what is required, and with everything, as far as that goes.
func generated(all []*definition) []*base {
	var made []*base
	for _, d := range all {
		for i := range d.versions {
			v := d.versions[i]
			if !v.served {
				continue
			}
			t := &servedType{d, v}
			for _, flavor := range []string{"required", "everything"} {
				g := &generator{everything: flavor == "everything", left: nodesOfGenerated}
				object, is := g.value(v.schema, "").(map[string]any)
				if !is {
					object = map[string]any{}
				}
				metadata := map[string]any{"name": flavor}
				if t.namespaced {
					metadata["namespace"] = namespace
				}
				object["apiVersion"], object["kind"], object["metadata"] = d.group+"/"+v.name, d.kind, metadata
				made = append(made, &base{name: "generated/" + d.name + "/" + v.name + "/" + flavor, kind: t, object: object, vary: variantsOfGenerated})
			}
		}
	}
	return made
}

type generator struct {
	everything bool
	left       int // how many values may still be made
}

func (g *generator) value(schema map[string]any, name string) any {
	g.left--
	if d, is := schema["default"]; is && g.left%2 == 0 {
		return d
	}
	if values, is := schema["enum"].([]any); is && len(values) > 0 {
		return values[g.left&0xffff%len(values)]
	}
	if schema["x-kubernetes-int-or-string"] == true {
		if g.left%2 == 0 {
			return 8080
		}
		return "50%"
	}
	switch schema["type"] {
	case "object":
		return g.object(schema)
	case "array":
		items, _ := schema["items"].(map[string]any)
		list := []any{}
		for range max(1, min(4, number(schema, "minItems", 1))) {
			list = append(list, g.value(items, name))
		}
		return list
	case "integer":
		return number(schema, "minimum", 1)
	case "number":
		return float64(number(schema, "minimum", 1)) + 0.5
	case "boolean":
		return g.left%2 == 0
	case "string":
		return text(schema, name)
	}
	return map[string]any{"any": "thing"}
}

func (g *generator) object(schema map[string]any) map[string]any {
	object := map[string]any{}
	if schema["x-kubernetes-embedded-resource"] == true {
		object["apiVersion"], object["kind"] = "v1", "ConfigMap"
		object["metadata"] = map[string]any{"name": "embedded"}
	}
	required := map[string]bool{}
	names, _ := schema["required"].([]any)
	for _, name := range names {
		if name, is := name.(string); is {
			required[name] = true
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	for _, name := range sortedKeys(properties) {
		property, is := properties[name].(map[string]any)
		if is && (required[name] || g.everything && g.left > 0) {
			object[name] = g.value(property, name)
		}
	}
	if additional, is := schema["additionalProperties"].(map[string]any); is && g.everything {
		object["key"] = g.value(additional, "key")
	}
	return object
}

func number(schema map[string]any, field string, otherwise int) int {
	switch value := schema[field].(type) {
	case float64:
		return int(value)
	case int64:
		return int(value)
	}
	return otherwise
}

// Tried in this order where a pattern is to be matched.
var tries = []string{
	"a", "abc", "Abc", "1", "10", "10m", "1Gi", "30s", "1h30m", "https://example.com/x", "http://example.com", "example.com", "/path", "10.0.0.1",
	"10.0.0.0/24", "a/b", "example.com/name", "a=b", "2h", "100%", "50%", "GET", "v1", "v1.2.3", "v1beta1", "*.example.com", "1.0", "0.5", "#abc", "True",
	"en-US", "1KB", "1d", "a.b.c", "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "",
}

func text(schema map[string]any, name string) string {
	switch schema["format"] {
	case "date-time":
		return "2026-01-02T03:04:05Z"
	case "byte":
		return "YWJj"
	case "duration":
		return "5m"
	case "uri":
		return "https://example.com/"
	case "int-or-string":
		return "1"
	}
	made := strings.ToLower(name)
	if pattern, is := schema["pattern"].(string); is {
		compiled, err := regexp.Compile(pattern)
		if err != nil {
			return made
		}
		for _, try := range tries {
			if compiled.MatchString(try) && utf8.RuneCountInString(try) >= number(schema, "minLength", 0) {
				return try
			}
		}
	}
	for utf8.RuneCountInString(made) < number(schema, "minLength", 0) {
		made += "x"
	}
	if longest := number(schema, "maxLength", len(made)); longest < len(made) {
		made = made[:longest]
	}
	return made
}
