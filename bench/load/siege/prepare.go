package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"hash/crc32"
	"os"
	"strings"
	"sync"

	"rheo.dev/bench/load/internal/kube"
)

// What attacks and the honest client read, created before either begins.
const (
	groundPath    = "/api/v1/namespaces/siege-ground"
	bigPath       = "/api/v1/namespaces/siege-big/secrets"
	honestPath    = "/api/v1/namespaces/siege-honest/configmaps"
	groundObjects = 300
)

// manifest is the checksum of the payload of each of the big Secrets, in the order of their names.
type manifest struct {
	Size      int      `json:"size"`
	Checksums []uint32 `json:"checksums"`
}

func bigName(i int) string    { return fmt.Sprintf("big-%05d", i) }
func groundName(i int) string { return fmt.Sprintf("ground-%05d", i) }

func groundObject(i, version int) string {
	return fmt.Sprintf(`{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"%s","labels":{"n":"%d","v":"%d"}},"data":{"p":"%s"}}`,
		groundName(i), i, version%100, strings.Repeat(fmt.Sprintf("payload %d %d ", i, version), 1200))
}

func prepare(f *flag.FlagSet, args []string) (any, error) {
	connect := kube.Flags(f)
	out := f.String("manifest", "manifest.json", "manifest `file` to write")
	objects := f.Int("objects", 200, "number of big Secrets")
	size := f.Int("size", 750_000, "bytes of the payload of each; in base64 it is a third more")
	_ = f.Parse(args)
	srv, err := connect()
	if err != nil {
		return nil, err
	}
	if _, err := loopback(srv); err != nil {
		return nil, err
	}
	ctx, c := context.Background(), srv.Client()
	create := func(path, body string) error {
		status, answer, err := srv.Call(ctx, c, "POST", path, body)
		if err == nil && status != 201 && status != 409 {
			err = fmt.Errorf("%d: %.300s", status, answer)
		}
		return err
	}
	for _, n := range []string{"siege-ground", "siege-big", "siege-honest"} {
		if err := create("/api/v1/namespaces", `{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"`+n+`"}}`); err != nil {
			return nil, err
		}
	}
	m := manifest{*size, make([]uint32, *objects)}
	err = parallel(4, *objects, func(i int) error {
		body := secret(bigName(i), *size)
		_, rest, _ := strings.Cut(body, payloadMark)
		payload, _, _ := strings.Cut(rest, `"`)
		m.Checksums[i] = crc32.ChecksumIEEE([]byte(payload))
		return create(bigPath, body)
	})
	if err != nil {
		return nil, err
	}
	if err := parallel(4, groundObjects, func(i int) error { return create(groundPath+"/configmaps", groundObject(i, 0)) }); err != nil {
		return nil, err
	}
	for name, payload := range map[string]int{"target": 10, "middle": 60_000, "large": 100_000, "huge": 900_000} {
		if err := create(groundPath+"/configmaps", fmt.Sprintf(`{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"%s"},"data":{"a":"%s"}}`,
			name, strings.Repeat("l", payload))); err != nil {
			return nil, err
		}
	}
	b, _ := json.Marshal(m)
	return map[string]int{"objects": *objects}, os.WriteFile(*out, b, 0o644)
}

func parallel(workers, n int, do func(int) error) error {
	var wait sync.WaitGroup
	var lock sync.Mutex
	var first error
	for w := range workers {
		wait.Go(func() {
			for i := w; i < n; i += workers {
				if err := do(i); err != nil {
					lock.Lock()
					first = err
					lock.Unlock()
					return
				}
			}
		})
	}
	wait.Wait()
	return first
}
