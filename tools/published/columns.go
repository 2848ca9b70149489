package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/registry/customresource/tableconvertor"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

var columnTypes = []string{"string", "integer", "number", "boolean", "date"}

// The objects that paths are evaluated on.
var columnObjects = []string{
	`{"apiVersion":"a/v1","kind":"A","metadata":{"name":"one","namespace":"ns","labels":{"a.b/c":"x"}},
	"spec":{"replicas":3,"ratio":0.5,"big":1e30,"tiny":0.00001,"small":0.0001,"huge":123456789012345678901,"million":1234567.5,"neg":-7,"text":"hällo <b>&","empty":"","on":true,"off":false,
	"none":null,"list":[1,2,3,4,5],"names":["b","a","c"],"mixed":[1,"a",null,true,2.5,[1],{"a":1}],"map":{"only":"v"},"emptyMap":{},"emptyList":[],
	"nested":[[1,2],[3,[4]]],"when":"never","zero":"0001-01-01T00:00:00Z","nulltext":"null"},
	"status":{"conditions":[{"type":"Ready","status":"True","n":1,"f":1.5,"b":true},{"type":"Bad","status":"False","n":2,"b":false},{"type":"Ready","status":"Unknown","n":3}],
	"addresses":[{"type":"InternalIP","address":"10.0.0.1"},{"type":"Hostname","address":"h"}]}}`,
	`{"apiVersion":"a/v1","kind":"A","metadata":{"name":"two"}}`,
	`{"apiVersion":"a/v1","kind":"A","metadata":{"name":"three"},"spec":"text","status":null}`,
	`{"apiVersion":"a/v1","kind":"A","metadata":{"name":"four"},"spec":{"list":{"a":1},"names":"abc","replicas":"3","ratio":2,"mixed":[{"a":{"b":[{"c":1},{"c":2}]}}],"map":[{"only":1}]},
	"status":{"conditions":[{"type":"Ready","status":null},{"status":"False"},{"type":1},{"type":true},{"type":"Ready","status":"True","n":1.5}]}}`,
	`{"apiVersion":"a/v1","kind":"A","metadata":{"name":"five"},"spec":{"list":[],"names":[null],"replicas":0,"on":"true","mixed":[[],{},""],"nested":[[[["deep"]]]]},"status":{"conditions":[]}}`,
}

var columnPaths = []string{
	".spec.replicas", ".spec.ratio", ".spec.big", ".spec.tiny", ".spec.small", ".spec.huge", ".spec.million", ".spec.neg", ".spec.text", ".spec.empty", ".spec.on", ".spec.off",
	".spec.none", ".spec.list", ".spec.names", ".spec.mixed", ".spec.map", ".spec.emptyMap", ".spec.emptyList", ".spec.nested", ".spec.when", ".spec.zero", ".spec.nulltext",
	".spec", ".status", ".", "..", "", ".missing", ".spec.missing.deeper", ".metadata.name", `.metadata.labels.a\.b/c`, ".metadata.labels['a.b/c']", `.metadata.labels['a\.b/c']`,
	".spec.list[0]", ".spec.list[-1]", ".spec.list[-1:]", ".spec.list[5]", ".spec.list[-6]", ".spec.list[1:3]", ".spec.list[1:1]", ".spec.list[3:1]", ".spec.list[:2]", ".spec.list[::2]",
	".spec.list[1::3]", ".spec.list[::0]", ".spec.list[::-1]", ".spec.list[*]", ".spec.list[]", ".spec.list[:]", ".spec.list[:-1]", ".spec.list[-3:-1]", ".spec.list[0:100]", ".spec.list[a]", ".spec.list[-]",
	".spec.list[99999999999999999999]", ".spec.list[0,2]", ".spec.list[2,0]", ".spec.list[ 1 , 0 ]", ".spec.list[0,-1,*]", ".spec.list[0", ".spec.list[0]]", ".spec['list','names']", ".spec['replicas','text']",
	".spec['missing','text']", ".spec.mixed[*]", ".spec.mixed[1]", ".spec.mixed[2]", ".spec.mixed[3]", ".spec.mixed[4]", ".spec.mixed[5]", ".spec.mixed[6]", ".spec.mixed[6].a", ".spec.map.*", ".spec.names.*", ".spec.text.*",
	".spec.names[0].*", ".spec.nested[0][1]", ".spec.nested[1][1][0]", ".spec.nested[*][0]", ".spec.nested[*][*]", ".spec.nested..", ".spec.map..", "..only", ".status..status", ".status.conditions..type", "..conditions[0].type", ".spec....text", "...text",
	".status.conditions[?(@.type=='Ready')].status", `.status.conditions[?(@.type=="Ready")].status`, `.status.conditions[?(@.type == "Ready")].status`, `.status.conditions[?(@.type=="Bad")].status`, `.status.conditions[?(@.type!="Ready")].status`,
	`.status.conditions[?(@['type']=="Ready")].status`, `.status.conditions[?(@.type=="Missing")].status`, `.status.conditions[?(@.n>1)].type`, `.status.conditions[?(@.n>=2)].type`, `.status.conditions[?(@.n<2)].type`, `.status.conditions[?(@.n<=1)].type`, `.status.conditions[?(@.n==2)].type`,
	`.status.conditions[?(@.n!=1)].type`, `.status.conditions[?(@.n==1.5)].type`, `.status.conditions[?(@.f==1.5)].type`, `.status.conditions[?(@.f>1.0)].type`, `.status.conditions[?(@.b==true)].type`, `.status.conditions[?(@.b)].type`, `.status.conditions[?(@.b==false)].type`, `.status.conditions[?(@.b<true)].type`,
	`.status.conditions[?(@.type>"Bad")].status`, `.status.conditions[?(@.type>="Bad")].status`, `.status.conditions[?(@.type<"Ready")].status`, `.status.conditions[?(@.f)].type`, `.status.conditions[?(@.missing)].type`, `.status.conditions[?(!@.f)].type`, `.status.conditions[?(@.type=)].status`, `.status.conditions[?(@.type==)].status`,
	`.status.conditions[?(@.type===="Ready")].status`, `.status.conditions[?(@.type=~"R.*")].status`, `.status.conditions[?(@.type=="Ready"].status`, `.status.conditions[?(@.type=="Ready)].status`, `.status.conditions[?(@.type=='Ready' && @.n==3)].status`, `.status.conditions[?(@.type=="a)b")].status`, `.status.conditions[?()].status`,
	`.status.conditions[?("Ready"==@.type)].status`, `.status.conditions[?(@.type==@.type)].status`, `.status.conditions[?(@.type==@.status)].status`, `.status.conditions[?(@.status==null)].type`, `.status.conditions[?(@.type=="Ready")]`, `.status.conditions[?(@.type=="Ready")].n`, `.status.conditions[?(@..type)].n`, `.status.conditions[?(@.*)].n`,
	`.status.conditions[?(@.*=="Ready")].n`, `.status.conditions[?(@["type"]=="Ready")].status`, `.status.conditions[?(@.type=="\u0052eady")].status`, `.status.conditions[?(@.type=="\x52eady")].status`, `.status.conditions[?(@.type=="\122eady")].status`, `.status.conditions[?(@.type=='\'')].status`, `.status.conditions[?(@.type=="\q")].status`,
	`.spec.list[?(@>2)]`, `.spec.list[?(@==3)]`, `.spec.list[?(@)]`, `.spec.mixed[?(@.a)]`, `.spec.mixed[?(@==1)]`, `.spec.mixed[?(@.a==1)]`, `.spec.names[?(@=="a")]`, `.spec.nested[?(@[0]==3)]`, `.spec.nested[?(@[5])]`, `.spec.map[?(@.only)]`,
	`.status.addresses[?(@.type=="InternalIP")].address`, `.status.addresses[?(@.type=="Hostname")].address`, `.status.addresses[*].address`, `.status.addresses[0].address`, `.status.addresses[-1].address`,
	`.spec.replicas}`, `.spec.replicas}{.spec.text`, `.spec.missing}{.spec.text`, `.spec.replicas} text {.spec.text`, `}`, `}{`, `.a{b`, `"literal"`, `'it'`, `"a\nb"`, `'unclosed`, `12`, `-12`, `+5`, `1.5`, `.5`, `1.2.3`, `true`, `false`, `foo`, `end`, `range .spec.list[*]}{@}{end`, `range .status.conditions[*]}{.type}={.status}{end`,
	`range .spec.missing}{.a}{end}{.spec.text`, `range .spec.list[*]}{"x"}{end}{.spec.text`, `range .status.conditions[*]}{range .missing}{.a}{end}{.type}{end`, `$.spec.text`, `@.spec.text`, ` .spec.text `, `.spec .text`, `.spec.text .missing`, `.spec.list 7`, `#`, `.spec#`, `.spec.list[0:1:1:1]`, `.spec.list['a`, `.spec.list[''']`, `.*`, `.*.*`, `*`, `[0]`, `['spec']`, `['spec']['text']`, `.spec["text"]`, `.spec.list[1.5]`, "\t.spec", ".spec\n", ".spec.\u00e9", `.spec\`, `.spec.te\xt`,
	`.spec.names[?(@.x=="]")]`, `.spec.mixed[*].a.b[*].c`, `.spec.mixed[0].a.b[1].c`, `.spec.mixed[0]['a'].b[?(@.c==2)].c`, `.spec.mixed[0]..c`, `.spec.mixed[0]..b[0]`, `..c`, `..b..c`, `..a.b`, `.spec.map.only`, `.spec.map[0].only`, `.spec.mixed[0,1]`, `.spec.mixed[?(@.a),0]`,
}

var fragments = []string{".spec", ".status", ".list", ".names", ".mixed", ".conditions", ".type", ".n", ".nested", ".map", ".only", ".text", ".a", ".b", ".c", "[0]", "[1]", "[-1]", "[*]", "[1:]", "[:2]", "[0,1]", "[-2:]", "[::2]", ".*", "..", "..type", "..a", "['type']", "['a','b']", `[?(@.type=="Ready")]`,
	`[?(@.n>1)]`, `[?(@.a)]`, `[?(@)]`, `[?(@[0])]`, `[?(@==1)]`, "@", "$", "}{", " ", "'x'", "1", "true", "end", "range ", `[?(@..c==2)]`, `[?(@.type!="Ready")]`, "[5]", "[]", "[2:1]"}

type columnVector struct {
	Path   string `json:"p"`
	Type   string `json:"t"`
	Object int    `json:"o"`
	// What the columns are, if the path is not valid: none.
	Invalid bool `json:"i,omitempty"`
	Cell    any  `json:"c"`
}

func columns(out *json.Encoder) {
	objects := make([]map[string]any, len(columnObjects))
	for i, text := range columnObjects {
		u := &unstructured.Unstructured{}
		if err := u.UnmarshalJSON([]byte(text)); err != nil {
			panic(err)
		}
		objects[i] = u.Object
	}
	must(out.Encode(objects))
	paths := append([]string{}, columnPaths...)
	random := rand.New(rand.NewSource(1))
	for i := 0; i < 1500; i++ {
		path := []string{".spec", ".status", ""}[random.Intn(3)]
		for n := 1 + random.Intn(5); n > 0; n-- {
			path += fragments[random.Intn(len(fragments))]
		}
		paths = append(paths, path)
	}
	for i, path := range paths {
		for o := range objects {
			for t, kind := range columnTypes {
				// all types of what is written by hand, one of what is random
				if i >= len(columnPaths) && (i+o)%len(columnTypes) != t {
					continue
				}
				vector := columnVector{Path: path, Type: kind, Object: o}
				cell, valid, same := cellOf(path, kind, objects[o])
				if !same {
					continue
				}
				vector.Cell, vector.Invalid = cell, !valid
				must(out.Encode(vector))
			}
		}
	}
}

type printedVector struct {
	Columns []apiextensionsv1.CustomResourceColumnDefinition `json:"columns,omitempty"`
	// What follows is of the columns that were told last.
	Object map[string]any `json:"object,omitempty"`
	Cells  []any          `json:"cells,omitempty"`
}

// The rows of random objects of the definitions.
func printed(out *json.Encoder) {
	random := rand.New(rand.NewSource(6))
	for _, crd := range readDefinitions() {
		for _, version := range crd.Spec.Versions {
			if version.Schema == nil || len(version.AdditionalPrinterColumns) == 0 {
				continue
			}
			must(out.Encode(printedVector{Columns: version.AdditionalPrinterColumns}))
			for range 30 {
				object, is := randomValue(random, version.Schema.OpenAPIV3Schema, 9).(map[string]any)
				if !is {
					continue
				}
				object["metadata"] = map[string]any{"name": "one"}
				table, err := tableconvertor.New(version.AdditionalPrinterColumns)
				must(err)
				made, err := table.ConvertToTable(context.Background(), &unstructured.Unstructured{Object: object}, &metav1.TableOptions{})
				must(err)
				must(out.Encode(printedVector{Object: object, Cells: made.Rows[0].Cells}))
			}
		}
	}
}

// The cell; several times, as the order of maps is not defined.
func cellOf(path, kind string, object map[string]any) (cell any, valid, same bool) {
	defer func() {
		if recover() != nil {
			same = false
		}
	}()
	var first []byte
	for range 40 {
		table, err := tableconvertor.New([]apiextensionsv1.CustomResourceColumnDefinition{{Name: "C", Type: kind, JSONPath: path}})
		if err != nil {
			return nil, false, true
		}
		made, err := table.ConvertToTable(context.Background(), &unstructured.Unstructured{Object: object}, &metav1.TableOptions{})
		must(err)
		cell = made.Rows[0].Cells[1]
		if text, is := cell.(string); is && kind == "date" && strings.IndexFunc(text, func(r rune) bool { return r >= '0' && r <= '9' }) >= 0 {
			return nil, true, false
		}
		now, err := json.Marshal(cell)
		must(err)
		if first != nil && !bytes.Equal(first, now) {
			return nil, true, false
		}
		first = now
	}
	return json.RawMessage(first), true, true
}
