package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

var (
	quantity  = reflect.TypeFor[resource.Quantity]()
	intOrText = reflect.TypeFor[intstr.IntOrString]()
	leaves    = map[reflect.Type][]any{
		quantity:                                 {"1", "-1", "0", "1500m", "0.0001", "1Gi", "100E"},
		intOrText:                                {1, 0, -1, 70000, "x", "50%", "150%", "-1%", "", "http", "Not Valid", "a-very-long-port-name"},
		reflect.TypeFor[metav1.Time]():           {"2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z"},
		reflect.TypeFor[metav1.MicroTime]():      {"2020-01-01T00:00:00.000001Z", "2040-01-01T00:00:00.000000Z"},
		reflect.TypeFor[metav1.Duration]():       {"1s", "-1s", "0s", "1000h"},
		reflect.TypeFor[kruntime.RawExtension](): {map[string]any{"kind": "Thing", "apiVersion": "example.com/v1"}, map[string]any{}},
		reflect.TypeFor[apiextensionsv1.JSON]():  jsons,
		reflect.TypeFor[[]byte]():                {"", "eA==", "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg=="},
	}
)

func isQuantity(t reflect.Type) bool { return t == quantity }

func isLeaf(t reflect.Type) bool {
	if _, special := leaves[t]; special {
		return true
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int32, reflect.Int64, reflect.Float64, reflect.Float32:
		return true
	}
	return false
}

// samples are values of a type that is written as one value, unlike the present one.
func samples(name string, t reflect.Type, present any) []any {
	var all []any
	if special, ok := leaves[t]; ok {
		all = special
	} else {
		switch t.Kind() {
		case reflect.Bool:
			all = []any{true, false}
		case reflect.Int, reflect.Int32, reflect.Int64:
			all = []any{-1, 0, 1, 2, 65536, 2147483647}
			if n, ok := present.(float64); ok {
				all = append(all, int64(n)+1)
			}
			if n, ok := present.(int64); ok {
				all = append(all, n+1)
			}
		case reflect.Float32, reflect.Float64:
			all = []any{-1, 0, 1}
		case reflect.String:
			all = texts(name, t, present)
		}
	}
	var other []any
	for _, value := range all {
		if !reflect.DeepEqual(value, present) {
			other = append(other, value)
		}
	}
	return other
}

func texts(name string, t reflect.Type, present any) []any {
	all := []any{"x", "", "Not_A.Valid/Name!"}
	if values, ok := definitionTexts[name]; ok && ofDefinition {
		return append(all, values...)
	}
	if t.PkgPath() != "" {
		for _, value := range constants(t) {
			all = append(all, value)
		}
		if t != reflect.TypeFor[corev1.ResourceName]() && len(constants(t)) > 0 {
			return all
		}
	}
	all = append(all, strings.Repeat("a", 64), strings.Repeat("a", 300))
	lower := strings.ToLower(name)
	for part, values := range map[string][]any{
		"ip":         {"1.2.3.4", "::1", "fd00::1", "127.0.0.1", "01.2.3.4", "169.254.1.1", "224.0.0.1", "0.0.0.0", "::ffff:1.2.3.4"},
		"address":    {"1.2.3.4", "fd00::1", "127.0.0.1", "01.2.3.4", "a.example.com"},
		"cidr":       {"10.0.0.0/8", "10.0.0.1/8", "fd00::/64", "010.0.0.0/8", "10.0.0.0/33"},
		"range":      {"10.0.0.0/8", "10.0.0.1/8"},
		"path":       {"/a", "../x", "a/../b", "a/b", "/a:b", "/"},
		"host":       {"*.example.com", "a.example.com", "*", "A.example.com", "1.2.3.4"},
		"url":        {"https://x.example/", "http://x.example", "https://u:p@x.example/?a#b"},
		"schedule":   {"* * * * *", "@daily", "TZ=UTC 0 0 * * *", "CRON_TZ=UTC 0 0 * * *", "* * * *", "61 * * * *", "0 0 31 2 *"},
		"timezone":   {"UTC", "Local", "Bogus/Zone", "Europe/Berlin", " UTC"},
		"label":      {"a/b", "a/b/c", "kubernetes.io/hostname"},
		"key":        {"a/b", "a/b/c", "a.b", "..a", ".", "kubernetes.io/hostname"},
		"type":       {"kubernetes.io/tls", "example.com/x"},
		"name":       {"a.b", "1a", "a--b", "A", "system:x", "kubernetes.io/x", "example.com/x", "."},
		"version":    {"v1", "example.com/v1"},
		"group":      {"apps", "example.com", "*"},
		"verbs":      {"*", "get"},
		"resources":  {"*", "pods", "pods/status", "*/*"},
		"operator":   {"In", "Exists", "Gt"},
		"value":      {"1", "a b"},
		"image":      {" a", "a:b"},
		"expression": {"true", "1 +", "object.x"},
		"driver":     {"csi.example.com", "Upper.example.com"},
	} {
		if strings.Contains(lower, part) {
			all = append(all, values...)
		}
	}
	if text, ok := present.(string); ok {
		all = append(all, text+"-x", text+" ", strings.ToUpper(text))
	}
	return sorted(all)
}

// sorted brings the values into one order, since those of the map above come in any.
func sorted(values []any) []any {
	seen := map[any]bool{}
	var distinct []any
	for _, value := range values {
		if !seen[value] {
			seen[value] = true
			distinct = append(distinct, value)
		}
	}
	for i := range distinct {
		for j := i; j > 0 && distinct[j].(string) < distinct[j-1].(string); j-- {
			distinct[j], distinct[j-1] = distinct[j-1], distinct[j]
		}
	}
	return distinct
}

var known = map[string]map[string][]string{}

// constants are the values of a named type that its package declares.
func constants(t reflect.Type) []string {
	byType, ok := known[t.PkgPath()]
	if !ok {
		byType = parse(t.PkgPath())
		known[t.PkgPath()] = byType
	}
	return byType[t.Name()]
}

func parse(pkg string) map[string][]string {
	found := map[string][]string{}
	root := moduleOf(pkg)
	if root == "" {
		return found
	}
	files, _ := filepath.Glob(filepath.Join(root, "*.go"))
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			panic(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, 0)
		if err != nil {
			panic(err)
		}
		for _, declaration := range file.Decls {
			general, ok := declaration.(*ast.GenDecl)
			if !ok || general.Tok != token.CONST {
				continue
			}
			for _, spec := range general.Specs {
				value := spec.(*ast.ValueSpec)
				named, ok := value.Type.(*ast.Ident)
				if !ok || len(value.Values) != 1 {
					continue
				}
				if literal, ok := value.Values[0].(*ast.BasicLit); ok && literal.Kind == token.STRING {
					text, _ := strconv.Unquote(literal.Value)
					found[named.Name] = append(found[named.Name], text)
				}
			}
		}
	}
	return found
}

// moduleOf is the folder of a package's source, beside the one of k8s.io/api's core types.
func moduleOf(pkg string) string {
	method, _ := reflect.TypeFor[*corev1.Pod]().MethodByName("DeepCopy")
	file, _ := runtime.FuncForPC(method.Func.Pointer()).FileLine(method.Func.Pointer())
	root := strings.TrimSuffix(filepath.Dir(file), "/core/v1") // …/k8s.io/api@v0.36.3
	switch {
	case strings.HasPrefix(pkg, "k8s.io/apiextensions-apiserver/"):
		return filepath.Join(strings.Replace(root, "k8s.io/api@", "k8s.io/apiextensions-apiserver@", 1), strings.TrimPrefix(pkg, "k8s.io/apiextensions-apiserver/"))
	case strings.HasPrefix(pkg, "k8s.io/api/"):
		return filepath.Join(root, strings.TrimPrefix(pkg, "k8s.io/api/"))
	case strings.HasPrefix(pkg, "k8s.io/apimachinery/"):
		return filepath.Join(strings.Replace(root, "k8s.io/api@", "k8s.io/apimachinery@", 1), strings.TrimPrefix(pkg, "k8s.io/apimachinery/"))
	}
	return ""
}
