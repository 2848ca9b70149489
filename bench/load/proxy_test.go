package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"rheo.dev/bench/load/internal/kube"
)

// scripted is a server whose watch brings one line for each string that the test sends; the headers of the last request are kept.
type scripted struct {
	lines   chan string
	headers chan http.Header
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.headers <- r.Header
	w.Header().Set("Rheo-Initial-Events", "keys")
	if !watches(r) {
		fmt.Fprint(w, "a list")
		return
	}
	w.WriteHeader(200)
	w.(http.Flusher).Flush()
	for {
		select {
		case line := <-s.lines:
			fmt.Fprintln(w, line)
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func start(t *testing.T, budget int) (*scripted, *front, string) {
	server := &scripted{make(chan string), make(chan http.Header, 10)}
	behind := httptest.NewServer(server)
	t.Cleanup(behind.Close)
	srv := &kube.Server{Base: behind.URL, Token: "secret"}
	target, err := url.Parse(srv.Base)
	if err != nil {
		t.Fatal(err)
	}
	p := newFront(srv, target, budget)
	before := httptest.NewServer(p.handler)
	t.Cleanup(before.Close)
	return server, p, before.URL
}

func order(t *testing.T, base, what string) {
	t.Helper()
	r, err := http.Post(base+"/-/"+what, "", nil)
	if err != nil || r.StatusCode != 200 {
		t.Fatal(what, r, err)
	}
	r.Body.Close()
}

func seen(t *testing.T, base string) (f figures) {
	t.Helper()
	r, err := http.Get(base + "/-/figures")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if err := json.NewDecoder(r.Body).Decode(&f); err != nil {
		t.Fatal(err)
	}
	return f
}

func watch(t *testing.T, base string) *bufio.Reader {
	t.Helper()
	r, err := http.Get(base + "/api/v1/configmaps?watch=true&resourceVersion=5")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Body.Close() })
	return bufio.NewReader(r.Body)
}

func line(t *testing.T, r *bufio.Reader, want string) {
	t.Helper()
	if got, err := r.ReadString('\n'); got != want+"\n" {
		t.Fatalf("%q, %v instead of %q", got, err, want)
	}
}

func TestWhatIsHeldComesOnceItIsReleased(t *testing.T) {
	server, _, base := start(t, 1000)
	events := watch(t, base)
	server.lines <- "before"
	line(t, events, "before")
	order(t, base, "hold")
	got := make(chan string, 2)
	go func() {
		for range 2 {
			text, _ := events.ReadString('\n')
			got <- text
		}
	}()
	// The third is taken only when the first has been read here.
	server.lines <- "one"
	server.lines <- "two"
	for seen(t, base).Held < len("one\ntwo\n") {
	}
	select {
	case text := <-got:
		t.Fatalf("%q came although it is held", text)
	default:
	}
	order(t, base, "release")
	if one, two := <-got, <-got; one != "one\n" || two != "two\n" {
		t.Fatal(one, two)
	}
}

func TestMoreThanTheBudgetEndsTheWatchAndIsTold(t *testing.T) {
	server, _, base := start(t, 10)
	events := watch(t, base)
	order(t, base, "hold")
	server.lines <- strings.Repeat("x", 20)
	for seen(t, base).Trouble == "" {
	}
	order(t, base, "release")
	if b, err := io.ReadAll(events); err == nil {
		t.Fatalf("the watch ended well, after %d bytes", len(b))
	}
}

func TestAWatchThatExpiresIsCutAndTheNextOneIsTold410(t *testing.T) {
	server, _, base := start(t, 1000)
	events := watch(t, base)
	order(t, base, "hold")
	server.lines <- "never seen"
	order(t, base, "expire")
	if b, err := io.ReadAll(events); err == nil || len(b) > 0 {
		t.Fatalf("%q, %v", b, err)
	}
	var event struct {
		Type   string
		Object struct {
			Code   int
			Reason string
		}
	}
	if err := json.NewDecoder(watch(t, base)).Decode(&event); err != nil {
		t.Fatal(err)
	}
	if event.Type != "ERROR" || event.Object.Code != 410 || event.Object.Reason != "Expired" {
		t.Fatalf("%+v", event)
	}
	again := watch(t, base)
	server.lines <- "again"
	line(t, again, "again")
	if f := seen(t, base); f.Watches != 3 || f.Expired != 1 {
		t.Fatalf("%+v", f)
	}
}

func TestAWebSocketIsTold410InAFrame(t *testing.T) {
	_, _, base := start(t, 1000)
	order(t, base, "expire")
	request, _ := http.NewRequest("GET", base+"/api/v1/configmaps?watch=true", nil)
	request.Header.Set("Connection", "Upgrade")
	request.Header.Set("Upgrade", "websocket")
	request.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
	r, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	body := r.Body.(io.ReadWriteCloser)
	defer body.Close()
	// The answer to this key is that of RFC 6455, 1.3.
	if accept := r.Header.Get("Sec-WebSocket-Accept"); r.StatusCode != 101 || accept != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		t.Fatal(r.Status, accept)
	}
	head := make([]byte, 4)
	if _, err := io.ReadFull(body, head); err != nil || head[0] != 0x81 || head[1] != 126 {
		t.Fatal(head, err)
	}
	text := make([]byte, int(head[2])<<8|int(head[3]))
	if _, err := io.ReadFull(body, text); err != nil || !json.Valid(text) || !strings.Contains(string(text), `"code":410`) {
		t.Fatalf("%s %v", text, err)
	}
}

func TestRheosHeadersPassUnlessTheyAreStripped(t *testing.T) {
	server, _, base := start(t, 1000)
	ask := func() (http.Header, http.Header) {
		request, _ := http.NewRequest("GET", base+"/api/v1/configmaps", nil)
		request.Header.Set("Rheo-Have", "something")
		r, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		return <-server.headers, r.Header
	}
	asked, answered := ask()
	if asked.Get("Rheo-Have") == "" || answered.Get("Rheo-Initial-Events") == "" || asked.Get("Authorization") != "Bearer secret" {
		t.Fatal(asked, answered)
	}
	order(t, base, "strip")
	if asked, answered = ask(); asked.Get("Rheo-Have") != "" || answered.Get("Rheo-Initial-Events") != "" {
		t.Fatal(asked, answered)
	}
	order(t, base, "reset")
	if asked, _ = ask(); asked.Get("Rheo-Have") == "" {
		t.Fatal(asked)
	}
}
