package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// format is what the scanner knows of a content type: how the payload of an object is found and where it ends, where an
// event ends, what ends the initial events, and how a whole list ends.
type format struct {
	list, watch string // Accept headers; no watches if empty

	mark    []byte // precedes each payload
	closing byte   // ends it, if it needs no opening; else 0
	// open is shown what follows the mark until it knows the length of the payload, or -1 and its closing byte; "\n" closes
	// what nothing opens.
	open func(shown []byte) (known bool, length int, closing byte)
	item []byte // begins an item of a list, where names may come after the payload; else nil

	row     bool // the payload is the object's name, and what surrounds it is not verified
	decoded bool // the payload of a Secret is its bytes, not their base64

	framed          bool // an event follows its length in four bytes; else it ends at a newline
	bookmark, error []byte

	// whole tells whether a list is complete: its text before the first payload and after the last, and its length.
	whole func(begin, end []byte, total int64) bool
}

const tableType = "application/json;as=Table;v=v1;g=meta.k8s.io"

var formats = map[string]*format{
	"json": {
		list: "application/json", watch: "application/json",
		mark: []byte(`"payload":"`), closing: '"',
		bookmark: endMark, error: errorMark, whole: jsonList(`"items":[`),
	},
	"names": {
		list: "application/json",
		mark: []byte(`"metadata":{"name":"`), closing: '"', row: true,
		whole: jsonList(`"items":[`),
	},
	"table": {
		list: tableType, watch: tableType,
		mark: []byte(`"cells":["`), closing: '"', row: true,
		bookmark: endMark, error: errorMark, whole: jsonList(`"rows":[`),
	},
	"protobuf": {
		list: "application/vnd.kubernetes.protobuf", watch: "application/vnd.kubernetes.protobuf;stream=watch",
		mark: []byte("\n\apayload\x12"), open: varintLength, decoded: true,
		framed: true, bookmark: []byte("k8s.io/initial-events-end\x12\x04true"), error: []byte("\n\x05ERROR"),
		whole: protobufList,
	},
	"cbor": {
		list: "application/cbor",
		mark: []byte("\x47payload"), open: cborLength,
		whole: func(begin, end []byte, _ int64) bool {
			return bytes.Contains(begin, []byte("\x45items\x9f")) && bytes.HasSuffix(end, []byte("\xff\xff"))
		},
	},
	"yaml": {
		list: "application/yaml",
		mark: []byte("\n    payload: "), open: scalar, item: []byte("\n- "),
		whole: func(begin, end []byte, _ int64) bool {
			return bytes.HasPrefix(begin, []byte("apiVersion: v1\nitems:")) &&
				bytes.Contains(end, []byte("\nkind: ")) && bytes.HasSuffix(end, []byte("\"\n"))
		},
	},
}

func formatOf(name string, watch bool) (*format, error) {
	f := formats[name]
	if f == nil || watch && f.watch == "" {
		return nil, fmt.Errorf("-format %q", name)
	}
	return f, nil
}

// scalar is a YAML scalar on one line, plain or in double quotes; base64 has nothing to escape.
func scalar(shown []byte) (bool, int, byte) {
	if shown[0] == '"' {
		return true, -1, '"'
	}
	return true, -1, '\n'
}

func varintLength(shown []byte) (bool, int, byte) {
	n, used := binary.Uvarint(shown)
	return used > 0, int(n), 0
}

// cborLength reads the head of a CBOR string.
func cborLength(shown []byte) (bool, int, byte) {
	short := int(shown[0] & 31)
	if short < 24 {
		return true, short, 0
	}
	n := 0
	for _, b := range shown[1:] {
		n = n<<8 | int(b)
	}
	return len(shown) > 1<<(short-24), n, 0
}

func jsonList(items string) func(begin, end []byte, total int64) bool {
	return func(begin, end []byte, _ int64) bool {
		return bytes.Contains(begin, []byte(items)) && bytes.HasSuffix(bytes.TrimSpace(end), []byte("]}"))
	}
}

// protobufList compares the length with what the envelope tells: magic, type, message, two empty strings.
func protobufList(begin, end []byte, total int64) bool {
	const head, tail = "k8s\x00\n", "\x1a\x00\x22\x00"
	if !bytes.HasPrefix(begin, []byte(head)) || !bytes.HasSuffix(end, []byte(tail)) {
		return false
	}
	length, used := binary.Uvarint(begin[len(head):])
	at := len(head) + used + int(length)
	if used <= 0 || at >= len(begin) || begin[at] != 0x12 {
		return false
	}
	length, used = binary.Uvarint(begin[at+1:])
	return used > 0 && total == int64(at+1+used)+int64(length)+int64(len(tail))
}
