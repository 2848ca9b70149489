package main

import "testing"

func TestTheLastObjectHasTheLastKey(t *testing.T) {
	for _, s := range []*set{{Count: 1, Namespaces: 1}, {Count: 7, Namespaces: 3}, {Count: 2, Namespaces: 50}, {Count: 100, Namespaces: 50}} {
		most := ""
		for i := range s.Count {
			most = max(most, s.namespace(i)+"/"+s.name(i))
		}
		if i := s.last(); s.namespace(i)+"/"+s.name(i) != most {
			t.Errorf("%d objects in %d namespaces: %d", s.Count, s.Namespaces, i)
		}
	}
}
