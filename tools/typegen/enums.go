package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// enums finds the values of the fields whose type is marked +enum: by the name of a schema and of its field, in order.
// The documents in the repository leave them out, those of a server have them, and so does the Go code that upstream
// generates for the server.
func enums(kubernetes string) (map[string]map[string][]string, error) {
	extensions, err := moduleDir("k8s.io/apiextensions-apiserver@" + strings.Replace(release, "v1.", "v0.", 1))
	if err != nil {
		return nil, err
	}
	found := map[string]map[string][]string{}
	if err := enumsOf(kubernetes, "schema_k8sio_api_", "io.k8s.api.", found); err != nil {
		return nil, err
	}
	if err := enumsOf(extensions, "schema_pkg_", "io.k8s.apiextensions-apiserver.pkg.", found); err != nil {
		return nil, err
	}
	return found, nil
}

func enumsOf(module, function, schema string, found map[string]map[string][]string) error {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(module, "pkg/generated/openapi/zz_generated.openapi.go"), nil, 0)
	if err != nil {
		return err
	}
	for _, declaration := range file.Decls {
		body, ok := declaration.(*ast.FuncDecl)
		if !ok {
			continue
		}
		name, ok := strings.CutPrefix(body.Name.Name, function)
		if !ok {
			continue
		}
		name = schema + strings.ReplaceAll(name, "_", ".")
		ast.Inspect(body.Body, func(n ast.Node) bool {
			pair, ok := n.(*ast.KeyValueExpr)
			if !ok {
				return true
			}
			key, ok := pair.Key.(*ast.BasicLit)
			if !ok || key.Kind != token.STRING {
				return true
			}
			field, _ := strconv.Unquote(key.Value)
			if values := enumIn(pair.Value); values != nil {
				if found[name] == nil {
					found[name] = map[string][]string{}
				}
				found[name][field] = values
			}
			return false
		})
	}
	return nil
}

// enumIn is the enum of a field's schema, or of that of its elements; nil if there is none.
func enumIn(schema ast.Node) []string {
	var values []string
	ast.Inspect(schema, func(n ast.Node) bool {
		pair, ok := n.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		if key, ok := pair.Key.(*ast.Ident); !ok || key.Name != "Enum" {
			return true
		}
		for _, element := range pair.Value.(*ast.CompositeLit).Elts {
			value, err := strconv.Unquote(element.(*ast.BasicLit).Value)
			if err != nil {
				panic(err)
			}
			values = append(values, value)
		}
		return false
	})
	sort.Strings(values)
	return values
}
