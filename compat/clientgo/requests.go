package main

import (
	"net/http"
	"sync"
)

// requests counts what the informers ask for, below client-go.
type requests struct {
	lock    sync.Mutex
	lists   int
	watches int
	initial int
	answers map[int]int
}

func newRequests() *requests { return &requests{answers: map[int]int{}} }

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
		return resp, err
	})
}

func (q *requests) counts() (lists, watches, initial int) {
	q.lock.Lock()
	defer q.lock.Unlock()
	return q.lists, q.watches, q.initial
}

func (q *requests) statuses() map[int]int {
	q.lock.Lock()
	defer q.lock.Unlock()
	out := map[int]int{}
	for k, v := range q.answers {
		out[k] = v
	}
	return out
}
