package main

import (
	"embed"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"strings"

	apiextensionsinternal "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder"
	"k8s.io/kube-openapi/pkg/handler"
	"sigs.k8s.io/yaml"
)

//go:embed definitions
var definitions embed.FS

type openapiVector struct {
	Definition json.RawMessage `json:"definition"`
	Version    string          `json:"version"`
	Structural bool            `json:"structural"`
	V3         any             `json:"v3"`
	V2         any             `json:"v2"`
}

func readDefinitions() []*apiextensionsv1.CustomResourceDefinition {
	var all []*apiextensionsv1.CustomResourceDefinition
	files, err := definitions.ReadDir("definitions")
	must(err)
	for _, file := range files {
		text, err := definitions.ReadFile("definitions/" + file.Name())
		must(err)
		all = append(all, parse(text)...)
	}
	for _, file := range flag.Args() {
		text, err := os.ReadFile(file)
		must(err)
		all = append(all, parse(text)...)
	}
	return all
}

func parse(text []byte) []*apiextensionsv1.CustomResourceDefinition {
	var all []*apiextensionsv1.CustomResourceDefinition
	for _, document := range strings.Split(string(text), "\n---\n") {
		crd := &apiextensionsv1.CustomResourceDefinition{}
		must(yaml.Unmarshal([]byte(document), crd))
		if crd.Kind != "CustomResourceDefinition" || crd.APIVersion != "apiextensions.k8s.io/v1" {
			continue
		}
		apiextensionsv1.SetDefaults_CustomResourceDefinition(crd)
		apiextensionsv1.SetDefaults_CustomResourceDefinitionSpec(&crd.Spec)
		all = append(all, crd)
	}
	return all
}

func openapi(out *json.Encoder) {
	all := readDefinitions()
	random := rand.New(rand.NewSource(2))
	for i := range 250 {
		crd := &apiextensionsv1.CustomResourceDefinition{}
		crd.Spec.Group = "example.com"
		crd.Spec.Scope = "Cluster"
		crd.Spec.Names = apiextensionsv1.CustomResourceDefinitionNames{Plural: "things", Kind: "Thing", ListKind: "ThingList"}
		schema := randomSchema(random, 4, true)
		crd.Spec.Versions = []apiextensionsv1.CustomResourceDefinitionVersion{{Name: fmt.Sprintf("v%d", i+1), Served: true, Storage: true,
			Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: schema}}}
		all = append(all, crd)
	}
	for _, crd := range all {
		for _, version := range crd.Spec.Versions {
			text, err := json.Marshal(crd.Spec)
			must(err)
			vector := openapiVector{Definition: text, Version: version.Name, Structural: isStructural(version.Schema)}
			v3, err := builder.BuildOpenAPIV3(crd, version.Name, builder.Options{IncludeSelectableFields: true})
			must(err)
			v2, err := builder.BuildOpenAPIV2(crd, version.Name, builder.Options{V2: true, IncludeSelectableFields: true})
			must(err)
			v2.Definitions = handler.PruneDefaults(v2.Definitions)
			vector.V3, vector.V2 = told(v3), told(v2)
			if crd.Spec.Names.Plural == "things" {
				if !vector.Structural {
					continue
				}
				// their paths are all the same
				delete(vector.V3.(map[string]any), "paths")
				delete(vector.V2.(map[string]any), "paths")
				delete(vector.V2.(map[string]any), "parameters")
			}
			must(out.Encode(vector))
		}
	}
}

// Without the texts of upstream, and of what is shared only the names.
func told(document any) any {
	text, err := json.Marshal(document)
	must(err)
	var all map[string]any
	must(json.Unmarshal(text, &all))
	schemas, is := all["definitions"].(map[string]any)
	if !is {
		schemas = all["components"].(map[string]any)["schemas"].(map[string]any)
	}
	for name, schema := range schemas {
		if strings.HasPrefix(name, "io.k8s.a") {
			schemas[name] = true
		} else {
			silence(schema)
		}
	}
	silencePaths(all["paths"])
	return all
}

func silence(value any) {
	switch value := value.(type) {
	case map[string]any:
		if text, is := value["description"].(string); is && (strings.Contains(text, "git.k8s.io") || strings.Contains(text, " is a list of ")) {
			delete(value, "description")
		}
		for _, member := range value {
			silence(member)
		}
	case []any:
		for _, element := range value {
			silence(element)
		}
	}
}

func silencePaths(value any) {
	switch value := value.(type) {
	case map[string]any:
		if text, is := value["description"].(string); is && strings.Contains(text, " ") {
			delete(value, "description")
		}
		for _, member := range value {
			silencePaths(member)
		}
	case []any:
		for _, element := range value {
			silencePaths(element)
		}
	}
}

func isStructural(schema *apiextensionsv1.CustomResourceValidation) bool {
	if schema == nil || schema.OpenAPIV3Schema == nil {
		return false
	}
	internal := &apiextensionsinternal.CustomResourceValidation{}
	must(apiextensionsv1.Convert_v1_CustomResourceValidation_To_apiextensions_CustomResourceValidation(schema, internal, nil))
	structural, err := structuralschema.NewStructural(internal.OpenAPIV3Schema)
	return err == nil && len(structuralschema.ValidateStructural(nil, structural)) == 0
}

func ptr[T any](value T) *T { return &value }

func raw(text string) *apiextensionsv1.JSON { return &apiextensionsv1.JSON{Raw: []byte(text)} }

// A schema that is mostly structural.
func randomSchema(random *rand.Rand, depth int, root bool) *apiextensionsv1.JSONSchemaProps {
	s := &apiextensionsv1.JSONSchemaProps{}
	some := func(of int) bool { return random.Intn(of) == 0 }
	if some(4) {
		s.Description = "what it is"
	}
	if some(12) {
		s.Title = "title"
	}
	kind := random.Intn(9)
	if root || (depth > 2 && kind > 4) {
		kind = 0
	}
	if depth == 0 && kind < 3 {
		kind += 3
	}
	switch kind {
	case 0, 1:
		s.Type = "object"
		if some(3) && !root {
			s.AdditionalProperties = &apiextensionsv1.JSONSchemaPropsOrBool{Allows: true}
			if !some(4) {
				s.AdditionalProperties.Schema = randomSchema(random, depth-1, false)
			} else if some(3) {
				s.AdditionalProperties.Allows = false
			}
		} else {
			s.Properties = map[string]apiextensionsv1.JSONSchemaProps{}
			for _, name := range []string{"a", "b", "c", "d", "e"} {
				if some(2) {
					s.Properties[name] = *randomSchema(random, depth-1, false)
				}
				if some(4) {
					s.Required = append(s.Required, name)
				}
			}
		}
		if some(6) {
			s.XMapType = ptr([]string{"atomic", "granular"}[random.Intn(2)])
		}
		if some(8) {
			s.XPreserveUnknownFields = ptr(true)
		}
		if some(8) && !root {
			s.XEmbeddedResource = true
			delete(s.Properties, "metadata")
		}
		if some(8) {
			s.MinProperties, s.MaxProperties = ptr(int64(0)), ptr(int64(9))
		}
		if some(6) {
			s.OneOf = []apiextensionsv1.JSONSchemaProps{{Required: []string{"a"}}, {Required: []string{"b"}}}
		}
		if some(8) {
			s.AllOf = []apiextensionsv1.JSONSchemaProps{{MinProperties: ptr(int64(1))}}
		}
		if some(9) {
			s.Not = &apiextensionsv1.JSONSchemaProps{Required: []string{"z"}}
		}
		if some(9) {
			s.Default = raw(`{"a":{"x":[1,2.5,true,"y"]}}`)
		}
	case 2:
		s.Type = "array"
		s.Items = &apiextensionsv1.JSONSchemaPropsOrArray{Schema: randomSchema(random, depth-1, false)}
		switch random.Intn(5) {
		case 0:
			s.XListType = ptr("atomic")
		case 1:
			s.XListType = ptr("set")
		case 2:
			s.XListType = ptr("map")
			s.XListMapKeys = []string{"k"}
			item := apiextensionsv1.JSONSchemaProps{Type: "object", Required: []string{"k"}, Properties: map[string]apiextensionsv1.JSONSchemaProps{"k": {Type: "string"}, "v": *randomSchema(random, 0, false)}}
			if some(2) {
				item.Required = nil
				item.Properties["k"] = apiextensionsv1.JSONSchemaProps{Type: "string", Default: raw(`"one"`)}
			}
			s.Items.Schema = &item
		}
		if some(6) {
			s.MinItems, s.MaxItems = ptr(int64(0)), ptr(int64(3))
		}
		if some(9) {
			s.Default = raw(`[]`)
		}
		if some(9) {
			s.XPreserveUnknownFields = ptr(true)
		}
	case 3:
		s.Type = "string"
		s.Format = []string{"", "", "", "date-time", "byte", "uri", "int-or-string"}[random.Intn(7)]
		if some(4) {
			s.Pattern, s.MinLength, s.MaxLength = "^a", ptr(int64(0)), ptr(int64(10))
		}
		if some(4) {
			s.Enum = []apiextensionsv1.JSON{*raw(`"a"`), *raw(`"b"`)}
		}
		if some(4) {
			s.Default = raw(`"a"`)
		}
		if some(6) {
			s.Example = raw(`"e"`)
		}
	case 4:
		s.Type = "integer"
		s.Format = []string{"", "", "int32", "int64"}[random.Intn(4)]
		if some(3) {
			s.Minimum, s.Maximum, s.ExclusiveMaximum = ptr(0.0), ptr(10.0), some(2)
		}
		if some(4) {
			s.Default = raw(`3`)
		}
	case 5:
		s.Type = "number"
		if some(3) {
			s.MultipleOf, s.Minimum, s.ExclusiveMinimum = ptr(0.5), ptr(-1e21), some(2)
		}
	case 6:
		s.Type = "boolean"
		if some(3) {
			s.Default = raw(`true`)
		}
	case 7:
		s.XIntOrString = true
		both := []apiextensionsv1.JSONSchemaProps{{Type: "integer"}, {Type: "string"}}
		switch random.Intn(5) {
		case 0:
			s.AnyOf = both
		case 1:
			s.AllOf = []apiextensionsv1.JSONSchemaProps{{AnyOf: both}, {Pattern: "^x"}}
		case 2:
			s.AnyOf = []apiextensionsv1.JSONSchemaProps{{Pattern: "^y"}, {Pattern: "^x"}}
		case 3:
			s.AllOf = []apiextensionsv1.JSONSchemaProps{{Pattern: "^x"}}
		}
	case 8:
		s.XPreserveUnknownFields = ptr(true)
	}
	if some(6) && !root {
		s.Nullable = true
		if some(2) && s.Default == nil {
			s.Default = raw(`null`)
		}
	}
	if some(10) {
		s.XValidations = apiextensionsv1.ValidationRules{{Rule: "self == self", Message: "m"}, {Rule: "true", Reason: ptr(apiextensionsv1.FieldValueRequired), FieldPath: ".a"}}
	}
	return s
}
