// Writes the field table of every type of the Kubernetes API (one line a field) from the Go types themselves.
//
// Run by hand when the Kubernetes release changes (go.mod tells which):
//
//	go run . > table
//
// and put it below the header of codec/src/main/resources/dev/rheo/codec/schema/types.txt, which describes the format.
package main

import (
	"bufio"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strings"

	adm "k8s.io/api/admission/v1"
	admb "k8s.io/api/admission/v1beta1"
	apidisc "k8s.io/api/apidiscovery/v2"
	apidiscb "k8s.io/api/apidiscovery/v2beta1"
	imgpol "k8s.io/api/imagepolicy/v1alpha1"
	apiext "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiextb "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1beta1"
	"k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	apireg "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	apiregb "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1beta1"
)

var _ = internalversion.List{}
var seen = map[reflect.Type]bool{}
var lines []string
var special = map[string]string{
	"k8s.io/apimachinery/pkg/apis/meta/v1.Time": "time", "k8s.io/apimachinery/pkg/apis/meta/v1.MicroTime": "microtime",
	"k8s.io/apimachinery/pkg/api/resource.Quantity": "quantity", "k8s.io/apimachinery/pkg/util/intstr.IntOrString": "intstr",
	"k8s.io/apimachinery/pkg/runtime.RawExtension": "raw", "k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1": "fieldsv1",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSON": "json", "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1beta1.JSON": "json",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrArray": "orarray", "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1beta1.JSONSchemaPropsOrArray": "orarray",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrBool": "orbool", "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1beta1.JSONSchemaPropsOrBool": "orbool",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrStringArray": "orstrings", "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1beta1.JSONSchemaPropsOrStringArray": "orstrings",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Duration": "duration",
}

func name(t reflect.Type) string { return t.PkgPath() + "." + t.Name() }

func kind(t reflect.Type) string {
	if s, ok := special[name(t)]; ok {
		if strings.HasPrefix(s, "or") {
			walk(t.Field(indexOfSchema(t)).Type.Elem())
			return s + ":" + name(t.Field(indexOfSchema(t)).Type.Elem())
		}
		return s
	}
	switch t.Kind() {
	case reflect.String:
		return "str"
	case reflect.Bool:
		return "bool"
	case reflect.Int:
		return "int64"
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return t.Kind().String()
	case reflect.Float64:
		return "double"
	case reflect.Struct:
		walk(t)
		return "msg:" + name(t)
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "bytes"
		}
		if _, ok := reflect.PointerTo(t).MethodByName("Marshal"); ok && t.Name() != "" {
			return "strlist" // ExtraValue, Verbs: a message with repeated string items = 1
		}
	}
	if t.Kind() == reflect.Interface {
		return "any"
	}
	panic(t.String())
}
func indexOfSchema(t reflect.Type) int { f, _ := t.FieldByName("Schema"); return f.Index[0] }

func walk(t reflect.Type) {
	if seen[t] {
		return
	}
	seen[t] = true
	head := "T " + name(t)
	if f, ok := t.FieldByName("TypeMeta"); ok && f.Type == reflect.TypeOf(metav1.TypeMeta{}) {
		head += " meta"
	}
	out := []string{head}
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		j, p := f.Tag.Get("json"), f.Tag.Get("protobuf")
		if f.Type == reflect.TypeOf(metav1.TypeMeta{}) || p == "-" || j == "-" || !f.IsExported() {
			continue
		}
		num := "0"
		if p != "" {
			num = strings.Split(p, ",")[1]
		}
		js := strings.Split(j, ",")
		mode := "a"
		inline := false
		for _, o := range js[1:] {
			switch o {
			case "omitempty":
				if mode == "a" {
					mode = "o"
				}
			case "omitzero":
				mode = "z"
			case "inline":
				inline = true
			}
		}
		ft, card := f.Type, "v"
		var k string
		if inline {
			card = "i"
			k = kind(ft)
		} else {
			if ft.Kind() == reflect.Ptr {
				card, ft = "p", ft.Elem()
			}
			if ft.Kind() == reflect.Map {
				if card == "p" {
					card = "p?"
				}
				card, ft = "m", ft.Elem()
				if ft.Kind() == reflect.Ptr {
					ft = ft.Elem()
				}
			} else if ft.Kind() == reflect.Interface {
				continue
			} else if ft.Kind() == reflect.Slice && ft.Elem().Kind() != reflect.Uint8 {
				if _, ok := reflect.PointerTo(ft).MethodByName("Marshal"); !ok || ft.Name() == "" {
					card, ft = "l", ft.Elem()
					if ft.Kind() == reflect.Ptr {
						ft = ft.Elem()
					}
				}
			}
			k = kind(ft)
		}
		out = append(out, fmt.Sprintf("F %s %s %s %s %s %s %s", num, js[0], card, k, mode, dash(f.Tag.Get("patchStrategy")), dash(f.Tag.Get("patchMergeKey"))))
	}
	lines = append(lines, strings.Join(out, "\n"))
}
func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func main() {
	s := runtime.NewScheme()
	for _, f := range []func(*runtime.Scheme) error{scheme.AddToScheme, apiext.AddToScheme, apiextb.AddToScheme, apireg.AddToScheme, apiregb.AddToScheme, apidisc.AddToScheme, apidiscb.AddToScheme, adm.AddToScheme, admb.AddToScheme, imgpol.AddToScheme, metav1.AddMetaToScheme} {
		if err := f(s); err != nil {
			panic(err)
		}
	}
	all := s.AllKnownTypes()
	var g []schema.GroupVersionKind
	for k := range all {
		if k.Version != runtime.APIVersionInternal {
			g = append(g, k)
		}
	}
	sort.Slice(g, func(i, j int) bool { return g[i].String() < g[j].String() })
	w := bufio.NewWriter(os.Stdout)
	for _, k := range g {
		t := all[k]
		if t.Name() == "InternalEvent" {
			continue
		}
		walk(t)
		fmt.Fprintf(w, "G %s %s %s\n", k.GroupVersion(), k.Kind, name(t))
	}
	sort.Strings(lines)
	for _, l := range lines {
		fmt.Fprintln(w, l)
	}
	w.Flush()
}
