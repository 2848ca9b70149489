package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"sigs.k8s.io/yaml"
)

// kubectl apply keeps the whole object in an annotation, which may have 256 KiB with all others.
const annotationLimit = 250_000

// A definition as it stands in a module.
type definition struct {
	*document
	name, group, plural, kind string
	namespaced                bool
	versions                  []version
}

type version struct {
	name            string
	served, storage bool
	schema          map[string]any
	status, scale   bool
}

func definitionOf(d *document) (*definition, error) {
	var read struct {
		Metadata struct{ Name string }
		Spec     struct {
			Group, Scope string
			Names        struct{ Plural, Kind string }
			Versions     []struct {
				Name            string
				Served, Storage bool
				Schema          struct{ OpenAPIV3Schema map[string]any }
				Subresources    struct{ Status, Scale map[string]any }
			}
		}
	}
	if err := yaml.Unmarshal(d.text, &read); err != nil {
		return nil, err
	}
	spec := read.Spec
	result := &definition{document: d, name: read.Metadata.Name, group: spec.Group, plural: spec.Names.Plural, kind: spec.Names.Kind}
	result.namespaced = spec.Scope == "Namespaced"
	for _, v := range spec.Versions {
		result.versions = append(result.versions, version{
			name: v.Name, served: v.Served, storage: v.Storage, schema: v.Schema.OpenAPIV3Schema,
			status: v.Subresources.Status != nil, scale: v.Subresources.Scale != nil,
		})
	}
	return result, nil
}

// applied brings the definitions to the server as users do, and says which there are.
func applied(s *server, seen *records, modules []*module) []*definition {
	work, err := os.MkdirTemp("", "rheo-manifests")
	if err != nil {
		fatal("%v", err)
	}
	defer os.RemoveAll(work)
	var all []*definition
	known := map[string]bool{}
	for _, m := range modules {
		documents, err := m.definitionDocuments()
		if err != nil {
			fatal("%v", err)
		}
		small, large := filepath.Join(work, m.name(), "small"), filepath.Join(work, m.name(), "large")
		counts := map[string]int{}
		for _, folder := range []string{small, large} {
			if err := os.MkdirAll(folder, 0o755); err != nil {
				fatal("%v", err)
			}
		}
		for _, document := range documents {
			d, err := definitionOf(document)
			if err != nil {
				fatal("%s: %v", document.where, err)
			}
			if known[d.name] {
				continue
			}
			known[d.name] = true
			all = append(all, d)
			compact, err := json.Marshal(d.object)
			if err != nil {
				fatal("%s: %v", d.where, err)
			}
			folder := small
			if len(compact) > annotationLimit {
				folder = large
			}
			counts[folder]++
			if err := os.WriteFile(filepath.Join(folder, d.name+".yaml"), d.text, 0o644); err != nil {
				fatal("%v", err)
			}
		}
		if len(documents) == 0 {
			fatal("%s has no definitions", m.path)
		}
		do := func(what string, arguments ...string) {
			out, _ := s.run(arguments...)
			seen.add("kubectl "+what+" "+m.name(), "", []byte(sortedLines(out)))
		}
		whole := filepath.Join(work, m.name())
		do("apply --server-side --dry-run=server", "apply", "--server-side", "--dry-run=server", "-R", "-f", whole)
		if counts[small] > 0 {
			do("apply", "apply", "-f", small)
		}
		if counts[large] > 0 {
			do("create", "create", "-f", large)
		}
	}
	waitEstablished(s, all)
	for _, m := range modules {
		// The second time another manager takes over what the first one wrote.
		out, _ := s.run("apply", "--server-side", "--force-conflicts", "-R", "-f", filepath.Join(work, m.name()))
		seen.add("kubectl apply --server-side "+m.name(), "", []byte(sortedLines(out)))
	}
	out, ok := s.run("wait", "--for=condition=Established", "--all", "crd", "--timeout=30s")
	seen.add("kubectl wait", fmt.Sprint(ok), []byte(sortedLines(out)))
	waitEstablished(s, all)
	for _, d := range all {
		got := s.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + d.name)
		dropTimes(got.object)
		if status, is := got.object["status"].(map[string]any); is {
			sortBy(status["conditions"], "type") // several controllers add them
		}
		seen.add("stored "+d.name, fmt.Sprint(got.code), canonical(got.object))
	}
	return all
}

func waitEstablished(s *server, all []*definition) {
	until := time.Now().Add(60 * time.Second)
	for _, d := range all {
		for {
			got := s.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + d.name)
			if holds(got.object, "Established") && (!approved(got.object) || holds(got.object, "KubernetesAPIApprovalPolicyConformant")) {
				break
			}
			if time.Now().After(until) {
				fatal("%s is not established: %d %v", d.name, got.code, got.object["status"])
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
}

// Definitions of Kubernetes' own groups are also judged by another controller.
func approved(object map[string]any) bool {
	spec, _ := object["spec"].(map[string]any)
	group := "." + fmt.Sprint(spec["group"])
	return strings.HasSuffix(group, ".k8s.io") || strings.HasSuffix(group, ".kubernetes.io")
}

func holds(object map[string]any, kind string) bool {
	status, _ := object["status"].(map[string]any)
	conditions, _ := status["conditions"].([]any)
	for _, condition := range conditions {
		condition, _ := condition.(map[string]any)
		if condition["type"] == kind {
			return condition["status"] == "True"
		}
	}
	return false
}

// The times of conditions, and whether a controller has seen them, differ from run to run.
func dropTimes(value any) {
	switch value := value.(type) {
	case map[string]any:
		delete(value, "lastTransitionTime")
		for _, child := range value {
			dropTimes(child)
		}
	case []any:
		for _, child := range value {
			dropTimes(child)
		}
	}
}

func sortedLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

// published compares what clients are told of the types.
func published(s *server, seen *records, all []*definition) {
	groupVersions, groups := map[string]bool{}, map[string]bool{}
	for _, d := range all {
		groups[d.group] = true
		for _, v := range d.versions {
			if v.served {
				groupVersions[d.group+"/"+v.name] = true
			}
		}
	}
	for _, group := range sortedKeys(groups) {
		got := s.get("/apis/" + group)
		seen.add("discovery "+group, fmt.Sprint(got.code), canonical(got.object))
	}
	aggregated(s, seen, groups)
	until := time.Now().Add(60 * time.Second)
	for _, groupVersion := range sortedKeys(groupVersions) {
		got := s.get("/apis/" + groupVersion)
		sortBy(got.object["resources"], "name")
		seen.add("discovery "+groupVersion, fmt.Sprint(got.code), canonical(got.object))
		v3 := s.get("/openapi/v3/apis/" + groupVersion)
		for v3.code == 404 && time.Now().Before(until) { // it comes a little later
			time.Sleep(50 * time.Millisecond)
			v3 = s.get("/openapi/v3/apis/" + groupVersion)
		}
		openAPI(seen, "v3 "+groupVersion, v3.object)
	}
	v2 := s.get("/openapi/v2")
	for !hasAll(v2.object, groupVersions) && time.Now().Before(until) {
		time.Sleep(200 * time.Millisecond)
		v2 = s.get("/openapi/v2")
	}
	parameters, _ := v2.object["parameters"].(map[string]any)
	definitions, _ := v2.object["definitions"].(map[string]any)
	for name, schema := range definitions {
		if group := groupOf(schema); groups[group] {
			seen.add("openapi v2 definition "+name, "", canonical(own(schema.(map[string]any))))
		}
	}
	paths, _ := v2.object["paths"].(map[string]any)
	byGroupVersion := map[string]map[string]any{}
	for path, item := range paths {
		parts := strings.Split(path, "/")
		if len(parts) > 3 && parts[1] == "apis" && groups[parts[2]] {
			key := parts[2] + "/" + parts[3]
			if byGroupVersion[key] == nil {
				byGroupVersion[key] = map[string]any{}
			}
			byGroupVersion[key][path] = item
		}
	}
	for key, some := range byGroupVersion {
		seen.add("openapi v2 paths "+key, "", canonical(plain(some, parameters).(map[string]any)))
	}
}

func hasAll(openAPI map[string]any, groupVersions map[string]bool) bool {
	paths, _ := openAPI["paths"].(map[string]any)
	there := map[string]bool{}
	for path := range paths {
		if parts := strings.Split(path, "/"); len(parts) > 3 {
			there[parts[2]+"/"+parts[3]] = true
		}
	}
	for groupVersion := range groupVersions {
		if !there[groupVersion] {
			return false
		}
	}
	return true
}

// Each schema and each path is a record of its own, so that a difference is found.
func openAPI(seen *records, name string, document map[string]any) {
	components, _ := document["components"].(map[string]any)
	schemas, _ := components["schemas"].(map[string]any)
	for schema, content := range schemas {
		if content, is := content.(map[string]any); is && !strings.HasPrefix(schema, "io.k8s.") {
			seen.add("openapi "+name+" "+schema, "", canonical(own(content)))
		}
	}
	seen.add("openapi "+name+" schemas", fmt.Sprint(len(schemas)), []byte(strings.Join(sortedKeys(schemas), "\n")))
	paths, _ := document["paths"].(map[string]any)
	seen.add("openapi "+name+" paths", fmt.Sprint(len(paths)), canonical(plain(paths, nil).(map[string]any)))
}

// own is the schema of a type without the descriptions that Kubernetes gives to what all types have: Rheo has none.
func own(schema map[string]any) map[string]any {
	properties, _ := schema["properties"].(map[string]any)
	for _, name := range []string{"apiVersion", "kind", "metadata", "items"} {
		if property, is := properties[name].(map[string]any); is {
			delete(property, "description")
		}
	}
	if properties["items"] != nil {
		delete(schema, "description")
	}
	return schema
}

// plain has parameters in full instead of references to them, in order, and no descriptions.
func plain(value any, parameters map[string]any) any {
	switch value := value.(type) {
	case map[string]any:
		if reference, is := value["$ref"].(string); is && strings.HasPrefix(reference, "#/parameters/") {
			return plain(parameters[strings.TrimPrefix(reference, "#/parameters/")], parameters)
		}
		delete(value, "description")
		for name, child := range value {
			value[name] = plain(child, parameters)
		}
		sortBy(value["parameters"], "name")
		return value
	case []any:
		for i, child := range value {
			value[i] = plain(child, parameters)
		}
	}
	return value
}

func groupOf(schema any) string {
	fields, _ := schema.(map[string]any)
	kinds, _ := fields["x-kubernetes-group-version-kind"].([]any)
	if len(kinds) != 1 {
		return ""
	}
	kind, _ := kinds[0].(map[string]any)
	group, _ := kind["group"].(string)
	return group
}

func aggregated(s *server, seen *records, groups map[string]bool) {
	got := s.must("GET", "/apis", "", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", nil)
	items, _ := got.object["items"].([]any)
	for _, item := range items {
		item, _ := item.(map[string]any)
		metadata, _ := item["metadata"].(map[string]any)
		name, _ := metadata["name"].(string)
		if !groups[name] {
			continue
		}
		versions, _ := item["versions"].([]any)
		for _, version := range versions {
			version, _ := version.(map[string]any)
			sortBy(version["resources"], "resource")
		}
		seen.add("aggregated discovery "+name, "", canonical(item))
	}
}

func sortBy(list any, field string) {
	items, _ := list.([]any)
	key := func(i int) string { item, _ := items[i].(map[string]any); return fmt.Sprint(item[field]) }
	sort.SliceStable(items, func(i, j int) bool { return key(i) < key(j) })
}

func sortedKeys[V any](of map[string]V) []string {
	keys := make([]string, 0, len(of))
	for key := range of {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// told compares what kubectl prints of some types.
func told(s *server, seen *records, all []*definition) {
	last := map[string]*definition{} // one of each module
	var names []string
	for _, d := range all {
		last[d.module.name()] = d
		names = append(names, d.plural+"."+d.group)
	}
	for _, name := range sortedKeys(last) {
		d := last[name]
		out, ok := s.run("explain", d.plural+"."+d.group, "--recursive")
		seen.add("kubectl explain "+d.name, fmt.Sprint(ok), []byte(out))
	}
	out, ok := s.run("get", strings.Join(names, ","), "-A")
	seen.add("kubectl get", fmt.Sprint(ok), []byte(masked(out)))
	out, ok = s.run("api-resources", "--sort-by=name", "--no-headers")
	seen.add("kubectl api-resources", fmt.Sprint(ok), []byte(sortedLines(out)))
}
