package main

import (
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"rheo.dev/bench/load/internal/histogram"
)

func testSet(count, size, namespaces int) *set {
	s := &set{Kind: "configmaps", Prefix: "load", Count: count, Size: size, Namespaces: namespaces, Seed: 7}
	for i := range count {
		s.CRC = append(s.CRC, crc32.Checksum([]byte(s.payload(i)), castagnoli))
	}
	return s
}

// stored is object i as a server would write it.
func stored(s *set, i int) string {
	return fmt.Sprintf(`{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":%q,"namespace":%q,"resourceVersion":"%d"},"data":{"payload":%q}}`,
		s.name(i), s.namespace(i), 100+i, s.payload(i))
}

func keyOrder(s *set) (out []int) {
	for ns := range s.Namespaces {
		for i := ns; i < s.Count; i += s.Namespaces {
			out = append(out, i)
		}
	}
	return out
}

func stream(s *set, order []int, bookmark bool) string {
	var b strings.Builder
	for _, i := range order {
		fmt.Fprintf(&b, "{\"type\":\"ADDED\",\"object\":%s}\n", stored(s, i))
	}
	if bookmark {
		b.WriteString(`{"type":"BOOKMARK","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"999",` +
			`"annotations":{"k8s.io/initial-events-end":"true"}}}}` + "\n")
	}
	return b.String()
}

func list(s *set, order []int) string {
	var items []string
	for _, i := range order {
		items = append(items, stored(s, i))
	}
	return `{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"999","continue":"tok"},"items":[` +
		strings.Join(items, ",") + `]}` + "\n"
}

// feed cuts the text into random pieces.
func feed(s *scanner, text string, r *rand.Rand) error {
	for len(text) > 0 {
		n := min(len(text), 1+r.IntN(1+r.IntN(400)))
		if err := s.write([]byte(text[:n])); err != nil {
			return err
		}
		text = text[n:]
	}
	return nil
}

func TestScannerFindsAllObjectsHoweverTheBytesAreCut(t *testing.T) {
	set := testSet(23, 400, 3)
	order := keyOrder(set)
	var digests [2]uint64
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		w := newScanner(set, -1, true, formats["json"])
		if err := feed(w, stream(set, order, true), r); err != errSynced || w.objects != 23 || w.version != "999" {
			t.Fatalf("watch, seed %d: %v, %d objects, version %q", seed, err, w.objects, w.version)
		}
		l := newScanner(set, -1, false, formats["json"])
		if err := feed(l, list(set, order), r); err != nil || l.finish() != nil || l.objects != 23 || l.token != "tok" {
			t.Fatalf("list, seed %d: %v, %v, %d objects, token %q", seed, err, l.finish(), l.objects, l.token)
		}
		if seed > 0 && (digests[0] != w.digest || digests[1] != l.digest) {
			t.Fatalf("seed %d: the digest depends on how the bytes are cut", seed)
		}
		digests = [2]uint64{w.digest, l.digest}
	}
}

func TestScannerRefusesWhatWasNotCreated(t *testing.T) {
	set := testSet(6, 80, 2)
	order := keyOrder(set)
	good := stream(set, order, true)
	for name, text := range map[string]string{
		"a changed byte":    strings.Replace(good, set.payload(3)[:20], strings.Repeat("x", 20), 1),
		"wrong order":       stream(set, []int{1, 0}, true),
		"an object twice":   stream(set, []int{0, 0}, true),
		"an unknown object": strings.Replace(good, "load-0000002", "load-0000009", 1),
		"an error event":    `{"type":"ERROR","object":{"kind":"Status","code":410}}` + "\n",
	} {
		if err := feed(newScanner(set, -1, true, formats["json"]), text, rand.New(rand.NewPCG(1, 1))); err == nil || err == errSynced {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := feed(newScanner(set, 0, true, formats["json"]), stream(set, []int{0, 1}, true), rand.New(rand.NewPCG(1, 1))); err == errSynced {
		t.Error("an object of another namespace was taken")
	}
	l := newScanner(set, -1, false, formats["json"])
	text := list(set, order)
	if err := feed(l, text[:len(text)-4], rand.New(rand.NewPCG(1, 1))); err == nil && l.finish() == nil {
		t.Error("a list that ends early was taken")
	}
}

func TestScannerDigestSeesEveryByteOfTheItems(t *testing.T) {
	set := testSet(4, 80, 1)
	digest := func(text string) uint64 {
		s := newScanner(set, -1, true, formats["json"])
		if err := feed(s, text, rand.New(rand.NewPCG(3, 3))); err != errSynced {
			t.Fatal(err)
		}
		return s.digest
	}
	good := stream(set, keyOrder(set), true)
	if digest(good) == digest(strings.Replace(good, `"resourceVersion":"102"`, `"resourceVersion":"107"`, 1)) {
		t.Error("another resourceVersion of an object was not seen")
	}
	if digest(good) != digest(strings.Replace(good, `"resourceVersion":"999"`, `"resourceVersion":"998"`, 1)) {
		t.Error("the bookmark is part of the digest")
	}
}

func TestScannerTakesEmptyLists(t *testing.T) {
	s := newScanner(testSet(0, 80, 1), -1, false, formats["json"])
	if err := s.write([]byte(`{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"5"},"items":[]}` + "\n")); err != nil {
		t.Fatal(err)
	}
	if err := s.finish(); err != nil || s.version != "5" {
		t.Fatal(err, s.version)
	}
}

func TestHistogramQuantiles(t *testing.T) {
	h, half := new(histogram.Histogram), new(histogram.Histogram)
	for i := 1; i <= 10_000; i++ {
		to := h
		if i%2 == 0 {
			to = half
		}
		to.Add(time.Duration(i) * time.Microsecond)
	}
	h.Merge(half)
	for q, want := range map[float64]float64{0: .001, .5: 5, .9: 9, .99: 9.9, 1: 10} {
		if got := h.Quantile(q); got < want*.96 || got > want*1.01 {
			t.Errorf("quantile %v: %v, want about %v", q, got, want)
		}
	}
}
