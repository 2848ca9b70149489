package main

import (
	"encoding/json"
	"fmt"
	"math/rand"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"sigs.k8s.io/structured-merge-diff/v6/typed"
)

type mergeVector struct {
	Schema     json.RawMessage `json:"schema,omitempty"`
	Structural bool            `json:"structural,omitempty"`
	Preserve   bool            `json:"preserve,omitempty"`
	// What follows is of the schema that was told last.
	Live    any    `json:"l,omitempty"`
	Applied any    `json:"a,omitempty"`
	Error   string `json:"e,omitempty"`
	Fields  any    `json:"f,omitempty"`
	Merged  any    `json:"m,omitempty"`
	// The error of the merge.
	MergeError string `json:"me,omitempty"`
}

func merging(out *json.Encoder) {
	random := rand.New(rand.NewSource(3))
	var versions []*apiextensionsv1.CustomResourceDefinition
	for _, crd := range readDefinitions() {
		for _, version := range crd.Spec.Versions {
			one := crd.DeepCopy()
			one.Spec.Versions = []apiextensionsv1.CustomResourceDefinitionVersion{version}
			versions = append(versions, one)
		}
	}
	for i := range 400 {
		crd := &apiextensionsv1.CustomResourceDefinition{}
		crd.Spec.Group = "example.com"
		crd.Spec.Names = apiextensionsv1.CustomResourceDefinitionNames{Plural: "things", Kind: "Thing", ListKind: "ThingList"}
		crd.Spec.PreserveUnknownFields = i%40 == 0
		crd.Spec.Versions = []apiextensionsv1.CustomResourceDefinitionVersion{{Name: "v1", Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: randomSchema(random, 4, true)}}}
		versions = append(versions, crd)
	}
	for i, crd := range versions {
		version := crd.Spec.Versions[0]
		document, err := builder.BuildOpenAPIV3(crd, version.Name, builder.Options{})
		must(err)
		converter, err := managedfields.NewTypeConverter(document.Components.Schemas, crd.Spec.PreserveUnknownFields)
		if err != nil {
			continue
		}
		text, err := json.Marshal(version.Schema.OpenAPIV3Schema)
		must(err)
		must(out.Encode(mergeVector{Schema: text, Structural: isStructural(version.Schema), Preserve: crd.Spec.PreserveUnknownFields}))
		cases := 6
		if i < 5 {
			cases = 200
		}
		for range cases {
			vector := mergeVector{}
			live, liveTyped, liveError := randomObject(random, converter, crd)
			applied, appliedTyped, appliedError := randomObject(random, converter, crd)
			vector.Applied = applied
			if appliedError != nil {
				vector.Error = appliedError.Error()
				if !sameFaults(converter, applied, vector.Error) {
					continue
				}
				must(out.Encode(vector))
				continue
			}
			set, err := appliedTyped.ToFieldSet()
			must(err)
			fields, err := set.ToJSON()
			must(err)
			vector.Fields = json.RawMessage(fields)
			if liveError == nil {
				vector.Live = live
				merged, err := liveTyped.Merge(appliedTyped)
				if err != nil {
					vector.MergeError = err.Error()
				} else {
					vector.Merged = merged.AsValue().Unstructured()
				}
			}
			must(out.Encode(vector))
		}
	}
}

func randomObject(random *rand.Rand, converter managedfields.TypeConverter, crd *apiextensionsv1.CustomResourceDefinition) (map[string]any, *typed.TypedValue, error) {
	object, is := randomValue(random, crd.Spec.Versions[0].Schema.OpenAPIV3Schema, 6).(map[string]any)
	if !is {
		object = map[string]any{}
	}
	object["apiVersion"] = crd.Spec.Group + "/" + crd.Spec.Versions[0].Name
	object["kind"] = crd.Spec.Names.Kind
	meta := map[string]any{"name": "one"}
	if random.Intn(2) == 0 {
		meta["labels"] = map[string]any{"a": fmt.Sprint(random.Intn(3)), "b": "x"}
	}
	if random.Intn(4) == 0 {
		meta["finalizers"] = []any{"a", "b"}[random.Intn(2):]
	}
	object["metadata"] = meta
	value, err := converter.ObjectToTyped(&unstructured.Unstructured{Object: object})
	return object, value, err
}

// A value that mostly is of the schema.
func randomValue(random *rand.Rand, s *apiextensionsv1.JSONSchemaProps, depth int) any {
	if s == nil || depth == 0 {
		return any([]any{"x", int64(1), true, 1.5, nil, []any{"e"}, map[string]any{"f": "g"}}[random.Intn(7)])
	}
	if random.Intn(400) == 0 {
		return randomValue(random, nil, 0)
	}
	if s.Nullable && random.Intn(5) == 0 {
		return nil
	}
	switch s.Type {
	case "object":
		object := map[string]any{}
		for _, name := range sortedKeys(s.Properties) {
			property := s.Properties[name]
			if random.Intn(3) > 0 {
				object[name] = randomValue(random, &property, depth-1)
			}
		}
		if s.AdditionalProperties != nil {
			for _, name := range []string{"x", "y", "z"} {
				if random.Intn(2) == 0 {
					object[name] = randomValue(random, s.AdditionalProperties.Schema, depth-1)
				}
			}
		}
		if random.Intn(150) == 0 || (s.XPreserveUnknownFields != nil && random.Intn(2) == 0) {
			object["unknown"] = randomValue(random, nil, 0)
		}
		if s.XEmbeddedResource && random.Intn(2) == 0 {
			object["apiVersion"], object["kind"] = "v1", "Pod"
			object["metadata"] = map[string]any{"name": "in", "labels": map[string]any{"k": fmt.Sprint(random.Intn(2))}}
		}
		return object
	case "array":
		list := []any{}
		for n := random.Intn(3); n > 0; n-- {
			if s.Items == nil {
				break
			}
			list = append(list, randomValue(random, s.Items.Schema, depth-1))
		}
		return list
	case "string":
		if random.Intn(5) == 0 {
			return []string{"Ready", "Available", "True"}[random.Intn(3)]
		}
		return string(rune("a"[0] + byte(random.Intn(9))))
	case "integer":
		return int64(random.Intn(9))
	case "number":
		return []any{0.5, 1.5, int64(2)}[random.Intn(3)]
	case "boolean":
		return random.Intn(2) == 0
	}
	if s.XIntOrString {
		return []any{"a", int64(3)}[random.Intn(2)]
	}
	return randomValue(random, nil, 0)
}

// Whether the faults are the same each time: which are told may depend on the order of a map.
func sameFaults(converter managedfields.TypeConverter, object map[string]any, faults string) bool {
	for range 30 {
		if _, err := converter.ObjectToTyped(&unstructured.Unstructured{Object: object}); err == nil || err.Error() != faults {
			return false
		}
	}
	return true
}
