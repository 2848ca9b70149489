// Command rules records what kube-apiserver's own code says of rules in the schemas of custom resources.
//
// It reads suites: a schema, rules for one place of it, and objects. For each rule it records the faults and the estimated
// costs, and for each object, and each change of one object to another, the verdict and the cost; see README.md.
package main

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/model"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/cel/common"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/apiserver/pkg/warning"
	"sigs.k8s.io/yaml"
)

// suite is one schema with rules for one place of it.
type suite struct {
	Schema  map[string]any   `json:"schema"`
	At      []string         `json:"at"`              // the place that the rules are added to: properties, spec, …
	Rules   []map[string]any `json:"rules,omitempty"` // empty: those that the schema has
	Objects []any            `json:"objects"`         // what is judged by each rule
	Updates bool             `json:"updates"`         // whether each change from one object to another is judged
}

// rule is what is said of one rule.
type rule struct {
	Rule         map[string]any `json:"rule,omitempty"`
	Faults       [][3]string    `json:"d,omitempty"`     // of the definition: [reason, field, message]
	Other        bool           `json:"other,omitempty"` // whether something else is wrong with the definition
	Cost         string         `json:"cost,omitempty"`  // estimated, of one evaluation
	Cardinality  string         `json:"card,omitempty"`
	MessageCost  string         `json:"mcost,omitempty"`
	UsesOldSelf  bool           `json:"old,omitempty"`
	Verdicts     []verdict      `json:"v,omitempty"`
	NormalizedTo string         `json:"path,omitempty"`
}

// verdict is what is said of one object, or of a change.
type verdict struct {
	Object   int         `json:"o"`
	Old      *int        `json:"old,omitempty"`
	Faults   [][3]string `json:"e,omitempty"`
	Warnings []string    `json:"w,omitempty"`
	Left     int64       `json:"left"` // of the budget
}

func main() {
	definitions := flag.String("definitions", "", "folder of YAML files with definitions, instead of suites")
	examples := flag.String("examples", "", "folder of YAML files with objects of them")
	in := flag.String("suites", "suites", "folder of YAML files")
	out := flag.String("out", "vectors", "folder to write to")
	flag.Parse()
	log.SetFlags(0)
	if *definitions != "" {
		if err := recordDefinitions(*definitions, *examples, *out); err != nil {
			log.Fatal(err)
		}
		return
	}
	files, err := filepath.Glob(filepath.Join(*in, "*.yaml"))
	if err != nil {
		log.Fatal(err)
	}
	if err := os.MkdirAll(*out, 0o755); err != nil {
		log.Fatal(err)
	}
	total := 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		count, err := record(file, filepath.Join(*out, name+".jsonl.gz"))
		if err != nil {
			log.Fatalf("%s: %v", file, err)
		}
		log.Printf("%s: %d", name, count)
		total += count
	}
	log.Printf("%d vectors", total)
}

// record judges the suites of a file, one YAML document each.
func record(file, out string) (int, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	target, err := os.Create(out)
	if err != nil {
		return 0, err
	}
	defer target.Close()
	packed, err := gzip.NewWriterLevel(target, gzip.BestCompression)
	if err != nil {
		return 0, err
	}
	defer packed.Close()
	count := 0
	for i, document := range strings.Split(string(data), "\n---\n") {
		n, err := judge([]byte(document), packed)
		if err != nil {
			return 0, fmt.Errorf("document %d: %w", i, err)
		}
		count += n
	}
	return count, nil
}

func judge(document []byte, out io.Writer) (int, error) {
	asJSON, err := yaml.YAMLToJSONStrict(document)
	if err != nil {
		return 0, err
	}
	var s suite
	if err := utiljson.Unmarshal(asJSON, &s); err != nil {
		return 0, err
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	rules := s.Rules
	header := s
	header.Rules = nil // each is written before its verdicts
	if err := encoder.Encode(header); err != nil {
		return 0, err
	}
	count := 0
	if len(rules) == 0 {
		rules = []map[string]any{nil}
	}
	for _, each := range rules {
		r, err := s.rule(each)
		if err != nil {
			return 0, fmt.Errorf("%v: %w", each, err)
		}
		count += 1 + len(r.Verdicts)
		if err := encoder.Encode(r); err != nil {
			return 0, err
		}
	}
	return count, nil
}

func (s *suite) rule(stated map[string]any) (*rule, error) {
	r := &rule{Rule: stated}
	schema, err := copyOf(s.Schema)
	if err != nil {
		return nil, err
	}
	if stated != nil {
		at := schema
		for _, step := range s.At {
			next, ok := at[step].(map[string]any)
			if !ok {
				return nil, fmt.Errorf("no %s", step)
			}
			at = next
		}
		at["x-kubernetes-validations"] = []any{stated}
	}
	text, err := json.Marshal(schema)
	if err != nil {
		return nil, err
	}
	var external apiextensionsv1.JSONSchemaProps
	if err := json.Unmarshal(text, &external); err != nil {
		return nil, err
	}
	var internal apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(&external, &internal, nil); err != nil {
		return nil, err
	}
	r.Faults, r.Other = definitionFaults(&internal)
	ss, err := structural.NewStructural(&internal)
	if err != nil {
		return nil, err
	}
	if stated != nil {
		if err := r.estimate(ss, s.At); err != nil {
			return nil, err
		}
	}
	validator := cel.NewValidator(ss, true, celconfig.PerCallLimit)
	if validator == nil {
		return r, nil
	}
	for i, object := range s.Objects {
		r.add(func() verdict { return verdictOf(validator, ss, i, object, nil, nil) })
	}
	if s.Updates {
		for i, object := range s.Objects {
			for j, old := range s.Objects {
				r.add(func() verdict { return verdictOf(validator, ss, i, object, &j, old) })
			}
		}
	}
	return r, nil
}

// add keeps a verdict, unless it depends on the order of a map's keys, which Go chooses anew each time.
func (r *rule) add(judge func() verdict) {
	first := judge()
	for range 12 {
		if again := judge(); !reflect.DeepEqual(first, again) {
			return
		}
	}
	r.Verdicts = append(r.Verdicts, first)
}

func copyOf(value map[string]any) (map[string]any, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var result map[string]any
	return result, utiljson.Unmarshal(text, &result)
}

// estimate tells the costs of the rule that was added at a place.
func (r *rule) estimate(ss *structural.Structural, at []string) error {
	root := true
	for i := 0; i < len(at); i++ {
		switch at[i] {
		case "properties":
			i++
			next := ss.Properties[at[i]]
			ss = &next
		case "items":
			ss = ss.Items
		case "additionalProperties":
			ss = ss.AdditionalProperties.Structural
		default:
			return nil // below an allOf, of which nothing is estimated
		}
		root = ss.XEmbeddedResource
	}
	base := environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion())
	results, err := cel.Compile(ss, model.SchemaDeclType(ss, root), celconfig.PerCallLimit, base, cel.NewExpressionsEnvLoader())
	if err != nil {
		return nil
	}
	result := results[0]
	if result.Program != nil {
		r.Cost = fmt.Sprint(result.MaxCost)
		r.Cardinality = fmt.Sprint(result.MaxCardinality)
	}
	if result.MessageExpression != nil {
		r.MessageCost = fmt.Sprint(result.MessageExpressionMaxCost)
	}
	r.UsesOldSelf = result.UsesOldSelf
	r.NormalizedTo = result.NormalizedRuleFieldPath
	return nil
}

// definitionFaults tells what is wrong with the rules of a definition that has the schema.
func definitionFaults(schema *apiextensions.JSONSchemaProps) (list [][3]string, other bool) {
	no := false
	names := apiextensions.CustomResourceDefinitionNames{Plural: "things", Singular: "thing", Kind: "Thing", ListKind: "ThingList"}
	definition := &apiextensions.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: "things.example.com", ResourceVersion: "1"},
		Spec: apiextensions.CustomResourceDefinitionSpec{
			Group: "example.com", Scope: apiextensions.NamespaceScoped, Names: names, Version: "v1", PreserveUnknownFields: &no,
			Versions:   []apiextensions.CustomResourceDefinitionVersion{{Name: "v1", Served: true, Storage: true}},
			Validation: &apiextensions.CustomResourceValidation{OpenAPIV3Schema: schema},
			Conversion: &apiextensions.CustomResourceConversion{Strategy: apiextensions.NoneConverter},
		},
		Status: apiextensions.CustomResourceDefinitionStatus{StoredVersions: []string{"v1"}, AcceptedNames: names},
	}
	var ofRules field.ErrorList
	for _, fault := range validation.ValidateCustomResourceDefinition(context.Background(), definition) {
		if strings.Contains(fault.Detail, "to be structural") {
			other = true
		} else if strings.Contains(fault.Field, "x-kubernetes-validations") || strings.Contains(fault.Detail, "estimated rule cost total") {
			ofRules = append(ofRules, fault)
		} else {
			other = true
		}
	}
	return faults(ofRules), other
}

func faults(list field.ErrorList) [][3]string {
	var result [][3]string
	for _, fault := range list {
		result = append(result, [3]string{string(fault.Type), fault.Field, fault.ErrorBody()})
	}
	sort.SliceStable(result, func(i, j int) bool { return fmt.Sprint(result[i]) < fmt.Sprint(result[j]) }) // Go's maps have no order
	return result
}

type recorder struct{ warnings []string }

func (r *recorder) AddWarning(_, text string) { r.warnings = append(r.warnings, text) }

func verdictOf(validator *cel.Validator, ss *structural.Structural, index int, object any, oldIndex *int, old any) verdict {
	r := &recorder{}
	ctx := warning.WithWarningRecorder(context.Background(), r)
	var options []cel.Option
	if oldIndex != nil {
		options = append(options, cel.WithRatcheting(common.NewCorrelatedObject(object, old, &model.Structural{Structural: ss})))
	}
	list, left := validator.Validate(ctx, nil, ss, object, old, celconfig.RuntimeCELCostBudget, options...)
	sort.Strings(r.warnings)
	v := verdict{Object: index, Faults: faults(list), Warnings: r.warnings, Left: left}
	if oldIndex != nil {
		copied := *oldIndex
		v.Old = &copied
	}
	return v
}
