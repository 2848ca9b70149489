package main

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"strings"
	"testing"
)

func lengthed(b string) string { return string(binary.AppendUvarint(nil, uint64(len(b)))) + b }

func envelope(kind, message string) string {
	return "k8s\x00\n" + lengthed("\n\x02v1\x12"+lengthed(kind)) + "\x12" + lengthed(message) + "\x1a\x00\x22\x00"
}

func message(s *set, i int) string {
	meta := "\n" + lengthed(s.name(i)) + "\x1a" + lengthed(s.namespace(i)) + "2" + lengthed(fmt.Sprint(100+i))
	return "\n" + lengthed(meta) + "\x12" + lengthed("\n\apayload\x12"+lengthed(string(s.raw(i)))) + "\x1a\x06Opaque"
}

func framed(kind, object string) string {
	event := "\n" + lengthed(kind) + "\x12" + lengthed("\n"+lengthed(object))
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(event)))) + event
}

// written is a list, or a watch list, of the objects in a format as servers write it.
var written = map[string]func(s *set, order []int) string{
	"protobuf list": func(s *set, order []int) string {
		list := "\n\x06\n\x00\x12\x0216"
		for _, i := range order {
			list += "\x12" + lengthed(message(s, i))
		}
		return envelope("SecretList", list)
	},
	"protobuf watch": func(s *set, order []int) (text string) {
		for _, i := range order {
			text += framed("ADDED", envelope("Secret", message(s, i)))
		}
		return text + framed("BOOKMARK", envelope("Secret", "\n\x2f2\x03999b\x25\n\x1dk8s.io/initial-events-end\x12\x04true"))
	},
	"cbor list": func(s *set, order []int) string {
		text := "\xd9\xd9\xf7\xbf\x44kind\x4aSecretList\x48metadata\xa0\x45items\x9f"
		for _, i := range order {
			text += "\xbf\x48metadata\xa1\x44name\x4c" + s.name(i) + "\x44data\xa1\x47payload"
			text += "\x59" + string(binary.BigEndian.AppendUint16(nil, uint16(len(s.payload(i))))) + s.payload(i) + "\xff"
		}
		return text + "\xff\xff"
	},
	"yaml list": func(s *set, order []int) string {
		text := "apiVersion: v1\nitems:\n"
		for _, i := range order {
			text += "- metadata:\n    name: " + s.name(i) + "\n  data:\n    payload: " + quoteAtDigit(s.payload(i)) + "\n"
		}
		return text + "kind: SecretList\nmetadata:\n  resourceVersion: \"5\"\n"
	},
	"yaml list, data first": func(s *set, order []int) string {
		text := "apiVersion: v1\nitems:\n"
		for _, i := range order {
			text += "- data:\n    payload: " + quoteAtDigit(s.payload(i)) + "\n  metadata:\n    managedFields:\n    - fieldsV1:\n" +
				"        f:data:\n          f:payload: {}\n    name: " + s.name(i) + "\n    namespace: " + s.namespace(i) + "\n"
		}
		return text + "kind: SecretList\nmetadata:\n  resourceVersion: \"5\"\n"
	},
	"table list": func(s *set, order []int) string {
		text := `{"kind":"Table","metadata":{"resourceVersion":"5"},"columnDefinitions":[{"name":"Name"}],"rows":[`
		for n, i := range order {
			text += strings.Repeat(",", min(n, 1)) + `{"cells":["` + s.name(i) + `",1,"` + fmt.Sprint(rand.IntN(9)) +
				`s"],"object":{"metadata":{"name":"` + s.name(i) + `"}}}`
		}
		return text + "]}\n"
	},
}

func quoteAtDigit(v string) string {
	if v[0] >= '0' && v[0] <= '9' {
		return `"` + v + `"`
	}
	return v
}

func scannerFor(what string, s *set) (*scanner, bool) {
	name, mode, _ := strings.Cut(what, " ")
	watch := mode == "watch"
	return newScanner(s, -1, watch, formats[name]), watch
}

func scanAll(what string, s *set, text string, r *rand.Rand) (*scanner, error) {
	scan, watch := scannerFor(what, s)
	err := feed(scan, text, r)
	switch {
	case watch && err == errSynced:
		err = nil
	case watch && err == nil:
		err = fmt.Errorf("no bookmark")
	case err == nil:
		err = scan.finish()
	}
	if err == nil && scan.objects != s.Count {
		err = fmt.Errorf("%d objects", scan.objects)
	}
	return scan, err
}

func secrets() *set {
	s := testSet(23, 400, 3)
	s.Kind = "secrets"
	for i := range s.Count {
		s.Decoded = append(s.Decoded, crc32.Checksum(s.raw(i), castagnoli))
	}
	return s
}

func TestScannerReadsEveryFormatHoweverTheBytesAreCut(t *testing.T) {
	set := secrets()
	for what, write := range written {
		text, digest := write(set, keyOrder(set)), uint64(0)
		for seed := range uint64(200) {
			s, err := scanAll(what, set, text, rand.New(rand.NewPCG(seed, 1)))
			if err != nil {
				t.Fatalf("%s, seed %d: %v", what, seed, err)
			}
			if seed > 0 && s.digest != digest {
				t.Fatalf("%s, seed %d: the digest depends on how the bytes are cut", what, seed)
			}
			digest = s.digest
		}
	}
}

func TestScannerRefusesWhatIsWrongInEveryFormat(t *testing.T) {
	set := secrets()
	for what, write := range written {
		order := keyOrder(set)
		good := write(set, order)
		bad := map[string]string{
			"cut":               good[:len(good)-3],
			"an object missing": write(set, order[1:]),
			"an object twice":   write(set, append([]int{order[0]}, order...)),
			"wrong order":       write(set, append([]int{order[1], order[0]}, order[2:]...)),
			"an unknown object": strings.ReplaceAll(good, set.name(5), "load-0000123"),
		}
		if !strings.HasPrefix(what, "table") {
			bad["a changed byte"] = strings.Replace(good, set.payload(3)[:20], strings.Repeat("x", 20), 1)
			if strings.HasPrefix(what, "protobuf") {
				bad["a changed byte"] = strings.Replace(good, string(set.raw(3)[:20]), strings.Repeat("x", 20), 1)
			}
		}
		for wrong, text := range bad {
			if _, err := scanAll(what, set, text, rand.New(rand.NewPCG(1, 1))); err == nil {
				t.Errorf("%s with %s was taken", what, wrong)
			}
		}
	}
}
