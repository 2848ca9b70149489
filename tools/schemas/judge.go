package main

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"sort"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/model"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/runtime"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/cel/common"
)

// judge judges the objects of one schema, in the steps of the handler and the strategy of custom resources.
type judge struct {
	structural *structuralschema.Structural
	validator  validation.SchemaValidator
	status     validation.SchemaValidator
}

// judgeSchema says what upstream says of a schema; false if it cannot even be decoded.
func judgeSchema(schema any) (*judge, schemaLine, bool) {
	line := schemaLine{Schema: schema}
	var v1 apiextensionsv1.JSONSchemaProps
	if err := json.Unmarshal(text(schema), &v1); err != nil {
		return nil, line, false
	}
	var internal apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(&v1, &internal, nil); err != nil {
		return nil, line, false
	}
	s, err := structuralschema.NewStructural(&internal)
	if err != nil {
		line.Read = err.Error()
		return nil, line, true
	}
	line.Faults = faults(structuralschema.ValidateStructural(field.NewPath("schema"), s), false)
	if len(line.Faults) > 0 {
		return nil, line, true
	}
	defaults, err := defaulting.ValidateDefaults(context.Background(), field.NewPath("schema"), s.DeepCopy(), true, true)
	if err == nil {
		line.Defaults = faults(defaults, true)
	}
	s = s.DeepCopy()
	if err := defaulting.PruneDefaults(s); err != nil {
		return nil, line, true
	}
	j := &judge{structural: s}
	if j.validator, _, err = validation.NewSchemaValidator(&internal); err != nil {
		return nil, line, true
	}
	if status, ok := internal.Properties["status"]; ok {
		if j.status, _, err = validation.NewSchemaValidator(&status); err != nil {
			return nil, line, true
		}
	}
	return j, line, true
}

// decode is what unstructuredSchemaCoercer does.
func (j *judge) decode(object any, drop bool) (map[string]any, []string, error) {
	var decoded map[string]any
	if err := utiljson.Unmarshal(text(object), &decoded); err != nil {
		return nil, nil, err
	}
	meta, found, unknown, err := objectmeta.GetObjectMetaWithOptions(decoded, objectmeta.ObjectMetaOptions{
		DropMalformedFields: drop, ReturnUnknownFieldPaths: !drop})
	if err != nil {
		return nil, nil, err
	}
	unknown = append(unknown, pruning.PruneWithOptions(decoded, j.structural, true,
		structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: !drop})...)
	defaulting.PruneNonNullableNullsWithoutDefaults(decoded, j.structural)
	fieldErr, paths := objectmeta.CoerceWithOptions(nil, decoded, j.structural, false,
		objectmeta.CoerceOptions{DropInvalidFields: drop, ReturnUnknownFieldPaths: !drop})
	if fieldErr != nil {
		return nil, nil, fieldErr
	}
	unknown = append(unknown, paths...)
	if found {
		if drop && meta.Generation == 0 {
			meta.Generation = 1
		}
		if err := objectmeta.SetObjectMeta(decoded, meta); err != nil {
			return nil, nil, err
		}
	}
	defaulting.Default(decoded, j.structural)
	return decoded, unknown, nil
}

func (j *judge) create(object any) (objectLine, [][]any) {
	line := objectLine{Object: object}
	decoded, unknown, err := j.decode(object, false)
	stored, _, storedErr := j.decode(object, true)
	if err != nil {
		line.Decode = err.Error()
		if storedErr == nil {
			line.Stored = stored
		}
		return line, nil
	}
	line.Unknown = unknown
	line.Result = decoded
	if storedErr == nil && !sameButGeneration(stored, decoded) {
		line.Stored = stored
	}
	var errs field.ErrorList
	errs = append(errs, validation.ValidateCustomResource(nil, decoded, j.validator)...)
	errs = append(errs, objectmeta.Validate(nil, decoded, j.structural, false)...)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, j.structural, decoded)...)
	line.Errors = faults(errs, true)
	return line, line.Errors
}

func (j *judge) update(object, old any, status bool) (objectLine, bool) {
	line := objectLine{Object: object, Old: old, Status: status}
	now, _, err := j.decode(object, false)
	if err != nil {
		return line, false
	}
	before, _, err := j.decode(old, false)
	if err != nil {
		return line, false
	}
	correlated := common.NewCorrelatedObject(now, before, &model.Structural{Structural: j.structural})
	var errs field.ErrorList
	if status {
		part, ok := now["status"]
		if !ok || j.status == nil {
			return line, false
		}
		errs = append(errs, validation.ValidateCustomResourceUpdate(field.NewPath("status"), part, before["status"], j.status,
			validation.WithRatcheting(correlated.Key("status")))...)
	} else {
		errs = append(errs, validation.ValidateCustomResourceUpdate(nil, now, before, j.validator, validation.WithRatcheting(correlated))...)
		errs = append(errs, objectmeta.Validate(nil, now, j.structural, false)...)
	}
	if len(listtype.ValidateListSetsAndMaps(nil, j.structural, before)) == 0 {
		errs = append(errs, listtype.ValidateListSetsAndMaps(nil, j.structural, now)...)
	}
	line.Errors = faults(errs, true)
	return line, true
}

// faults are [reason, field, body]. Upstream walks through maps in any order, so they are sorted.
func faults(errs field.ErrorList, sorted bool) [][]any {
	var all [][]any
	seen := map[string]bool{}
	for _, err := range errs {
		if message := string(err.Type) + err.Error(); !seen[message] {
			seen[message] = true
			all = append(all, []any{string(err.Type), err.Field, err.ErrorBody()})
		}
	}
	if sorted {
		sort.Slice(all, func(a, b int) bool {
			for i := range all[a] {
				if all[a][i] != all[b][i] {
					return all[a][i].(string) < all[b][i].(string)
				}
			}
			return false
		})
	}
	return all
}

func sameButGeneration(stored, decoded map[string]any) bool {
	copied := runtime.DeepCopyJSON(stored)
	if meta, ok := copied["metadata"].(map[string]any); ok {
		if original, ok := decoded["metadata"].(map[string]any); ok && original["generation"] == nil {
			delete(meta, "generation")
		}
	}
	return reflect.DeepEqual(copied, decoded)
}

func text(value any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// decodeNumbers keeps the digits of numbers.
func decodeNumbers(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return decoder.Decode(into)
}
