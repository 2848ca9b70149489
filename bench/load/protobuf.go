package main

import (
	"encoding/binary"
	"fmt"
)

// The envelope of an object in protobuf is a magic number and a message whose field 2 is the object.
const protobufMagic = "k8s\x00"

// withoutServerFields takes what only servers set out of a pod in its envelope: field 3, the status, and in field 1, the
// metadata, uid, resourceVersion, generation, creationTimestamp and managedFields.
func withoutServerFields(envelope []byte) ([]byte, error) {
	if len(envelope) < 4 || string(envelope[:4]) != protobufMagic {
		return nil, fmt.Errorf("no envelope: %.20q", envelope)
	}
	unknown, err := edited(envelope[4:], map[uint64]edit{2: func(pod []byte) ([]byte, error) {
		return edited(pod, map[uint64]edit{3: nil, 1: func(metadata []byte) ([]byte, error) {
			return edited(metadata, map[uint64]edit{5: nil, 6: nil, 7: nil, 8: nil, 17: nil})
		}})
	}})
	return append([]byte(protobufMagic), unknown...), err
}

// edit gives another value to a field of bytes; nil drops the field.
type edit func(value []byte) ([]byte, error)

func edited(message []byte, edits map[uint64]edit) ([]byte, error) {
	var out []byte
	for rest := message; len(rest) > 0; {
		tag, n := binary.Uvarint(rest)
		value, size := binary.Uvarint(rest[max(n, 0):])
		end := n + size
		if n <= 0 || size <= 0 || tag&7 == 2 && uint64(len(rest)-end) < value || tag&7 != 0 && tag&7 != 2 {
			return nil, fmt.Errorf("not a message that is known here: %.20q", rest)
		}
		var content []byte
		if tag&7 == 2 {
			content = rest[end : end+int(value)]
			end += int(value)
		}
		change, changed := edits[tag>>3]
		switch {
		case !changed:
			out = append(out, rest[:end]...)
		case change != nil:
			content, err := change(content)
			if err != nil {
				return nil, err
			}
			out = binary.AppendUvarint(binary.AppendUvarint(out, tag), uint64(len(content)))
			out = append(out, content...)
		}
		rest = rest[end:]
	}
	return out, nil
}
