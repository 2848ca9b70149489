// Command typegen writes the fact tables of one Kubernetes release that Rheo ships: the field table of every API
// type (from the Go types), the resources that a server with default flags serves, and what only the OpenAPI
// documents know (required fields, list types, formats). Facts only: no description is carried over.
//
// Run it from this directory: go run . [repository root, default ../..]
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

const release = "v1.36.3"

func main() {
	root := "../.."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	kubernetes, err := moduleDir("k8s.io/kubernetes@" + release)
	check(err)
	write(filepath.Join(root, "codec/src/main/resources/dev/rheo/codec/schema/types.txt"), fieldTable)
	resources := filepath.Join(root, "server/src/main/resources/dev/rheo/server/resource")
	write(filepath.Join(resources, "resources.txt"), func(w *bufio.Writer) error { return resourceTable(w, kubernetes) })
	write(filepath.Join(resources, "openapi.txt"), func(w *bufio.Writer) error { return openapiTable(w, kubernetes) })
}

// moduleDir downloads a module by the ordinary client and returns where it lies. The data files in it are read; its
// packages are not built.
func moduleDir(module string) (string, error) {
	out, err := exec.Command("go", "mod", "download", "-json", module).Output()
	if err != nil {
		return "", fmt.Errorf("go mod download %s: %w", module, err)
	}
	var answer struct{ Dir string }
	if err := json.Unmarshal(out, &answer); err != nil {
		return "", err
	}
	return answer.Dir, nil
}

func write(path string, content func(*bufio.Writer) error) {
	check(os.MkdirAll(filepath.Dir(path), 0o755))
	f, err := os.Create(path)
	check(err)
	w := bufio.NewWriter(f)
	check(content(w))
	check(w.Flush())
	check(f.Close())
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "typegen:", err)
		os.Exit(1)
	}
}
