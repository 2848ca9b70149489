// Command validation records what kube-apiserver's own defaulting, strategies and validation say of many objects.
//
// It reads valid objects (the bases), changes one place of each in many ways, and lets the strategies of module
// k8s.io/kubernetes judge the creates and updates. What they say is a vector; a file a resource, see README.md.
package main

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/capabilities"
)

// base is one valid object, written before the vectors that refer to it by its place in the file.
type base struct {
	Base   int      `json:"base"`
	Object any      `json:"object"`
	Result any      `json:"result"`           // as a create stores it
	Errors []any    `json:"errors,omitempty"` // of a base that is refused: [type, field, body]
	Warn   []string `json:"warnings,omitempty"`
}

// vector is one write and what is said of it.
type vector struct {
	B    int      `json:"b"`
	Op   string   `json:"op"`          // create, update, update/status, …
	P    []any    `json:"p"`           // the place that is changed
	V    *any     `json:"v,omitempty"` // its value there; absent: removed
	E    []any    `json:"e,omitempty"` // the faults: [reason, field, message]
	Diff []any    `json:"d,omitempty"` // what else differs in the stored object: [path] or [path, value]
	W    []string `json:"w,omitempty"` // warnings
}

func main() {
	bases := flag.String("bases", "bases", "folder of YAML files with valid objects")
	out := flag.String("out", "vectors", "folder to write to")
	only := flag.String("only", "", "resources to record, separated by commas; empty for all")
	flag.Parse()
	log.SetFlags(0)
	klog.SetLogger(logr.Discard())                                            // it reports each fault that is found twice
	capabilities.Initialize(capabilities.Capabilities{AllowPrivileged: true}) // as nearly every cluster has it
	if err := run(*bases, *out, *only); err != nil {
		log.Fatal("validation: ", err)
	}
}

func run(bases, out, only string) error {
	files, err := filepath.Glob(filepath.Join(bases, "*.yaml"))
	if err != nil {
		return err
	}
	sort.Strings(files)
	objects := map[string][]map[string]any{}
	for _, file := range files {
		if err := read(file, objects); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	names := make([]string, 0, len(objects))
	for name := range objects {
		names = append(names, name)
	}
	sort.Strings(names)
	total := 0
	for _, name := range names {
		k := kinds[name]
		if only != "" && !strings.Contains(","+only+",", ","+k.file()+",") {
			continue
		}
		count, err := record(k, objects[name], filepath.Join(out, k.file()+".jsonl.gz"))
		if err != nil {
			return fmt.Errorf("%s: %w", k.file(), err)
		}
		fmt.Printf("%6d  %s\n", count, k.file())
		total += count
	}
	fmt.Printf("%6d  in all\n", total)
	return nil
}

func read(file string, into map[string][]map[string]any) error {
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer in.Close()
	documents := yaml.NewYAMLOrJSONDecoder(in, 4096)
	for {
		var object map[string]any
		if err := documents.Decode(&object); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if object == nil {
			continue
		}
		name := fmt.Sprintf("%v %v", object["apiVersion"], object["kind"])
		if kinds[name] == nil {
			return fmt.Errorf("unknown kind %s", name)
		}
		into[name] = append(into[name], object)
	}
}

func record(k *kind, objects []map[string]any, file string) (int, error) {
	target, err := os.Create(file)
	if err != nil {
		return 0, err
	}
	defer target.Close()
	zip, _ := gzip.NewWriterLevel(target, gzip.BestCompression)
	lines := json.NewEncoder(zip)
	lines.SetEscapeHTML(false)
	count := 0
	ofDefinition = k.ratchets
	for i, object := range objects {
		verdict := k.judgeCreate(object)
		if verdict.undecided != nil {
			return 0, fmt.Errorf("base %d: %w", i, verdict.undecided)
		}
		if verdict.object == nil && k.ratchets {
			if verdict.object, err = k.storedAnyway(object); err != nil {
				return 0, fmt.Errorf("base %d: %w", i, err)
			}
		}
		if err := lines.Encode(base{i, object, verdict.object, verdict.errors, verdict.warnings}); err != nil {
			return 0, err
		}
		vectors := vectorsOf(k, i, object, verdict)
		for _, v := range vectors {
			if err := lines.Encode(v); err != nil {
				return 0, err
			}
		}
		count += len(vectors)
	}
	if err := zip.Close(); err != nil {
		return 0, err
	}
	return count, target.Close()
}

// vectorsOf changes one place of a base at a time.
func vectorsOf(k *kind, index int, object map[string]any, created verdict) []vector {
	var all []vector
	for _, m := range mutations(k, object, "create") {
		input := m.apply(object)
		if input == nil {
			continue
		}
		said := k.judgeCreate(input.(map[string]any))
		if said.undecided != nil {
			continue
		}
		v := vector{B: index, Op: "create", P: m.path, V: m.value, E: said.errors, W: said.warnings}
		if said.errors == nil && created.object != nil {
			v.Diff = diff(m.apply(created.object), said.object)
		}
		all = append(all, v)
	}
	if created.object == nil {
		return all // nothing to update
	}
	for _, op := range k.operations() {
		stored := k.withStatus(created.object, object)
		for _, m := range mutations(k, stored, op) {
			input := m.apply(stored)
			if input == nil {
				continue
			}
			said := k.judgeUpdate(op, input.(map[string]any), stored)
			if said.undecided != nil {
				continue
			}
			v := vector{B: index, Op: op, P: m.path, V: m.value, E: said.errors, W: said.warnings}
			if said.errors == nil {
				v.Diff = diff(input, said.object)
			}
			all = append(all, v)
		}
	}
	return all
}
