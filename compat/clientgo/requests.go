package main

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// requests counts what an informer asks for, below client-go, and in what form it is answered.
type requests struct {
	lock    sync.Mutex
	lists   int
	watches int
	initial int
	torn    int // requests and streams that broke in a way after which client-go lists again
	answers map[int]int
	forms   map[string]int // content type of the answers, with " gzip" behind it if it is a compressed watch
}

func newRequests() *requests { return &requests{answers: map[int]int{}, forms: map[string]int{}} }

type tripper func(*http.Request) (*http.Response, error)

func (t tripper) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

func (q *requests) wrap(next http.RoundTripper) http.RoundTripper {
	return tripper(func(r *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(r)
		q.lock.Lock()
		defer q.lock.Unlock()
		if err != nil {
			q.torn++
			q.answers[0]++
			return resp, err
		}
		resp.Body = &observed{resp.Body, q}
		q.answers[resp.StatusCode]++
		values := r.URL.Query()
		switch {
		case values.Get("sendInitialEvents") == "true":
			q.initial++
		case values.Get("watch") != "":
			q.watches++
		default:
			q.lists++
		}
		if resp.StatusCode == http.StatusOK {
			form, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
			if values.Get("watch") != "" && resp.Uncompressed {
				form += " gzip"
			}
			q.forms[form]++
		}
		return resp, err
	})
}

func (q *requests) counts() (lists, watches, initial int) {
	q.lock.Lock()
	defer q.lock.Unlock()
	return q.lists, q.watches, q.initial
}

// observed is the body of an answer. When a server is killed, Go's HTTP/2 may find that out by a write that fails, before it
// reads the end. Then it breaks the streams with an error that client-go does not take for an end, and lists again.
type observed struct {
	io.ReadCloser
	of *requests
}

func (o *observed) Read(p []byte) (int, error) {
	n, err := o.ReadCloser.Read(p)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF && !utilnet.IsProbableEOF(err) && !utilnet.IsTimeout(err) {
		o.of.lock.Lock()
		o.of.torn++
		o.of.lock.Unlock()
	}
	return n, err
}

// again is how often everything was asked for since the first time, and how often that was the client's fault.
func (q *requests) again(first int) (times, torn int) {
	q.lock.Lock()
	defer q.lock.Unlock()
	return q.lists + q.initial - first, q.torn
}

// answered are the content types of all answers.
func (q *requests) answered() []string {
	q.lock.Lock()
	defer q.lock.Unlock()
	return slices.Sorted(maps.Keys(q.forms))
}
