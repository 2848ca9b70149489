package main

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"

	"sigs.k8s.io/yaml"
)

//go:embed modules.txt
var modulesTable string

// A module of others and where in it there is something for us.
type module struct {
	path, version, sum    string
	definitions, examples []string
	dir                   string
}

func (m *module) name() string {
	parts := strings.Split(m.path, "/")
	last := parts[len(parts)-1]
	if len(last) == 2 && last[0] == 'v' {
		last = parts[len(parts)-2]
	}
	return last
}

// A document is one object of a YAML file of a module.
type document struct {
	module *module
	where  string // module, file and number: the same on every machine
	text   []byte
	object map[string]any
}

func readTable() ([]*module, error) {
	var modules []*module
	lines := bufio.NewScanner(strings.NewReader(modulesTable))
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		switch {
		case len(words) == 0 || words[0] == "#" || strings.HasPrefix(words[0], "#"):
		case words[0] == "module" && len(words) == 4:
			modules = append(modules, &module{path: words[1], version: words[2], sum: words[3]})
		case words[0] == "definitions" && len(words) == 2:
			last := modules[len(modules)-1]
			last.definitions = append(last.definitions, words[1])
		case words[0] == "examples" && len(words) == 2:
			last := modules[len(modules)-1]
			last.examples = append(last.examples, words[1])
		default:
			return nil, fmt.Errorf("modules.txt: %q", lines.Text())
		}
	}
	return modules, nil
}

// Brings all modules in; what is on this machine already is not asked for again.
func download(modules []*module) error {
	arguments := []string{"mod", "download", "-json"}
	for _, m := range modules {
		arguments = append(arguments, m.path+"@"+m.version)
	}
	command := exec.Command("go", arguments...)
	command.Dir = os.TempDir() // outside of any module
	command.Stderr = os.Stderr
	out, failure := command.Output()
	byPath := map[string]*module{}
	for _, m := range modules {
		byPath[m.path] = m
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for decoder.More() {
		var got struct{ Path, Version, Dir, Sum, Error string }
		if err := decoder.Decode(&got); err != nil {
			return err
		}
		if got.Error != "" {
			return errors.New(got.Error)
		}
		m := byPath[got.Path]
		if m == nil {
			return fmt.Errorf("go mod download told of %s", got.Path)
		}
		if got.Sum != m.sum {
			return fmt.Errorf("%s@%s has the sum %s, not %s", m.path, m.version, got.Sum, m.sum)
		}
		m.dir = got.Dir
	}
	if failure != nil {
		return failure
	}
	for _, m := range modules {
		if m.dir == "" {
			return fmt.Errorf("%s@%s did not come", m.path, m.version)
		}
	}
	return nil
}

func (m *module) definitionDocuments() ([]*document, error) {
	var found []*document
	for _, glob := range m.definitions {
		files, err := filepath.Glob(filepath.Join(m.dir, glob))
		if err != nil {
			return nil, err
		}
		sort.Strings(files)
		for _, file := range files {
			for _, d := range m.read(file) {
				if d.object["kind"] == "CustomResourceDefinition" {
					found = append(found, d)
				}
			}
		}
	}
	return found, nil
}

func (m *module) exampleDocuments() ([]*document, error) {
	var found []*document
	for _, folder := range m.examples {
		err := filepath.WalkDir(filepath.Join(m.dir, folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			if extension := filepath.Ext(path); extension == ".yaml" || extension == ".yml" {
				found = append(found, m.read(path)...)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.path, err)
		}
	}
	return found, nil
}

// What is no YAML, as templates are, is left out.
func (m *module) read(file string) []*document {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	relative, err := filepath.Rel(m.dir, file)
	if err != nil {
		return nil
	}
	var found []*document
	for i, part := range strings.Split("\n"+string(text), "\n---") {
		if !strings.Contains(part, "apiVersion") || !strings.Contains(part, "kind") {
			continue
		}
		object := map[string]any{}
		if yaml.Unmarshal([]byte(part), &object) != nil {
			continue
		}
		found = append(found, &document{m, fmt.Sprintf("%s/%s#%d", m.name(), filepath.ToSlash(relative), i), []byte(part), object})
	}
	return found
}
