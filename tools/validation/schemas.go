package main

import (
	"encoding/json"
	"reflect"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// Schemas in definitions of custom resources: a type that refers to itself, with values that are one of several types.

var schemaProps = reflect.TypeFor[apiextensionsv1.JSONSchemaProps]()

// unions are values that are written as a schema, or as something else.
var unions = map[reflect.Type][]any{
	reflect.TypeFor[apiextensionsv1.JSONSchemaPropsOrBool]():        {true, false, map[string]any{"type": "string"}},
	reflect.TypeFor[apiextensionsv1.JSONSchemaPropsOrArray]():       {map[string]any{"type": "string"}, []any{map[string]any{"type": "string"}}},
	reflect.TypeFor[apiextensionsv1.JSONSchemaPropsOrStringArray](): {map[string]any{"type": "string"}, []any{"x"}},
}

var jsons = []any{"x", "", 1, -1, 1.5, true, nil, []any{}, []any{"x"}, []any{1, 1}, map[string]any{}, map[string]any{"x": "y"}, map[string]any{"name": "a", "x": nil}}

// ofDefinition tells whether definitions are changed; other kinds have fields of the same names.
var ofDefinition bool

// definitionTexts are texts for fields of definitions by name.
var definitionTexts = map[string][]any{
	"type":                       {"object", "array", "string", "integer", "number", "boolean", "null", "date"},
	"format":                     {"int32", "int64", "float", "double", "byte", "date", "date-time", "ipv4", "password", "bogus", "k8s-short-name", "hostname"},
	"pattern":                    {"^a+$", "(", "[", "a{2,1}", "(?!a)", "a**", `\p{Greek}`},
	"x-kubernetes-list-type":     {"atomic", "set", "map"},
	"x-kubernetes-map-type":      {"atomic", "granular"},
	"x-kubernetes-list-map-keys": {"name", "port", "absent"},
	"required":                   {"name", "spec"},
	"jsonPath":                   {".spec", ".spec.name", ".spec.replicas", ".metadata.name", ".spec.list", ".spec['name']", ".spec..name", ".", "spec.name", ".spec.labels.a", ".spec.ports[0]", ".spec.ports[?(@.name=='a')].port", ".spec.absent", ".spec.a b", "{.spec}"},
	"specReplicasPath":           {".spec.replicas", ".spec", ".status.replicas", ".spec.", "."},
	"statusReplicasPath":         {".status.replicas", ".status", ".spec.replicas", "."},
	"labelSelectorPath":          {".status.selector", ".spec.selector", ".other", "status"},
	"rule":                       {"true", "self", "self ==", "self == oldSelf", "oldSelf == self || true", "has(self.name)", "self.size() > 0", " ", "self.all(x, x == x)\n&& true", "1", "'a'"},
	"message":                    {" ", "a\nb", "must be good"},
	"messageExpression":          {" ", "'must be ' + 'good'", "1", "'a", "self"},
	"fieldPath":                  {".name", ".absent", "name", "['name']", ".spec.name", " ", ".name\n", ".list[0]", "."},
	"reason":                     {"FieldValueInvalid", "FieldValueForbidden", "FieldValueRequired", "FieldValueDuplicate"},
	"strategy":                   {"None", "Webhook"},
	"scope":                      {"Cluster", "Namespaced"},
	"group":                      {"example.com", "x.k8s.io", "kubernetes.io", "nodot", "example..com", "EXAMPLE.com"},
	"conversionReviewVersions":   {"v1", "v1beta1", "v2", "V1"},
	"url":                        {"https://x.example/", "http://x.example", "https://u:p@x.example/?a#b", "://", "https://"},
	"path":                       {"/a", "a", "/a//b", "/", "//", "/A_b"},
	"deprecationWarning":         {"old", "a\nb", "\u0007", "\u200b", "caf\u00e9"},
	"kind":                       {"Thing", "ThingList", "thing", "Thing.x", "T-"},
	"listKind":                   {"Thing", "ThingList", "Things_"},
	"plural":                     {"things", "Things", "others", "1things", "a.b"},
	"singular":                   {"thing", "Thing", "a.b"},
	"shortNames":                 {"th", "TH", "t.h"},
	"categories":                 {"all", "ALL", "a b"},
	"$ref":                       {"#/definitions/x"},
	"$schema":                    {"http://json-schema.org/draft-04/schema#"},
}

const (
	direct = 440 // vectors of one base and operation that set a plain value, or remove one
	nested = 110 // those that add a structure with content
	few    = 4   // a base with more rules has a quarter: an expression takes longer than all the rest
)

// ofDefinitions samples plain changes and those that bring structures apart, since there are many more of these.
func ofDefinitions(mutations []mutation, base map[string]any) []mutation {
	var plain, structured []mutation
	for _, one := range mutations {
		if one.value != nil && isStructured(*one.value) {
			structured = append(structured, one)
		} else {
			plain = append(plain, one)
		}
	}
	share := 1
	text, err := json.Marshal(base)
	if err == nil && strings.Count(string(text), `"rule"`) > few {
		share = 4
	}
	return append(sample(plain, direct/share), sample(structured, nested/share)...)
}

// isStructured tells whether a value holds lists or objects with content.
func isStructured(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for _, one := range v {
			switch one.(type) {
			case map[string]any, []any:
				return true
			}
		}
		text, err := json.Marshal(v)
		return err != nil || len(text) > 200
	case []any:
		for _, one := range v {
			if m, ok := one.(map[string]any); ok && len(m) > 0 {
				return true
			}
		}
	}
	return false
}
