package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"time"

	"rheo.dev/bench/load/internal/kube"
)

// The group of blobs: custom resources in two versions, whose schemas differ, so that neither can be shown as the other.
const blobGroup = "bench.rheo.dev"

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

func definition(group, plural, kind, versions string) string {
	return `{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"` + plural + "." + group + `"},
"spec":{"group":"` + group + `","scope":"Namespaced","names":{"plural":"` + plural + `","singular":"` + plural + `-one","kind":"` + kind + `"},
"versions":[` + versions + `]}}`
}

// definedVersion is one in a definition, with an object `spec` of these properties.
func definedVersion(name string, storage bool, properties string) string {
	return fmt.Sprintf(`{"name":"%s","served":true,"storage":%t,"schema":{"openAPIV3Schema":{"type":"object","properties":{
"spec":{"type":"object","properties":{%s}}}}}}`, name, storage, properties)
}

// createDefinition makes blobs, and waits until they are served.
func createDefinition(ctx context.Context, srv *kube.Server, c *http.Client) error {
	payload := `"payload":{"type":"string"}`
	blobs := definition(blobGroup, "blobs", "Blob", definedVersion("v1", true, payload)+","+
		definedVersion("v2", false, payload+`,"note":{"type":"string"}`))
	return defined(ctx, srv, c, blobs, "/apis/"+blobGroup+"/v2/blobs?limit=1")
}

// defined creates a definition, and waits until what it defines is served.
func defined(ctx context.Context, srv *kube.Server, c *http.Client, definition, path string) error {
	status, answer, err := srv.Call(ctx, c, "POST", definitions, definition)
	if err == nil && status != 201 && status != 409 {
		err = fmt.Errorf("create a definition: %d %.300s", status, answer)
	}
	for end := time.Now().Add(time.Minute); err == nil; time.Sleep(20 * time.Millisecond) {
		status, answer, err = srv.Call(ctx, c, "GET", path, "")
		if err == nil && status == 200 {
			return nil
		}
		if err == nil && time.Now().After(end) {
			err = fmt.Errorf("%s is not served: %d %.300s", path, status, answer)
		}
	}
	return err
}

// define creates many definitions, and measures how long each takes until its resource is served, and what discovery costs then.
func define(f *flag.FlagSet, args []string) (any, error) {
	connect := kube.Flags(f)
	count := f.Int("count", 1000, "number of definitions")
	workers := f.Int("concurrency", 8, "writers")
	_ = f.Parse(args)
	srv, err := connect()
	if err != nil {
		return nil, err
	}
	ctx, c := context.Background(), srv.Client()
	version := definedVersion("v1", true, `"text":{"type":"string","maxLength":100},"count":{"type":"integer","minimum":0,"default":1}`)
	begin := time.Now()
	served, err := each(*count, *workers, func(int) func(int) error {
		return func(i int) error {
			group := fmt.Sprintf("g%03d.%s", i%100, blobGroup)
			plural := fmt.Sprintf("kinds%04d", i)
			return defined(ctx, srv, c, definition(group, plural, fmt.Sprintf("Kind%04d", i), version), "/apis/"+group+"/v1/"+plural+"?limit=1")
		}
	})
	if err != nil {
		return nil, err
	}
	seconds := time.Since(begin).Seconds()
	out := map[string]any{"definitions": *count, "seconds": seconds, "served_ms": served.Summary()}
	const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
	return out, document(ctx, srv, c, "/apis", aggregated, "discovery", out)
}

// document gets a document, once more, and then by its ETag. What it is and takes goes into `out`. If it changes meanwhile, as a
// server may still be busy with it, all is done again.
func document(ctx context.Context, srv *kube.Server, c *http.Client, path, accept, name string, out map[string]any) error {
	etag := ""
	for i, changes := 0, 0; i < len(documentSteps); i++ {
		step := documentSteps[i]
		request := srv.Request(ctx, "GET", path, nil)
		request.Header.Set("Accept", accept)
		if step.want == 304 {
			request.Header.Set("If-None-Match", etag)
		}
		begin := time.Now()
		answer, err := c.Do(request)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if step.want == 304 && answer.StatusCode == 200 && changes < 30 {
			time.Sleep(100 * time.Millisecond)
			i, changes = -1, changes+1
			continue
		}
		if err != nil || answer.StatusCode != step.want {
			return fmt.Errorf("%s: %d %v %.300s", path, answer.StatusCode, err, body)
		}
		out[name+step.name+"_ms"] = float64(time.Since(begin).Microseconds()) / 1000
		if step.want == 200 {
			etag = answer.Header.Get("ETag")
			out[name+"_bytes"] = len(body)
		}
	}
	return nil
}

var documentSteps = []struct {
	name string
	want int
}{{"", 200}, {"_again", 200}, {"_by_etag", 304}}

// await waits until paths are answered with 200, whatever a server must do before.
func await(f *flag.FlagSet, args []string) (any, error) {
	connect := kube.Flags(f)
	_ = f.Parse(args)
	srv, err := connect()
	if err != nil {
		return nil, err
	}
	for _, path := range f.Args() {
		status, answer, err := srv.Call(context.Background(), srv.Client(), "GET", path, "")
		if err != nil || status != 200 {
			return nil, fmt.Errorf("%s: %d %v %.300s", path, status, err, answer)
		}
	}
	return map[string]any{"paths": len(f.Args())}, nil
}
