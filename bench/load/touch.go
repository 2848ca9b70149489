package main

import (
	"context"
	"flag"
	"fmt"
	"time"

	"rheo.dev/bench/load/internal/kube"
)

// stampAnnotation is changed by touch. It is in the metadata, which comes first, and so is found early in an object of any size.
const stampAnnotation = "bench.rheo.dev/stamp"

// touch gives objects of a set a new stamp and leaves everything else of them as it is.
func touch(f *flag.FlagSet, args []string) (any, error) {
	connect := kube.Flags(f)
	manifest := f.String("set", "set.json", "manifest `file`")
	stamp := f.String("stamp", "1", "value of the annotation "+stampAnnotation)
	count := f.Int("count", 0, "how many objects, each once; 0 for all")
	last := f.Bool("last", false, "only the object that is the last one in the order of keys")
	workers := f.Int("concurrency", 16, "writers")
	_ = f.Parse(args)
	srv, err := connect()
	if err != nil {
		return nil, err
	}
	s, err := loadSet(*manifest)
	if err != nil {
		return nil, err
	}
	n, at := s.Count, func(i int) int { return i }
	if *count > 0 {
		n = min(n, *count)
	}
	if *last {
		n, at = 1, func(int) int { return s.last() }
	}
	client := srv.Clients(true)
	patch := []byte(`{"metadata":{"annotations":{"` + stampAnnotation + `":"` + *stamp + `"}}}`)
	begin := time.Now()
	lat, err := each(n, *workers, func(worker int) func(int) error {
		c := client(worker)
		return func(i int) error {
			path := s.collection(at(i)%s.Namespaces) + "/" + s.name(at(i))
			status, answer, err := srv.Send(context.Background(), c, "PATCH", path, "application/merge-patch+json",
				"application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json", patch)
			if err == nil && status != 200 {
				err = fmt.Errorf("patch %s: %d %.200s", s.name(at(i)), status, answer)
			}
			return err
		}
	})
	seconds := time.Since(begin).Seconds()
	return map[string]any{"objects": n, "seconds": seconds, "objects_per_s": float64(n) / seconds, "latency_ms": lat.Summary()}, err
}

// last is the number of the object whose key is the last one.
func (s *set) last() int {
	namespace := min(s.Namespaces, s.Count) - 1
	return namespace + (s.Count-1-namespace)/s.Namespaces*s.Namespaces
}
