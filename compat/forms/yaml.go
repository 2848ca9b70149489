package main

import (
	"encoding/json"
	"os"
	"strings"

	"sigs.k8s.io/yaml"
)

// Documents whose reading is not obvious, and scalars that stand where {} is in each of the frames.
var documents = []string{
	"a: 1\nb: [x, y]\nc: {d: e}\n", "a: &x {k: v}\nb: *x\n", "a: &x 1\nb: *x\nc: [*x, *x]\n", "&k a: 1\nb: *k\n",
	"a: &x {k: v, l: 1}\nb: {<<: *x, k: w}\n", "a: &x {k: v}\nb: {k: w, <<: *x}\n",
	"a: &x {k: 1}\nb: &y {k: 2, l: 3}\nc: {<<: [*x, *y]}\n", "b: {<<: {k: 1}, l: 2}\n", "b: {<<: 1}\n", "b: {\"<<\": 1}\n",
	"a: &x [*x]\n", "a: *x\n", "a: &x 1\nb: &x 2\nc: *x\n", "a: 1\na: 2\n", "a: {b: 1}\na: {c: 1}\n", "? a\n: b\n", "? [a]\n: b\n",
	"~: 1\n", "null: 1\n", "true: 1\n", "yes: 1\n", "1: 1\n", "0x10: 1\n", "012: 1\n", "1.5: 1\n", "- a\n", "a", "", "# only\n", "---\n", "--- {a: 1}\n",
	"a: 'it''s'\n", "a: \"\\u00e9\\n\\x41\\t\"\n", "a: |\n  x\n   y\n\n  z\n", "a: |-\n  x\n", "a: |+\n  x\n\n\n", "a: >\n  x\n  y\n\n  z\n",
	"a: |2\n    x\n", "a:\n- 1\n- - 2\n  - 3\n- b: 4\n  c: 5\n", "a: x # comment\n", "a: x#y\n", "a: b: c\n", "a: [\n", "a: }\n", "\ta: 1\n", "a:\n\t- b\n",
	"a: b\n c: d\n", "a: x\n  y\n", "a: !!str 1\n", "a: !!int \"1\"\n", "a: !!int x\n", "a: !!float 1\n", "a: !!bool yes\n", "a: !!bool x\n",
	"a: !!null x\n", "a: !!null ~\n", "a: !!binary aGk=\n", "a: !!binary '!'\n", "a: !foo bar\n", "a: !foo {b: 1}\n", "a: ! 1\n",
	"a: !!timestamp 2026-11-22\n", "%YAML 1.1\n---\na: 1\n", "a: \"\\q\"\n", "a: 'x\n", "{\"a\":\"b\",\"c\":[1,2.5,null,true]}", "{a: 1,}\n", "a: [1,,2]\n",
	"a: @x\n", "a: `x\n", "a: %x\n", "a: *\n", "a: &\n", "a: ?x\n", "a: -x\n", "a: :x\n", "a: x:y\n", "\ufeffa: 1\n", "a: \x01\n", "a: \u0085b\n",
}

var scalars = []string{
	"", "~", "null", "Null", "NULL", "nULL", "y", "Y", "n", "N", "yes", "Yes", "YES", "yEs", "no", "on", "ON", "off", "Off", "true", "True", "TRUE", "tRue",
	"false", "0", "00", "007", "08", "09.5", "0o17", "0O17", "0x1F", "0X1f", "0xg", "0b101", "0B1", "-0b11", "-0x1F", "+0x1F", "1_000", "1__0", "_1", "1_", "0x_1F",
	"-1", "+1", "--1", "+-1", "-", "+", "1e3", "1E3", "1e+3", "1.5e-3", "1.", ".5", "-.5", "+.5", "._5", "1.0", "-0", "-0.0", "0.0", "1e400", "-1e400", "1e21", "1e20",
	"123456789012345678", "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "-9223372036854775808",
	"-9223372036854775809", "+9223372036854775808", "1e-7", "0.000001", "123.456", "1.7976931348623157e308", "5e-324", "12:30", "190:20:30", "2026-11-22", "2026-11-22T09:03:15Z",
	"2026-11-22 09:03:15", "2026-1-2", "20261122", "1.2.3", "10.0.0.1", "100m", "1Gi", "=", "...", ".", "..", "e1", "1e", "1e+", "infinity", "Inf", "nan", "0x", "0b", "0o", "0b2", "0o8",
	"1,000", "1.5.", "0755", "0644", "-0755", "+0755", "0_7", "1 000", "a b", "é", "0e0", "00.5", "-00", "0x1p3", "0x1.8", "1f",
}

// yamlVectors writes one line a document: a JSON array of the YAML, and the JSON that upstream makes of it or null.
func yamlVectors(path string) error {
	var out strings.Builder
	all := append([]string{}, documents...)
	for _, scalar := range scalars {
		for _, frame := range []string{"a: {}\n", "a: [{}]\n", "a: !!str {}\n", "a: '{}'\n"} {
			all = append(all, strings.ReplaceAll(frame, "{}", scalar))
		}
	}
	for _, document := range all {
		var result any
		if converted, err := yaml.YAMLToJSON([]byte(document)); err == nil {
			result = string(converted)
		}
		line, err := json.Marshal([]any{document, result})
		if err != nil {
			return err
		}
		out.Write(line)
		out.WriteByte('\n')
	}
	return os.WriteFile(path, []byte(out.String()), 0o644)
}
