package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"
)

// scanner checks a watch stream or a list of the objects of a set as the bytes arrive, in any pieces, and keeps none.
//
// It knows of a format no more than what the servers write: in each object stand its name and then its payload (in YAML
// perhaps the other way round). The payload, nearly all of the bytes, is found by its length or its closing byte and hashed;
// what lies between payloads is collected, hashed, and searched for names.
//
//	between --mark--> payload --length or closing byte--> between ...
//
// Objects of a set without payloads are taken as a whole, event by event.
//
// digest folds the hashes of all items in order: two readers that got the same bytes have the same digest. What precedes
// the first item of a list (its metadata) and the bookmark are not part of it, as their resourceVersion may differ.
type scanner struct {
	set       *set
	namespace int  // -1: the whole cluster
	node      int  // whose pods alone are expected, or -1
	watch     bool // events; else a list
	whole     bool // the objects are taken as a whole
	format    *format

	frame     int    // bytes left of a framed event
	frameHead []byte // its length, while incomplete
	between   []byte // since the last payload
	opening   []byte // what followed the mark, while that does not tell the payload yet
	state     state
	left      int    // bytes left of the payload, or -1
	closing   byte   // that ends it then
	crc       uint32 // of the payload so far
	row       []byte // the payload, if it is a name
	number    int    // of the object, -1: not known yet
	loaded    bool   // the event had a payload
	unnamed   bool   // the last payload's name has not come yet

	begin []byte // of a list, up to its first payload
	total int64

	objects int
	last    int64 // key of the last object, for the order
	digest  uint64
	synced  bool   // the bookmark that ends the initial events was seen
	token   string // continue token of a list in JSON
	version string // resourceVersion of the list or the bookmark, in JSON
}

type state int

const (
	inBetween state = iota
	inOpening
	inPayload
)

var (
	addedMark   = []byte(`{"type":"ADDED","object":`)
	endMark     = []byte(`"k8s.io/initial-events-end":"true"`)
	errorMark   = []byte(`{"type":"ERROR"`)
	versionMark = []byte(`"resourceVersion":"`)
	tokenMark   = []byte(`"continue":"`)
)

const maxBetween = 1 << 20

func newScanner(s *set, namespace int, watch bool, f *format) *scanner {
	return &scanner{set: s, namespace: namespace, node: -1, watch: watch, whole: s.whole() && !f.row, format: f, last: -1,
		digest: 14695981039346656037}
}

// next begins another page of the same list.
func (s *scanner) next() { s.between, s.begin, s.token = s.between[:0], nil, "" }

func (s *scanner) fold(h uint32) { s.digest = (s.digest ^ uint64(h)) * 1099511628211 }

// write takes the next bytes. It returns errSynced as soon as the initial events have ended.
func (s *scanner) write(p []byte) error {
	s.total += int64(len(p))
	if !s.watch || !s.format.framed {
		return s.text(p)
	}
	for len(p) > 0 {
		if s.frame == 0 {
			n := min(4-len(s.frameHead), len(p))
			s.frameHead, p = append(s.frameHead, p[:n]...), p[n:]
			if len(s.frameHead) == 4 {
				s.frame, s.frameHead = int(binary.BigEndian.Uint32(s.frameHead)), s.frameHead[:0]
			}
			continue
		}
		n := min(s.frame, len(p))
		if err := s.text(p[:n]); err != nil {
			return err
		}
		s.frame, p = s.frame-n, p[n:]
		if s.frame == 0 {
			if err := s.event(s.between); err != nil {
				return err
			}
		}
	}
	return nil
}

// text takes the next bytes of a stream without frames, or of one frame.
func (s *scanner) text(p []byte) error {
	for len(p) > 0 {
		n, err := 0, error(nil)
		switch s.state {
		case inBetween:
			n, err = s.gap(p)
		case inOpening:
			n, err = 1, s.open(p[0])
		case inPayload:
			n, err = s.payload(p)
		}
		if err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

// gap takes bytes up to the next mark or, in a watch, the end of a line, also across the border of two pieces.
func (s *scanner) gap(p []byte) (int, error) {
	before, take := len(s.between), min(len(p), 64<<10)
	s.between = append(s.between, p[:take]...)
	end := -1
	if !s.whole {
		from := max(0, before-len(s.format.mark))
		if at := bytes.Index(s.between[from:], s.format.mark); at >= 0 {
			end = from + at + len(s.format.mark)
		}
	}
	if s.watch && !s.format.framed {
		if line := bytes.IndexByte(p[:take], '\n'); line >= 0 && (end < 0 || before+line < end) {
			return line + 1, s.event(s.between[:before+line+1])
		}
	}
	if end < 0 {
		if len(s.between) > maxBetween {
			return 0, fmt.Errorf("no payload in %d bytes: %.200s", len(s.between), s.between)
		}
		return take, nil
	}
	s.between = s.between[:end]
	s.state, s.opening = inOpening, s.opening[:0]
	if s.format.closing != 0 {
		s.begun(-1, s.format.closing)
	}
	return end - before, s.head(s.between)
}

func (s *scanner) open(b byte) error {
	s.opening = append(s.opening, b)
	known, length, closing := s.format.open(s.opening)
	if known {
		s.begun(length, closing)
		if closing == '\n' { // nothing opens it: the byte is its first
			s.hash(s.opening)
		}
	} else if len(s.opening) > 10 {
		return fmt.Errorf("no payload after its mark: %q", s.opening)
	}
	return nil
}

func (s *scanner) begun(length int, closing byte) {
	s.state, s.left, s.closing = inPayload, length, closing
	s.crc, s.row = 0, s.row[:0]
}

func (s *scanner) hash(p []byte) {
	s.crc = crc32.Update(s.crc, castagnoli, p)
	if s.format.row {
		s.row = append(s.row, p...)
	}
}

// payload takes bytes of the payload, but not its closing byte.
func (s *scanner) payload(p []byte) (int, error) {
	n, complete := 0, false
	if s.left < 0 {
		n = bytes.IndexByte(p, s.closing)
		if complete = n >= 0; !complete {
			n = len(p)
		}
	} else {
		n = min(s.left, len(p))
		s.left -= n
		complete = s.left == 0
	}
	s.hash(p[:n])
	if !complete {
		return n, nil
	}
	s.state, s.between, s.loaded = inBetween, s.between[:0], true
	if s.format.row {
		if s.number, _ = s.name(s.row); s.number < 0 {
			return n, nil // of an object that is the server's own
		}
	}
	s.fold(s.crc)
	if s.number < 0 && s.format.item != nil {
		s.unnamed = true
		return n, nil
	}
	return n, s.object()
}

// head handles the end of an item, if there was one, and what precedes the payload of the next.
func (s *scanner) head(b []byte) error {
	if s.unnamed {
		tail := b
		if at := bytes.LastIndex(b, s.format.item); at >= 0 {
			tail, b = b[:at], b[at:]
		}
		if err := s.tail(tail); err != nil {
			return err
		}
	}
	at := 0
	s.number, at = s.name(b)
	if !s.watch && s.begin == nil {
		s.begin = bytes.Clone(b)
		s.listMeta(b)
		if at < 0 {
			return nil
		}
		b = b[at:]
	}
	if !s.format.row {
		s.fold(crc32.Checksum(b, castagnoli))
	}
	return nil
}

// tail handles what follows the payload of an item whose name has not come yet.
func (s *scanner) tail(b []byte) error {
	s.unnamed = false
	s.number, _ = s.name(b)
	s.fold(crc32.Checksum(b, castagnoli))
	return s.object()
}

// name finds the last name of an object of the set in a text: its number and place, or -1, -1.
func (s *scanner) name(b []byte) (int, int) {
	mark := s.set.Prefix + "-"
	for end := len(b); ; {
		at := bytes.LastIndex(b[:end], []byte(mark))
		if at < 0 {
			return -1, -1
		}
		if digits := b[at+len(mark):]; len(digits) >= 7 {
			if i, err := strconv.ParseUint(string(digits[:7]), 10, 32); err == nil {
				return int(i), at
			}
		}
		end = at
	}
}

// object checks an object whose number and payload are known.
func (s *scanner) object() error {
	i := s.number
	if i < 0 {
		return fmt.Errorf("an object without a name of the set, after %d objects", s.objects)
	}
	if i >= s.set.Count {
		return fmt.Errorf("object %d was not created", i)
	}
	want := s.set.CRC
	if s.format.decoded && s.set.Kind == "secrets" {
		want = s.set.Decoded
	}
	if !s.format.row && !(s.whole && s.format.framed) && s.crc != want[i] {
		return fmt.Errorf("object %d differs from what was created", i)
	}
	ns := i % s.set.Namespaces
	if s.namespace >= 0 && ns != s.namespace {
		return fmt.Errorf("object %d of another namespace", i)
	}
	if s.node >= 0 && s.set.node(i) != s.node {
		return fmt.Errorf("object %d of another node", i)
	}
	key := int64(ns)<<32 | int64(i)
	if key <= s.last {
		return fmt.Errorf("object %d out of order", i)
	}
	s.last = key
	s.objects++
	return nil
}

// event handles the end of a watch event: what follows its payload, or all of it if it has none.
func (s *scanner) event(b []byte) error {
	loaded := s.loaded
	s.loaded, s.between = false, s.between[:0]
	switch {
	case s.state != inBetween:
		return errors.New("an event ends within a payload")
	case loaded:
		if !s.format.row {
			s.fold(crc32.Checksum(b, castagnoli))
		}
	case bytes.HasPrefix(b, s.format.error):
		return fmt.Errorf("ERROR event: %.300q", b)
	case bytes.Contains(b, s.format.bookmark):
		s.synced, s.version = true, valueAfter(b, versionMark)
		return errSynced
	case s.whole:
		s.fold(crc32.Checksum(b, castagnoli))
		s.number, _ = s.name(b)
		s.crc = crc32.Checksum(bytes.TrimSuffix(bytes.TrimPrefix(b, addedMark), []byte("}\n")), castagnoli)
		return s.object()
	}
	return nil
}

// finish checks the end of a page of a list.
func (s *scanner) finish() error {
	if s.state == inBetween && s.unnamed {
		if err := s.tail(s.between); err != nil {
			return err
		}
	}
	if s.begin == nil {
		s.begin = s.between
		s.listMeta(s.between)
	}
	if s.state != inBetween || !s.format.whole(s.begin, s.between, s.total) {
		return fmt.Errorf("the list ends early, after %d objects: %.200q", s.objects, s.between)
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
