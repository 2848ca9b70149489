package main

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// requests counts what an informer asks for, below client-go, and in what form it is answered.
type requests struct {
	lock    sync.Mutex
	lists   int
	watches int
	initial int
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
			q.answers[0]++
			return resp, err
		}
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

// answered are the content types of all answers.
func (q *requests) answered() []string {
	q.lock.Lock()
	defer q.lock.Unlock()
	return slices.Sorted(maps.Keys(q.forms))
}
