package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// A server with default flags serves the stable versions only; the documents of the module are of one with all
// alpha and beta versions on.
var stable = regexp.MustCompile(`^v[0-9]+$`)

type apiResource struct {
	Name, SingularName, Group, Version, Kind, StorageVersionHash string
	Namespaced                                                   bool
	Verbs, ShortNames, Categories                                []string
}

const resourceColumns = `# R group version plural singular kind scope verbs shortNames categories storageVersionHash   in the order of discovery;
#   scope N namespaced, C cluster; lists are comma separated; "-" for what is empty
# S plural name apiVersion kind verbs   a subresource of the last R; apiVersion "=" for that of the R
`

// resourceTable writes what a server with default flags serves.
func resourceTable(w *bufio.Writer, kubernetes string) error {
	fmt.Fprintf(w, attribution, "api/discovery", release, resourceColumns)
	dir := filepath.Join(kubernetes, "api/discovery")
	var aggregated struct {
		Items []struct {
			Metadata struct{ Name string }
			Versions []struct{ Version string }
		}
	}
	if err := read(filepath.Join(dir, "aggregated_v2.json"), &aggregated); err != nil {
		return err
	}
	if err := groupVersion(w, filepath.Join(dir, "api__v1.json"), "", "v1"); err != nil {
		return err
	}
	for _, g := range aggregated.Items {
		for _, v := range g.Versions {
			if !stable.MatchString(v.Version) {
				continue
			}
			file := filepath.Join(dir, "apis__"+g.Metadata.Name+"__"+v.Version+".json")
			if err := groupVersion(w, file, g.Metadata.Name, v.Version); err != nil {
				return err
			}
		}
	}
	return nil
}

func groupVersion(w *bufio.Writer, file, group, version string) error {
	var list struct{ Resources []apiResource }
	if err := read(file, &list); err != nil {
		return err
	}
	for _, r := range list.Resources {
		if name, sub, ok := strings.Cut(r.Name, "/"); ok {
			gv := "="
			if r.Version != "" {
				gv = strings.TrimPrefix(r.Group+"/"+r.Version, "/")
			}
			fmt.Fprintf(w, "S %s %s %s %s %s\n", name, sub, gv, r.Kind, csv(r.Verbs))
			continue
		}
		scope := "C"
		if r.Namespaced {
			scope = "N"
		}
		fmt.Fprintf(w, "R %s %s %s %s %s %s %s %s %s %s\n", dash(group), version, r.Name, r.SingularName, r.Kind, scope,
			csv(r.Verbs), csv(r.ShortNames), csv(r.Categories), dash(r.StorageVersionHash))
	}
	return nil
}

func read(file string, into any) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

func csv(s []string) string { return dash(strings.Join(s, ",")) }

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
