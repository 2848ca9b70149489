package main

import (
	"encoding/json"
	"math/rand"
	"sort"
	"strings"
)

// values take the place of each value of an object.
var values = []string{
	`null`, `true`, `false`, `0`, `1`, `-1`, `2`, `7`, `1.0`, `1.5`, `-0.5`, `1e3`, `65`, `3000000000`, `9223372036854775807`,
	`9223372036854775808`, `1e30`, `1e-7`, `16777217`, `4e38`, `""`, `"a"`, `"b"`, `"abc"`, `"é€😀"`, `"A-B_c.d"`, `"10.0.0.1"`,
	`"2020-02-30"`, `"a\nb\"<c>"`, `[]`, `[1]`, `["a","a"]`, `[1,1.0]`, `[null]`, `[{"name":"x"},{"name":"x"},{"name":"x"}]`, `{}`,
	`{"a":1}`, `{"b":{"c":["d"]},"a":1.50}`, `{"name":null}`,
}

// texts take the place of each text that has a format.
var texts = []string{
	"", " ", "a", "1", "x y",
	"507f1f77bcf86cd799439011", "507f1f77bcf86cd79943901", "507f1f77bcf86cd79943901G",
	"http://a/b?c#d", "/a/b", "a/b", "http://", "http://[::1]:80/", "http://a b", "mailto:x@y", "*", "//x", "http://%zz", ":",
	"a@b", "a@b.c", "\"a b\"@c", "Some One <a@b.c>", "a@b (comment)", "(x) a@b", "a@[10.0.0.1]", "a@[10.0.0.01]", "a@[x]", "a..b@c", ".a@b", "a.@b",
	"a@b, c@d", "g: a@b;", "g: a@b, c@d;", "g: ;", "=?utf-8?q?x?= <a@b>", "=?latin9?q?x?= <a@b>", "=?latin9?q?=zz?= <a@b>", "=?x?b?aGk=?= <a@b>", "<a@b>", "<a@b", "a@b>",
	"\"\"@c", "\"a\\\"b\"@c", "a b <c@d>", "\"x\" y <c@d>", "a@b(", "(a@b", "é@ü.de", "a b@c", "x (y (z)) <c@d>", "\"a@b", "a@", "@b", "g: <a@b>, c d <e@f>;",
	"example.com", "Example", "a_b.c", "-a.b", "a-.b", "a.b1", "😀", "😀.com", "a.😀", "1.2.3.4", "a--b.com", "a.", strings.Repeat("a", 63), strings.Repeat("a", 64), strings.Repeat("a.", 30) + "com", strings.Repeat("é", 40) + ".com",
	"10.0.0.1", "010.0.0.1", "10.0.0", "10.0.0.256", "::1", "::ffff:10.0.0.1", "fe80::1%eth0", "1:2:3:4:5:6:7:8", "00001::", "::01.2.3.4", "g::",
	"10.0.0.0/8", "010.0.0.0/08", "10.0.0.0/33", "::/0", "::/129", "10.0.0.0", "10.0.0.0/", "10.0.0.0/-1",
	"01:23:45:67:89:ab", "01-23-45-67-89-AB", "0123.4567.89ab", "0123456789ab", "01:23:45:67:89:ab:cd:ef", "01:23:45-67:89:ab", "01:23:45:67:89:a", "0123.4567.89abc", "01234567890123456789012345678901234567ab", "01:23:45:67:89:ag",
	"f47ac10b-58cc-0372-8567-0e02b2c3d479", "f47ac10b-58cc-3372-8567-0e02b2c3d479", "F47AC10B-58CC-4372-A567-0E02B2C3D479", "f47ac10b58cc537285670e02b2c3d479", "f47ac10b-58cc-4372-c567-0e02b2c3d479", "f47ac10b-58cc-4372-8567-0e02b2c3d47",
	"0321751043", "978-0321751041", "0-8044-2957-X", "080442957X", "0804429570", "9780321751042", "97 80321 751041",
	"4111111111111111", "4111-1111-1111-1111", "4111111111111112", "378282246310005", "6011111111111117", "5555555555554444", "30569309025904", "3530111333300000", "card 4111 1111 1111 1111 thanks",
	"123-45-6789", "123 45 6789", "123456789", "123-45-678", "123-45 6789",
	"#fff", "fff", "#FFFFFF", "#ffff", "#ggg", "rgb(1,2,3)", "rgb( 255 , 0 , 19 )", "rgb(256,0,0)", "rgb(01,0,0)", "rgb(1,2)",
	"YQ==", "YWI=", "YWJj", "Y", "YQ=", "YWJj\n", "a-_b", "====",
	"2020-02-29", "2021-02-29", "2020-1-1", "20-01-01", "2020-02-29T", "0000-01-01",
	"22 ns", "1h", "1h2m3.5s", "-1h", "3 days", "1 dayz", "1 fortnight", "5 weeks and 2 hours", "99999999999999999999 s", "1 µs", "1 micros", "2hrs", "1 wk", "3 mins", "1 m", "1 mi", "0", "1.5", "1..5 s", "10  \t minutes", "s", "1 Sec",
	"2014-12-15T19:30:20.000Z", "2014-12-15t19:30:20z", "2014-12-15T19:30:20+01:00", "2014-12-15T24:30:20Z", "2014-12-15T19:30:60Z", "2014-12-15 19:30:20Z", "2014-12-15T19:30:20", "2014-12-15T19:30:20,5Z", "2014-13-15T19:30:20Z", "2014-12-15T19:30:20ZTx", "2014-12-15T19:60:20Z",
	"a-b", "A", "a-", "-a", "a.b", "a..b", "a.-b", strings.Repeat("a", 253), strings.Repeat("a", 254),
}

// path leads to a value: names and indices.
type path []any

// places lists all places of an object, its own included, in a fixed order.
func places(value any, at path) []path {
	found := []path{append(path{}, at...)}
	switch v := value.(type) {
	case map[string]any:
		for _, name := range names(v) {
			found = append(found, places(v[name], append(at, name))...)
		}
	case []any:
		for i, element := range v {
			found = append(found, places(element, append(at, i))...)
		}
	}
	return found
}

func names(object map[string]any) []string {
	all := make([]string, 0, len(object))
	for name := range object {
		all = append(all, name)
	}
	sort.Strings(all)
	return all
}

// with is a copy with another value at a place; removed if remove is set.
func with(value any, at path, other any, remove bool) any {
	if len(at) == 0 {
		return other
	}
	switch v := value.(type) {
	case map[string]any:
		copied := make(map[string]any, len(v)+1)
		for name, member := range v {
			copied[name] = member
		}
		name := at[0].(string)
		if len(at) == 1 && remove {
			delete(copied, name)
		} else {
			copied[name] = with(v[name], at[1:], other, remove)
		}
		return copied
	case []any:
		index := at[0].(int)
		var copied []any
		for i, element := range v {
			if i != index {
				copied = append(copied, element)
			} else if len(at) > 1 || !remove {
				copied = append(copied, with(element, at[1:], other, remove))
			}
		}
		if copied == nil {
			copied = []any{}
		}
		return copied
	}
	return other
}

func get(value any, at path) any {
	for _, step := range at {
		switch v := value.(type) {
		case map[string]any:
			value = v[step.(string)]
		case []any:
			value = v[step.(int)]
		}
	}
	return value
}

// fixed are the places that the server sets before anything is judged.
func fixed(at path) bool {
	return len(at) == 0 || (len(at) == 1 && (at[0] == "apiVersion" || at[0] == "kind"))
}

// allMutants of an object differ from it in one place.
func allMutants(object any) []any {
	var all []any
	for _, at := range places(object, nil) {
		value := get(object, at)
		switch v := value.(type) {
		case map[string]any:
			all = append(all, with(object, append(at, "unknown"), json.Number("1"), false))
			if len(at) > 0 {
				all = append(all, with(object, append(at, "apiVersion"), "x/y/z", false))
				all = append(all, with(object, append(at, "metadata"), map[string]any{"name": "a/b", "unknown": json.Number("1"),
					"labels": map[string]any{"a": "b", "-": "x y"}}, false))
			}
		case []any:
			if len(v) > 0 {
				all = append(all, with(object, at, append(append([]any{}, v...), v[0]), false))
				all = append(all, with(object, at, append(append([]any{}, v...), v[0], v[0], v[len(v)-1]), false))
			}
		}
		if fixed(at) {
			continue
		}
		all = append(all, with(object, at, nil, true))
		for _, text := range values {
			var other any
			if err := decodeNumbers([]byte(text), &other); err != nil {
				panic(err)
			}
			all = append(all, with(object, at, other, false))
		}
		if len(at) > 1 && at[len(at)-2] == "formats" {
			for _, text := range texts {
				all = append(all, with(object, at, text, false))
			}
		}
	}
	return all
}

// mutantsOf picks some mutants of an object.
func mutantsOf(object any, random *rand.Rand, count int) []any {
	all := places(object, nil)
	var some []any
	for i := 0; i < count; i++ {
		at := all[random.Intn(len(all))]
		if fixed(at) {
			continue
		}
		var other any
		if err := decodeNumbers([]byte(values[random.Intn(len(values))]), &other); err != nil {
			panic(err)
		}
		some = append(some, with(object, at, other, false))
	}
	return some
}

// shuffled has the elements of one of the lists in another order.
func shuffled(object any, random *rand.Rand) any {
	for _, at := range places(object, nil) {
		if list, ok := get(object, at).([]any); ok && len(list) > 1 {
			copied := append([]any{}, list...)
			random.Shuffle(len(copied), func(a, b int) { copied[a], copied[b] = copied[b], copied[a] })
			object = with(object, at, copied, false)
			break
		}
	}
	return object
}

// keywords are set at each schema within a schema.
var keywords = map[string][]string{
	"type":                                 {`""`, `"string"`, `"integer"`, `"object"`, `"array"`, `"foo"`},
	"format":                               {`"date"`, `"int32"`, `"float"`, `"double"`, `"foo"`, `"k8s-short-name"`},
	"nullable":                             {`true`},
	"title":                                {`"t"`},
	"description":                          {`"d"`},
	"example":                              {`1`},
	"default":                              {`null`, `1`, `"a"`, `[]`, `{}`, `{"unknown":1,"a":null}`, `{"metadata":{"unknown":1,"name":1}}`},
	"maximum":                              {`1`, `1.5`, `1e30`, `-1`},
	"minimum":                              {`1`, `1.5`, `-1e30`, `3`},
	"exclusiveMaximum":                     {`true`},
	"exclusiveMinimum":                     {`true`},
	"multipleOf":                           {`2`, `0.5`, `0`, `-1`, `1.5`},
	"maxLength":                            {`0`, `1`, `-1`},
	"minLength":                            {`1`, `100`},
	"pattern":                              {`"^a"`, `"("`, `"[a"`, `"a**"`, `"a{1001}"`, `"(?=a)"`, `"\\p{Greek}"`, `"b$"`},
	"maxItems":                             {`0`, `1`, `-1`},
	"minItems":                             {`1`, `9`},
	"uniqueItems":                          {`true`},
	"enum":                                 {`[]`, `["a"]`, `[1,"a",null]`, `[1.0,true]`, `["A",2,{"a":1},[1]]`, `[null]`},
	"maxProperties":                        {`0`, `1`},
	"minProperties":                        {`1`, `9`},
	"required":                             {`["a"]`, `["spec","zz"]`},
	"allOf":                                {`[{"minLength":2}]`, `[{"type":"string"}]`, `[{"properties":{"zz":{"minimum":1}}}]`, `[{"items":{"minimum":1}},{"required":["q"]}]`},
	"anyOf":                                {`[{"type":"integer"},{"type":"string"}]`, `[{"minimum":5},{"maxLength":2},{"required":["q"]}]`, `[{"default":1},{"description":"x"}]`},
	"oneOf":                                {`[{"minimum":1},{"minimum":2}]`, `[{"required":["a"]},{"required":["b"]},{"maxLength":1}]`, `[{"nullable":true}]`},
	"not":                                  {`{}`, `{"minLength":2}`, `{"required":["a"]}`, `{"properties":{"metadata":{"minimum":1}}}`},
	"items":                                {`{}`, `{"type":"string"}`, `[]`, `[{"type":"string"}]`},
	"properties":                           {`{}`, `{"a":{"type":"string","default":"x"}}`, `{"metadata":{"type":"string"},"kind":{"type":"integer"}}`},
	"additionalProperties":                 {`true`, `false`, `{}`, `{"type":"string"}`},
	"x-kubernetes-preserve-unknown-fields": {`true`, `false`},
	"x-kubernetes-embedded-resource":       {`true`},
	"x-kubernetes-int-or-string":           {`true`},
	"x-kubernetes-list-type":               {`"set"`, `"map"`, `"atomic"`, `"foo"`},
	"x-kubernetes-list-map-keys":           {`["name"]`, `["a","b"]`},
	"x-kubernetes-map-type":                {`"atomic"`},
	"x-kubernetes-validations":             {`[{"rule":"true"}]`},
	"id":                                   {`"x"`},
	"$schema":                              {`"x"`},
	"$ref":                                 {`"#/x"`, `""`},
	"patternProperties":                    {`{"a":{"type":"string"}}`, `{}`},
	"dependencies":                         {`{"a":["b"]}`},
	"additionalItems":                      {`true`, `false`, `{}`},
	"definitions":                          {`{"a":{}}`},
}

// schemasWithin lists the places of all schemas; nested ones only restrict.
func schemasWithin(schema any, at path, nested bool, found func(at path, nested bool)) {
	object, ok := schema.(map[string]any)
	if !ok {
		return
	}
	found(append(path{}, at...), nested)
	for _, name := range names(object) {
		switch name {
		case "items", "additionalProperties":
			schemasWithin(object[name], append(at, name), nested, found)
		case "not":
			schemasWithin(object[name], append(at, name), true, found)
		case "properties":
			properties, _ := object[name].(map[string]any)
			for _, property := range names(properties) {
				schemasWithin(properties[property], append(at, name, property), nested, found)
			}
		case "allOf", "anyOf", "oneOf":
			list, _ := object[name].([]any)
			for i, element := range list {
				schemasWithin(element, append(at, name, i), true, found)
			}
		}
	}
}

// mutantsOfSchema differ from a schema in one keyword.
func mutantsOfSchema(schema any) []any {
	var all []any
	keys := make([]string, 0, len(keywords))
	for keyword := range keywords {
		keys = append(keys, keyword)
	}
	sort.Strings(keys)
	schemasWithin(schema, nil, false, func(at path, nested bool) {
		object := get(schema, at).(map[string]any)
		for _, name := range names(object) {
			all = append(all, with(schema, append(at, name), nil, true))
		}
		for _, keyword := range keys {
			if nested && keyword == "x-kubernetes-validations" {
				continue
			}
			for _, text := range keywords[keyword] {
				if nested && (keyword == "additionalProperties" && text == "false" || keyword == "properties" && text == "{}") {
					continue // the validation of definitions forbids the one, storing drops the other: the model has no place for them
				}
				var value any
				if err := decodeNumbers([]byte(text), &value); err != nil {
					panic(err)
				}
				all = append(all, with(schema, append(at, keyword), value, false))
			}
		}
	})
	return all
}
