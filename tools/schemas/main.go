// Command schemas records what kube-apiserver's own code makes of custom resources and of their schemas.
//
// It reads schemas with valid objects, changes one place of each in many ways, and lets module
// k8s.io/apiextensions-apiserver judge them: see README.md.
package main

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand"
	"os"

	"k8s.io/apimachinery/pkg/util/yaml"
)

// subject is a schema and objects that are valid by it, as they stand in the input.
type subject struct {
	Name    string `json:"name"`
	Mutate  bool   `json:"mutate"` // whether the schema is changed, too
	Schema  any    `json:"schema"`
	Objects []any  `json:"objects"`
	Sample  int    `json:"sample"` // how many mutants of an object are judged; 0 for all
}

// schemaLine is a schema and what is said of it. The lines of objects follow it.
type schemaLine struct {
	Name     string  `json:"name"`
	Schema   any     `json:"schema"`
	Read     string  `json:"read,omitempty"`     // why it cannot be read
	Faults   [][]any `json:"faults,omitempty"`   // why it is not structural: [reason, field, body]
	Defaults [][]any `json:"defaults,omitempty"` // what is wrong with its defaults
}

// objectLine is a write. Without an old object it is a create.
type objectLine struct {
	Object  any      `json:"object"`
	Old     any      `json:"old,omitempty"`
	Status  bool     `json:"status,omitempty"`
	Decode  string   `json:"decode,omitempty"`
	Unknown []string `json:"unknown,omitempty"`
	Result  any      `json:"result,omitempty"`
	Stored  any      `json:"stored,omitempty"` // as an object from the store, where that differs
	Errors  [][]any  `json:"errors,omitempty"`
}

func main() {
	in := flag.String("schemas", "schemas.yaml", "schemas with valid objects")
	crds := flag.String("definitions", "", "folders with definitions to judge instead, separated by commas")
	out := flag.String("out", "schemas.jsonl.gz", "file to write")
	flag.Parse()
	log.SetFlags(0)
	if err := run(*in, *crds, *out); err != nil {
		log.Fatal("schemas: ", err)
	}
}

func run(in, crds, out string) error {
	var subjects []subject
	var err error
	if crds == "" {
		subjects, err = read(in)
	} else {
		subjects, err = definitions(crds)
	}
	if err != nil {
		return err
	}
	file, err := os.Create(out)
	if err != nil {
		return err
	}
	defer file.Close()
	compressed, _ := gzip.NewWriterLevel(file, gzip.BestCompression)
	lines := json.NewEncoder(compressed)
	lines.SetEscapeHTML(false)
	count := 0
	for i, s := range subjects {
		r := &recorder{lines: lines, random: rand.New(rand.NewSource(int64(i)))}
		if err := r.record(s); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		fmt.Printf("%6d  %s\n", r.count, s.Name)
		count += r.count
	}
	fmt.Printf("%6d  in all\n", count)
	if err := compressed.Close(); err != nil {
		return err
	}
	return file.Close()
}

func read(name string) ([]subject, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var subjects []subject
	documents := yaml.NewDocumentDecoder(file)
	for {
		chunk := make([]byte, 1<<20)
		n, err := documents.Read(chunk)
		if errors.Is(err, io.EOF) {
			return subjects, nil
		} else if err != nil {
			return nil, err
		}
		text, err := yaml.ToJSON(chunk[:n])
		if err != nil {
			return nil, err
		}
		var s subject
		if err := decodeNumbers(text, &s); err != nil {
			return nil, err
		}
		if s.Schema == nil {
			continue
		}
		subjects = append(subjects, s)
	}
}

// recorder writes the lines of one subject.
type recorder struct {
	lines  *json.Encoder
	random *rand.Rand
	count  int
}

func (r *recorder) record(s subject) error {
	base, err := r.schema(s.Name, s.Schema)
	if err != nil {
		return err
	}
	if base == nil {
		return nil
	}
	for _, object := range s.Objects {
		if err := r.objects(base, object, s.Sample); err != nil {
			return err
		}
	}
	if !s.Mutate {
		return nil
	}
	for _, mutant := range mutantsOfSchema(s.Schema) {
		judge, err := r.schema("", mutant)
		if err != nil {
			return err
		}
		if judge == nil {
			continue
		}
		for _, object := range s.Objects {
			if err := r.create(judge, object); err != nil {
				return err
			}
		}
	}
	return nil
}

// schema records what is said of a schema; nil if no object can be judged by it.
func (r *recorder) schema(name string, schema any) (*judge, error) {
	judge, line, ok := judgeSchema(schema)
	if !ok {
		return nil, nil
	}
	line.Name = name
	r.count++
	if err := r.lines.Encode(line); err != nil {
		return nil, err
	}
	return judge, nil
}

// objects records creates and updates of an object and its mutants.
func (r *recorder) objects(j *judge, object any, sample int) error {
	if err := r.create(j, object); err != nil {
		return err
	}
	var mutants []any
	if sample > 0 {
		mutants = mutantsOf(object, r.random, sample)
	} else {
		mutants = allMutants(object)
	}
	if len(mutants) == 0 {
		return nil
	}
	_, plain := object.(map[string]any)["formats"] // which behave as other texts do
	for _, mutant := range mutants {
		if err := r.create(j, mutant); err != nil {
			return err
		}
		if _, errs := j.create(mutant); len(errs) == 0 || (plain && r.random.Intn(20) > 0) {
			continue
		}
		// what is wrong already may stay
		other := mutants[r.random.Intn(len(mutants))]
		pairs := [][2]any{{mutant, object}, {shuffled(mutant, r.random), mutant}, {other, mutant}}
		if again := mutantsOf(mutant, r.random, 2); len(again) > 0 {
			for _, a := range again {
				pairs = append(pairs, [2]any{a, mutant})
			}
		}
		for _, pair := range pairs {
			if err := r.update(j, pair[0], pair[1]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *recorder) create(j *judge, object any) error {
	line, _ := j.create(object)
	r.count++
	return r.lines.Encode(line)
}

func (r *recorder) update(j *judge, object, old any) error {
	for _, status := range []bool{false, true} {
		line, ok := j.update(object, old, status)
		if !ok {
			continue
		}
		r.count++
		if err := r.lines.Encode(line); err != nil {
			return err
		}
	}
	return nil
}
