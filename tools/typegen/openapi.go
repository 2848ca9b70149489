package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
)

type property struct {
	Format               string
	Default              json.RawMessage
	Items                *property
	AdditionalProperties *property
	ListType             string   `json:"x-kubernetes-list-type"`
	ListKeys             []string `json:"x-kubernetes-list-map-keys"`
	MapType              string   `json:"x-kubernetes-map-type"`
	Required             []string
	Properties           map[string]*property
}

var stableDocument = regexp.MustCompile(`__v[0-9]+_openapi\.json$`)

const openapiColumns = `# T type required mapType   a type; required: comma separated JSON names
# F name format listType listMapKeys mapType default enum   a field of the last T, where there is something to say; the default is JSON
#   without spaces, told where the field is not required or it is not the zero value; enum: the values of the type as a JSON array
#   without spaces, those in values as \u0020; "-" for what is empty
`

// openapiTable writes what the Go types do not say.
func openapiTable(w *bufio.Writer, kubernetes string) error {
	files, err := filepath.Glob(filepath.Join(kubernetes, "api/openapi-spec/v3/*_openapi.json"))
	if err != nil {
		return err
	}
	fmt.Fprintf(w, attribution, "api/openapi-spec/v3", release, openapiColumns)
	valuesOf, err := enums(kubernetes)
	if err != nil {
		return err
	}
	schemas := map[string]*property{}
	for _, f := range files {
		if !stableDocument.MatchString(f) {
			continue
		}
		var doc struct {
			Components struct{ Schemas map[string]*property }
		}
		if err := read(f, &doc); err != nil {
			return err
		}
		for n, s := range doc.Components.Schemas {
			schemas[n] = s
		}
	}
	for _, n := range sorted(schemas) {
		s := schemas[n]
		var fields []string
		required := map[string]bool{}
		for _, r := range s.Required {
			required[r] = true
		}
		for _, j := range sorted(s.Properties) {
			p := s.Properties[j]
			format := p.Format
			if format == "" && p.Items != nil {
				format = p.Items.Format
			}
			if format == "" && p.AdditionalProperties != nil {
				format = p.AdditionalProperties.Format
			}
			if format != "int32" && format != "int64" && format != "double" && format != "float" {
				format = "" // the kind in the field table says it
			}
			d := strings.Join(strings.Fields(string(p.Default)), "")
			// that of what is always written follows from the field table
			if d == "{}" || d == "null" || (required[j] && (d == `""` || d == "0" || d == "false")) {
				d = ""
			}
			enum := ""
			if values := valuesOf[n][j]; values != nil {
				text, err := json.Marshal(values)
				if err != nil {
					return err
				}
				enum = strings.ReplaceAll(string(text), " ", `\u0020`)
			}
			if format+p.ListType+p.MapType+d+enum != "" {
				fields = append(fields, fmt.Sprintf("F %s %s %s %s %s %s %s", j, dash(format), dash(p.ListType), csv(p.ListKeys), dash(p.MapType), dash(d), dash(enum)))
			}
		}
		if len(s.Required) == 0 && len(fields) == 0 && s.MapType == "" {
			continue
		}
		fmt.Fprintf(w, "T %s %s %s\n", n, csv(s.Required), dash(s.MapType))
		for _, f := range fields {
			fmt.Fprintln(w, f)
		}
	}
	return nil
}

func sorted(m map[string]*property) []string {
	var k []string
	for n := range m {
		k = append(k, n)
	}
	sort.Strings(k)
	return k
}
