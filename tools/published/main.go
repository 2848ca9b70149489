// Program published records what kube-apiserver's own code tells of custom types.
package main

import (
	"compress/gzip"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func record(dir, name string, write func(*json.Encoder)) {
	file, err := os.Create(filepath.Join(dir, name+".jsonl.gz"))
	must(err)
	zip, err := gzip.NewWriterLevel(file, gzip.BestCompression)
	must(err)
	out := json.NewEncoder(zip)
	out.SetEscapeHTML(false)
	write(out)
	must(zip.Close())
	must(file.Close())
}

func main() {
	dir := flag.String("out", "", "where the files go")
	flag.Parse()
	must(os.MkdirAll(*dir, 0o755))
	record(*dir, "columns", columns)
	record(*dir, "printed", printed)
	record(*dir, "openapi", openapi)
	record(*dir, "merging", merging)
	record(*dir, "scaling", scaling)
}

func sortedKeys[T any](of map[string]T) []string {
	return slices.Sorted(maps.Keys(of))
}
