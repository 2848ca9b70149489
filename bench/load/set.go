package main

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"rheo.dev/bench/load/internal/histogram"
	"rheo.dev/bench/load/internal/kube"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// set is a manifest: the objects that `create` made and that `read` expects. Object i is named prefix-<i, 7 digits> and
// lies in namespace prefix-ns-<i mod Namespaces, 4 digits>; its data has one key, "payload", with Size bytes of base64. Pods,
// nodes and leases have no payload: they are taken as a whole, as the server answered them.
type set struct {
	Kind       string   `json:"kind"` // secrets, configmaps, blobs, pods, nodes or leases
	Prefix     string   `json:"prefix"`
	Count      int      `json:"count"`
	Size       int      `json:"size"`
	Namespaces int      `json:"namespaces"`
	Seed       uint64   `json:"seed"`
	Nodes      int      `json:"nodes"` // on which pods are spread
	CRC        []uint32 `json:"crc"`   // CRC-32C of each payload, or of each whole object in JSON
	version    string   // in which blobs, which are custom resources, are read; empty for the one in which they are stored
	Decoded    []uint32 `json:"decoded,omitempty"` // CRC-32C of the bytes whose base64 the payload is, for secrets
}

func (s *set) namespace(i int) string { return fmt.Sprintf("%s-ns-%04d", s.Prefix, i%s.Namespaces) }

func (s *set) name(i int) string { return fmt.Sprintf("%s-%07d", s.Prefix, i) }

// whole tells whether the objects have no payload.
func (s *set) whole() bool { return s.Kind == "pods" || s.Kind == "nodes" || s.Kind == "leases" }

func (s *set) payload(i int) string { return base64.StdEncoding.EncodeToString(s.raw(i)) }

func (s *set) raw(i int) []byte {
	var seed [32]byte
	for k := range 8 {
		seed[k] = byte(s.Seed >> (8 * k))
		seed[8+k] = byte(uint64(i) >> (8 * k))
	}
	raw := make([]byte, s.Size/4*3)
	_, _ = rand.NewChaCha8(seed).Read(raw)
	return raw
}

func (s *set) object(i int) string {
	if s.Kind == "blobs" {
		return `{"apiVersion":"` + blobGroup + `/v1","kind":"Blob","metadata":{"name":"` + s.name(i) +
			`"},"spec":{"payload":"` + s.payload(i) + `"}}`
	}
	kind := map[string]string{"secrets": `"Secret","type":"Opaque"`, "configmaps": `"ConfigMap"`}[s.Kind]
	return `{"apiVersion":"v1","kind":` + kind + `,"metadata":{"name":"` + s.name(i) +
		`"},"data":{"payload":"` + s.payload(i) + `"}}`
}

// expected is how many objects a read of `namespace` (-1: the cluster) must show.
func (s *set) expected(namespace int) int {
	if namespace < 0 {
		return s.Count
	}
	n := s.Count / s.Namespaces
	if namespace < s.Count%s.Namespaces {
		n++
	}
	return n
}

// onNodes counts the pods of each node.
func (s *set) onNodes() []int {
	pods := make([]int, s.Nodes)
	for i := range s.Count {
		pods[s.node(i)]++
	}
	return pods
}

// collection is the path of the namespace's (-1: the cluster's) objects.
func (s *set) collection(namespace int) string {
	group := "/api/v1/"
	switch s.Kind {
	case "leases":
		group = "/apis/coordination.k8s.io/v1/"
	case "blobs":
		group = "/apis/" + blobGroup + "/" + cmp.Or(s.version, "v1") + "/"
	}
	if namespace < 0 || s.Kind == "nodes" {
		return group + s.Kind
	}
	return group + "namespaces/" + s.namespace(namespace) + "/" + s.Kind
}

func loadSet(path string) (*set, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s := new(set)
	return s, json.Unmarshal(b, s)
}

func create(f *flag.FlagSet, args []string) (any, error) {
	connect := kube.Flags(f)
	manifest := f.String("set", "set.json", "manifest `file` to write")
	s := new(set)
	f.StringVar(&s.Kind, "kind", "secrets", "secrets, configmaps, blobs, pods, nodes or leases")
	f.StringVar(&s.Prefix, "prefix", "load", "prefix of names")
	f.IntVar(&s.Count, "count", 400, "number of objects")
	f.IntVar(&s.Size, "size", 1_000_000, "bytes of data in each Secret or ConfigMap, as base64")
	f.IntVar(&s.Namespaces, "namespaces", 1, "number of namespaces")
	f.Uint64Var(&s.Seed, "seed", 1, "seed of the data")
	f.IntVar(&s.Nodes, "nodes", 1000, "number of nodes on which pods are spread")
	workers := f.Int("concurrency", 8, "writers")
	own := f.Bool("own", false, "a connection for each writer")
	_ = f.Parse(args)
	srv, err := connect()
	if err != nil {
		return nil, err
	}
	write := s.createData
	switch s.Kind {
	case "secrets":
		s.Decoded = make([]uint32, s.Count)
	case "configmaps":
	case "blobs":
		if err := createDefinition(context.Background(), srv, srv.Client()); err != nil {
			return nil, err
		}
	case "pods":
		write = s.createPod
	case "nodes", "leases":
		write = s.createAsKubelet
	default:
		return nil, fmt.Errorf("-kind %q", s.Kind)
	}
	ctx := context.Background()
	client := srv.Clients(*own)
	first := client(0)
	namespaces := min(s.Namespaces, s.Count)
	if s.Kind == "nodes" {
		namespaces = 0
	}
	for n := range namespaces {
		if err := createNamespace(ctx, srv, first, s.namespace(n)); err != nil {
			return nil, err
		}
	}
	s.CRC = make([]uint32, s.Count)
	begin := time.Now()
	lat, err := each(s.Count, *workers, func(worker int) func(int) error {
		c := first
		if worker > 0 {
			c = client(worker)
		}
		return func(i int) error { return write(ctx, srv, c, i) }
	})
	if err != nil {
		return nil, err
	}
	wall := time.Since(begin).Seconds()
	b, _ := json.Marshal(s)
	return map[string]any{"objects": s.Count, "size": s.Size, "seconds": wall, "objects_per_s": float64(s.Count) / wall,
		"mb_per_s": float64(s.Count) * float64(s.Size) / 1e6 / wall, "latency_ms": lat.Summary()}, os.WriteFile(*manifest, b, 0o644)
}

func (s *set) createData(ctx context.Context, srv *kube.Server, c *http.Client, i int) error {
	s.CRC[i] = crc32.Checksum([]byte(s.payload(i)), castagnoli)
	if s.Decoded != nil {
		s.Decoded[i] = crc32.Checksum(s.raw(i), castagnoli)
	}
	status, answer, err := srv.Call(ctx, c, "POST", s.collection(i%s.Namespaces), s.object(i))
	if err == nil && status != 201 && status != 409 {
		err = fmt.Errorf("create %s: %d %.200s", s.name(i), status, answer)
	}
	return err
}

func remove(f *flag.FlagSet, args []string) (any, error) {
	connect := kube.Flags(f)
	manifest := f.String("set", "set.json", "manifest `file`")
	workers := f.Int("concurrency", 8, "deleters")
	_ = f.Parse(args)
	srv, err := connect()
	if err != nil {
		return nil, err
	}
	s, err := loadSet(*manifest)
	if err != nil {
		return nil, err
	}
	c := srv.Client()
	begin := time.Now()
	lat, err := each(s.Count, *workers, func(int) func(int) error {
		return func(i int) error {
			status, answer, err := srv.Call(context.Background(), c, "DELETE", s.collection(i%s.Namespaces)+"/"+s.name(i), "")
			if err == nil && status != 200 && status != 404 {
				err = fmt.Errorf("delete %s: %d %.200s", s.name(i), status, answer)
			}
			return err
		}
	})
	return map[string]any{"objects": s.Count, "seconds": time.Since(begin).Seconds(), "latency_ms": lat.Summary()}, err
}

// createNamespace creates a namespace, which may be there already.
func createNamespace(ctx context.Context, srv *kube.Server, c *http.Client, name string) error {
	status, answer, err := srv.Call(ctx, c, "POST", "/api/v1/namespaces",
		`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"`+name+`"}}`)
	if err == nil && status != 201 && status != 409 {
		err = fmt.Errorf("create a namespace: %d %.200s", status, answer)
	}
	return err
}

// each calls the function of a worker for every i below n, and returns the latencies and the first error.
func each(n, workers int, worker func(int) func(int) error) (*histogram.Histogram, error) {
	var next atomic.Int64
	var wait sync.WaitGroup
	errs := make(chan error, workers)
	all := new(histogram.Histogram)
	var lock sync.Mutex
	for w := range workers {
		wait.Go(func() {
			do, mine := worker(w), new(histogram.Histogram)
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				begin := time.Now()
				if err := do(i); err != nil {
					errs <- err
					break
				}
				mine.Add(time.Since(begin))
			}
			lock.Lock()
			all.Merge(mine)
			lock.Unlock()
		})
	}
	wait.Wait()
	select {
	case err := <-errs:
		return all, err
	default:
		return all, nil
	}
}
