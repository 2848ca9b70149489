package main

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"strconv"
)

// scanner checks a watch stream or a list of the objects of a set as the bytes arrive, in any pieces, and keeps none.
//
// It knows no JSON beyond what the servers write: compact objects in which metadata comes before data, "name" and then
// "payload" appear in each object, and a watch event ends at a newline. The payload, nearly all of the bytes, is found by
// its closing quote and hashed; what lies between payloads is collected, hashed, and searched for names.
//
//	between --"payload":"--> payload --"--> between ...
//
// digest folds the hashes of all items in order: two readers that got the same bytes have the same digest. What precedes
// the first item of a list (its metadata) and the bookmark are not part of it, as their resourceVersion may differ.
type scanner struct {
	set       *set
	namespace int  // -1: the whole cluster
	watch     bool // events, one a line; else a list

	inPayload bool
	crc       uint32 // of the payload so far
	between   []byte // since the last payload
	started   bool   // the list's "items":[ has been passed

	objects int
	last    int64 // key of the last object, for the order
	digest  uint64
	synced  bool   // the bookmark that ends the initial events was seen
	token   string // continue token of a list
	version string // resourceVersion of the list or the bookmark
}

var (
	payloadMark = []byte(`"payload":"`)
	itemsMark   = []byte(`"items":[`)
	endMark     = []byte(`"k8s.io/initial-events-end":"true"`)
	errorMark   = []byte(`{"type":"ERROR"`)
	versionMark = []byte(`"resourceVersion":"`)
	tokenMark   = []byte(`"continue":"`)
)

const maxBetween = 1 << 20

func newScanner(s *set, namespace int, watch bool) *scanner {
	return &scanner{set: s, namespace: namespace, watch: watch, last: -1, digest: 14695981039346656037}
}

// next begins another page of the same list.
func (s *scanner) next() { s.between, s.started, s.token = s.between[:0], false, "" }

func (s *scanner) fold(h uint32) { s.digest = (s.digest ^ uint64(h)) * 1099511628211 }

// write takes the next bytes. It returns errSynced as soon as the initial events have ended.
func (s *scanner) write(p []byte) error {
	for len(p) > 0 {
		if s.inPayload {
			i := bytes.IndexByte(p, '"')
			if i < 0 {
				s.crc = crc32.Update(s.crc, castagnoli, p)
				return nil
			}
			s.crc = crc32.Update(s.crc, castagnoli, p[:i])
			if err := s.object(); err != nil {
				return err
			}
			s.inPayload, s.between, p = false, s.between[:0], p[i:]
			continue
		}
		// Look for the mark or, in a watch, the end of the line, also across the border of two pieces.
		from := max(0, len(s.between)-len(payloadMark))
		take := min(len(p), 64<<10)
		s.between = append(s.between, p[:take]...)
		at := bytes.Index(s.between[from:], payloadMark)
		if s.watch {
			line := bytes.IndexByte(s.between[from:], '\n')
			if line >= 0 && (at < 0 || line < at) {
				used := from + line + 1 - (len(s.between) - take)
				if err := s.line(s.between[:from+line+1]); err != nil {
					return err
				}
				s.between, p = s.between[:0], p[used:]
				continue
			}
		}
		if at < 0 {
			if len(s.between) > maxBetween {
				return fmt.Errorf("no payload in %d bytes: %.200s", len(s.between), s.between)
			}
			p = p[take:]
			continue
		}
		end := from + at + len(payloadMark)
		used := end - (len(s.between) - take)
		s.between = s.between[:end]
		s.inPayload, s.crc, p = true, 0, p[used:]
	}
	return nil
}

// line handles the end of a watch event: the rest after a payload, or an event without one.
func (s *scanner) line(b []byte) error {
	switch {
	case bytes.HasPrefix(b, errorMark):
		return fmt.Errorf("ERROR event: %.300s", b)
	case bytes.Contains(b, endMark):
		s.synced, s.version = true, valueAfter(b, versionMark)
		return errSynced
	case b[0] == '"': // the rest of an event with a payload
		s.fold(crc32.Checksum(b, castagnoli))
	}
	return nil
}

// object handles a complete payload; between ends with its mark.
func (s *scanner) object() error {
	head := s.between
	if !s.watch && !s.started {
		at := bytes.Index(head, itemsMark)
		if at < 0 {
			return fmt.Errorf("an item before the list's items: %.200s", head)
		}
		s.started = true
		s.listMeta(head[:at])
		head = head[at+len(itemsMark):]
	}
	s.fold(crc32.Checksum(head, castagnoli))
	s.fold(s.crc)
	mark := []byte(`"name":"` + s.set.Prefix + "-")
	at := bytes.LastIndex(head, mark)
	if at < 0 || len(head) < at+len(mark)+7 {
		return fmt.Errorf("an object without a name of the set: %.300s", head)
	}
	i, err := strconv.Atoi(string(head[at+len(mark) : at+len(mark)+7]))
	if err != nil || i >= s.set.Count {
		return fmt.Errorf("an object that was not created: %.300s", head)
	}
	if s.crc != s.set.CRC[i] {
		return fmt.Errorf("object %d differs from what was created", i)
	}
	ns := i % s.set.Namespaces
	if s.namespace >= 0 && ns != s.namespace {
		return fmt.Errorf("object %d of another namespace", i)
	}
	key := int64(ns)<<32 | int64(i)
	if key <= s.last {
		return fmt.Errorf("object %d out of order", i)
	}
	s.last = key
	s.objects++
	return nil
}

// finish checks the end of a page of a list.
func (s *scanner) finish() error {
	if !s.started {
		if at := bytes.Index(s.between, itemsMark); at >= 0 {
			s.listMeta(s.between[:at])
		}
	}
	if s.inPayload || !bytes.HasSuffix(bytes.TrimSpace(s.between), []byte("]}")) {
		return fmt.Errorf("the list ends early, after %d objects: %.200s", s.objects, s.between)
	}
	return nil
}

func (s *scanner) listMeta(b []byte) {
	s.token = valueAfter(b, tokenMark)
	s.version = valueAfter(b, versionMark)
}

// valueAfter returns the string value whose key and opening quote are `mark`, or "".
func valueAfter(b, mark []byte) string {
	at := bytes.Index(b, mark)
	if at < 0 {
		return ""
	}
	b = b[at+len(mark):]
	if end := bytes.IndexByte(b, '"'); end >= 0 {
		return string(b[:end])
	}
	return ""
}
