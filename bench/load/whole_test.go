package main

import (
	"encoding/json"
	"hash/crc32"
	"math/rand/v2"
	"strings"
	"testing"
)

const synced = `{"type":"BOOKMARK","object":{"metadata":{"annotations":{"k8s.io/initial-events-end":"true"}}}}` + "\n"

func podSet(count, namespaces, nodes int) *set {
	s := &set{Kind: "pods", Prefix: "load", Count: count, Namespaces: namespaces, Nodes: nodes, Seed: 7}
	for i := range count {
		s.CRC = append(s.CRC, crc32.Checksum([]byte(s.pod(i)), castagnoli))
	}
	return s
}

func podEvents(s *set, order []int) (text string) {
	for _, i := range order {
		text += `{"type":"ADDED","object":` + s.pod(i) + "}\n"
	}
	return text + synced
}

func TestScannerTakesPodsAsAWhole(t *testing.T) {
	set := podSet(3, 1, 10)
	text := podEvents(set, keyOrder(set))
	if _, err := scanAll("json watch", set, text, rand.New(rand.NewPCG(1, 1))); err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(text, `"phase":"Running"`, `"phase":"running"`, 1)
	if _, err := scanAll("json watch", set, changed, rand.New(rand.NewPCG(1, 1))); err == nil {
		t.Error("a changed pod was taken")
	}
}

func TestScannerFindsTheNamesOfPodsInAList(t *testing.T) {
	set := podSet(5, 2, 10)
	write := func(order []int) string {
		var items []string
		for _, i := range order {
			items = append(items, strings.TrimPrefix(set.pod(i), `{"apiVersion":"v1","kind":"Pod",`))
		}
		return `{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"9"},"items":[{` + strings.Join(items, ",{") + "]}\n"
	}
	scan := func(namespace int, text string) (int, error) {
		s := newScanner(set, namespace, false, formats["names"])
		if err := feed(s, text, rand.New(rand.NewPCG(2, 2))); err != nil {
			return s.objects, err
		}
		return s.objects, s.finish()
	}
	order := keyOrder(set)
	if n, err := scan(-1, write(order)); err != nil || n != set.Count {
		t.Fatalf("%d pods, %v", n, err)
	}
	if n, err := scan(1, write([]int{1, 3})); err != nil || n != 2 {
		t.Fatalf("%d pods of a namespace, %v", n, err)
	}
	if _, err := scan(0, write(order)); err == nil {
		t.Error("pods of another namespace were taken")
	}
	if _, err := scan(-1, write([]int{order[1], order[0]})); err == nil {
		t.Error("pods out of order were taken")
	}
	if _, err := scan(-1, strings.TrimSuffix(write(order), "]}\n")); err == nil {
		t.Error("a list that ends early was taken")
	}
}

func TestPodsAreSpreadOnNodesAndSelectedByThem(t *testing.T) {
	set := podSet(40, 3, 4)
	on := set.onNodes()
	for node, want := range on {
		var order []int
		for _, i := range keyOrder(set) {
			if strings.Contains(set.pod(i), `"nodeName":"`+nodeName(node)+`"`) {
				order = append(order, i)
			}
		}
		if len(order) != want || want == 0 {
			t.Errorf("node %d has %d pods, said to be %d", node, len(order), want)
		}
		s := newScanner(set, -1, true, formats["json"])
		s.node = node
		if err := feed(s, podEvents(set, order), rand.New(rand.NewPCG(3, 3))); err != errSynced || s.objects != want {
			t.Errorf("%d pods of node %d, %v", s.objects, node, err)
		}
		s = newScanner(set, -1, true, formats["json"])
		s.node = (node + 1) % len(on)
		if err := feed(s, podEvents(set, order), rand.New(rand.NewPCG(3, 3))); err == errSynced {
			t.Errorf("pods of node %d were taken as those of node %d", node, s.node)
		}
	}
}

func TestNodesAndLeasesAreJSONWithTheirOwnNames(t *testing.T) {
	set := &set{Prefix: "node", Count: 100_000, Namespaces: 1, Seed: 7}
	for _, i := range []int{0, 77, 99_999} {
		for what, text := range map[string]string{"node": set.nodeObject(i), "lease": set.lease(i)} {
			var object struct {
				Metadata struct{ Name string }
				Status   struct{ Images []any }
			}
			if err := json.Unmarshal([]byte(text), &object); err != nil || object.Metadata.Name != nodeName(i) {
				t.Errorf("%s %d: %v, named %q", what, i, err, object.Metadata.Name)
			}
			if strings.Contains(text, "$") || what == "node" && len(object.Status.Images) != imagesOfNode {
				t.Errorf("%s %d has something left to fill in: %s", what, i, text)
			}
		}
	}
}

func TestALeaseIsRenewedInPlace(t *testing.T) {
	set := &set{Prefix: "node", Count: 1, Namespaces: 1, Seed: 7}
	before := set.lease(0)
	after, err := withValue([]byte(before), renewTimeMark, "2026-12-24T18:00:00.000000Z")
	if err != nil || string(after) != strings.Replace(before, "2026-11-01T10:00:00.000000Z", "2026-12-24T18:00:00.000000Z", 1) {
		t.Errorf("%s, %v", after, err)
	}
	if _, err := withValue([]byte(`{"spec":{}}`), renewTimeMark, "x"); err == nil {
		t.Error("a lease without a time was renewed")
	}
}
