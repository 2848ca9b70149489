package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net/http"
	"time"

	"rheo.dev/bench/load/internal/kube"
)

var renewTimeMark = []byte(`"renewTime":"`)

// held is a lease as the server last answered it.
type held struct {
	path string
	last []byte
}

// renew updates leases as kubelets do: what the server last answered goes back to it with another time, and so with the
// version that is to be replaced. Each writer has leases of its own and renews them in turn, as fast as it can.
func renew(f *flag.FlagSet, args []string) (any, error) {
	connect := kube.Flags(f)
	manifest := f.String("set", "set.json", "manifest `file` of the leases")
	writers := f.Int("writers", 16, "number of writers")
	count := f.Int("leases", 1000, "how many of the set are renewed, at least one a writer")
	seconds := f.Float64("seconds", 10, "how long")
	connections := f.String("connections", "own", "own: one a writer; shared: one for all")
	_ = f.Parse(args)
	srv, err := connect()
	if err != nil {
		return nil, err
	}
	s, err := loadSet(*manifest)
	if err != nil {
		return nil, err
	}
	if s.Kind != "leases" || *count < *writers || *count > s.Count {
		return nil, fmt.Errorf("%d of %d %s for %d writers", *count, s.Count, s.Kind, *writers)
	}
	srv = srv.As("kubelet/v1.36.3")
	ctx := context.Background()
	client := srv.Clients(*connections == "own")
	clients, leases := make([]*http.Client, *writers), make([][]held, *writers)
	for w := range clients {
		clients[w] = client(w)
	}
	for i := range *count {
		w, path := i%*writers, s.collection(i%s.Namespaces)+"/"+s.name(i)
		status, answer, err := srv.Call(ctx, clients[w], "GET", path, "")
		if err != nil || status != 200 {
			return nil, fmt.Errorf("get %s: %d %v %.200s", path, status, err, answer)
		}
		leases[w] = append(leases[w], held{path, answer})
	}

	steps := make([]func(n int) error, *writers)
	for w := range steps {
		steps[w] = func(n int) error {
			return leases[w][n%len(leases[w])].renew(ctx, srv, clients[w], time.Now())
		}
	}
	return writeFor(*seconds, steps, "renew"), nil
}

func (l *held) renew(ctx context.Context, srv *kube.Server, c *http.Client, at time.Time) error {
	body, err := withValue(l.last, renewTimeMark, at.UTC().Format("2006-01-02T15:04:05.000000Z"))
	if err != nil {
		return err
	}
	status, answer, err := srv.Call(ctx, c, "PUT", l.path, string(body))
	if err == nil && (status != 200 || valueAfter(answer, renewTimeMark) != valueAfter(body, renewTimeMark)) {
		err = fmt.Errorf("renew %s: %d %.300s", l.path, status, answer)
	}
	l.last = answer
	return err
}

// withValue replaces the string value whose key and opening quote are `mark`.
func withValue(object, mark []byte, value string) ([]byte, error) {
	before, rest, found := bytes.Cut(object, mark)
	end := bytes.IndexByte(rest, '"')
	if !found || end < 0 {
		return nil, fmt.Errorf("no %s in %.300s", mark, object)
	}
	return bytes.Join([][]byte{before, mark, []byte(value), rest[end:]}, nil), nil
}
