package main

import (
	"fmt"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rheo.dev/bench/load/internal/kube"
)

func TestJudgeNoticesWhatAWatcherWasNotToldOrWasToldWrongly(t *testing.T) {
	l := newLedger()
	l.changed(5, "ADDED", "u1")
	l.changed(7, "MODIFIED", "u1")
	l.removed("u1", 7)
	l.changed(9, "ADDED", "u2")
	l.doubt("unsure")
	good := []told{{5, "ADDED", "u1", "a"}, {7, "MODIFIED", "u1", "a"}, {8, "DELETED", "u1", "a"}, {9, "ADDED", "u2", "b"}}
	without := func(i int) []told { return append(append([]told{}, good[:i]...), good[i+1:]...) }
	with := func(i int, e told) []told { return append(append(append([]told{}, good[:i]...), e), good[i:]...) }
	for _, c := range []struct {
		name           string
		events         []told
		missing, wrong int64
	}{
		{"all", good, 0, 0},
		{"creation missing", without(0), 1, 0},
		{"update missing", without(1), 1, 0},
		{"deletion missing", without(2), 1, 0},
		{"the last missing", without(3), 1, 0},
		{"doubled", with(1, good[0]), 0, 1},
		{"out of order", []told{good[1], good[0], good[2], good[3]}, 1, 1},
		{"of nothing that was written", with(4, told{10, "MODIFIED", "u2", "b"}), 0, 1},
		{"of the wrong type", []told{{5, "MODIFIED", "u1", "a"}, good[1], good[2], good[3]}, 0, 1},
		{"deleted twice", with(4, told{10, "DELETED", "u1", "a"}), 0, 1},
		{"deleted before its update", []told{good[0], {6, "DELETED", "u1", "a"}, good[1], good[3]}, 0, 2},
		{"of a write whose answer was lost", with(4, told{11, "ADDED", "u3", "unsure"}), 0, 0},
	} {
		if _, missing, wrong := l.judge(&watcher{events: c.events}); missing != c.missing || wrong != c.wrong {
			t.Errorf("%s: %d missing, %d wrong, not %d and %d", c.name, missing, wrong, c.missing, c.wrong)
		}
	}
}

func TestWatchListNoticesWhatIsNotThere(t *testing.T) {
	object := func(i int) string {
		return fmt.Sprintf(`{"type":"ADDED","object":{"metadata":{"name":"%s"},"data":{"payload":"p%d"}}}`+"\n", bigName(i), i)
	}
	end := `{"type":"BOOKMARK","object":{"metadata":{"annotations":{"k8s.io/initial-events-end":"true"}}}}` + "\n"
	m := manifest{2, []uint32{crc32.ChecksumIEEE([]byte("p0")), crc32.ChecksumIEEE([]byte("p1"))}}
	for _, c := range []struct{ name, answer, want string }{
		{"whole", object(0) + object(1) + end, ""},
		{"one object too few", object(0) + end, "1 of 2"},
		{"out of order", object(1) + object(0) + end, "not what was created"},
		{"changed", strings.Replace(object(0), "p0", "pO", 1) + object(1) + end, "not what was created"},
		{"one object too many", object(0) + object(1) + object(2) + end, "not what was created"},
		{"no end", object(0) + object(1), "ended after 2"},
	} {
		h, closing := honestAt(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, c.answer) })
		err := h.watchList(t.Context(), h.srv.Client(), m)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, not %q", c.name, err, c.want)
		}
		closing()
	}
}

func TestOnlyWhatTheServerAsksToRepeatIsRepeated(t *testing.T) {
	for _, c := range []struct {
		code   int
		after  string
		asked  int
		faults int
	}{
		{200, "", 1, 0}, {429, "0", retries + 1, 0}, {503, "0", retries + 1, 0}, {503, "", 1, 0}, {500, "", 1, 0}, {404, "0", 1, 0},
	} {
		asked := 0
		h, closing := honestAt(t, func(w http.ResponseWriter, _ *http.Request) {
			asked++
			if c.after != "" {
				w.Header().Set("Retry-After", c.after)
			}
			w.WriteHeader(c.code)
		})
		status, _, err := h.call(t.Context(), h.srv.Client(), "get", "GET", "/", "")
		if err != nil || status != c.code || asked != c.asked {
			t.Errorf("%d, Retry-After %q: asked %d times, not %d; %d, %v", c.code, c.after, asked, c.asked, status, err)
		}
		closing()
	}
}

func TestABrokenConnectionIsAFault(t *testing.T) {
	h, closing := honestAt(t, func(w http.ResponseWriter, _ *http.Request) {
		c, _, _ := w.(http.Hijacker).Hijack()
		c.Close()
	})
	defer closing()
	if _, _, err := h.call(t.Context(), h.srv.Client(), "write", "POST", "/", "{}"); err == nil || len(h.faults) != 1 {
		t.Errorf("%v, faults %v", err, h.faults)
	}
	if r := h.series.results()["write"]; r.Failed != 1 || r.Count != 0 {
		t.Errorf("series %+v", r)
	}
}

func TestSeriesKeepsSecondsApart(t *testing.T) {
	s := newSeries()
	s.took("get", 10*time.Millisecond)
	s.begin = s.begin.Add(-3 * time.Second)
	s.took("get", 2*time.Second)
	s.refused("get")
	r := s.results()["get"]
	if len(r.Seconds) != 2 || r.Seconds[0].Max != 10 || r.Seconds[1].Second != 3 || r.Seconds[1].Max != 2000 || r.Seconds[1].Refused != 1 {
		t.Errorf("%+v", r)
	}
}

func TestOnlyLoopbackIsAttacked(t *testing.T) {
	for _, base := range []string{"https://192.0.2.1:6443", "https://example.org", "https://0.0.0.0:6443"} {
		if _, err := newGround(&kube.Server{Base: base}, 1); err == nil {
			t.Error(base + " would be attacked")
		}
	}
}

func honestAt(t *testing.T, answer http.HandlerFunc) (*honest, func()) {
	server := httptest.NewServer(answer)
	return &honest{srv: &kube.Server{Base: server.URL}, series: newSeries(), ledger: newLedger(), faults: map[string]int64{}}, server.Close
}
