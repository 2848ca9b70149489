package main

import "testing"

func TestServersFieldsAreTakenOut(t *testing.T) {
	// metadata: name a (1), uid u (5), managedFields (17); spec (2); status (3); after the object a content type (4)
	metadata := "\n\x01a\x2a\x01u\x8a\x01\x02xy"
	pod := "\n\x0b" + metadata + "\x12\x01s\x1a\x01t"
	got, err := withoutServerFields([]byte("k8s\x00\x12" + string(rune(len(pod))) + pod + "\x22\x00"))
	want := "k8s\x00\x12\x08" + "\n\x03\n\x01a" + "\x12\x01s" + "\x22\x00"
	if err != nil || string(got) != want {
		t.Fatalf("%q %v, not %q", got, err, want)
	}
	for _, bad := range []string{"", "k8s", "{}", "k8s\x00\x12\x05a", "k8s\x00\x0d", "k8s\x00\x12"} {
		if out, err := withoutServerFields([]byte(bad)); err == nil {
			t.Errorf("%q became %q", bad, out)
		}
	}
}

func TestStampsAreReplaced(t *testing.T) {
	body := []byte("a stamp-0000000000000000000, b stamp-0000000000000000000")
	restamp(body, []byte("1234567890123456789"))
	if got := string(body); got != "a stamp-1234567890123456789, b stamp-1234567890123456789" {
		t.Fatal(got)
	}
}
