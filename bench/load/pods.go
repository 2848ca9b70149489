package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"time"

	"rheo.dev/bench/load/internal/kube"
)

// Each pod carries a stamp of fixed width in an annotation and in the message of its status. A write replaces the digits,
// which is all that the writer does with a body, whatever its format: the cores belong to the server.
var podStamp = []byte("stamp-")

const (
	stampDigits = 19
	noPod       = "pod-00-00000000" // the name in a template, as long as every other
)

// podWrites is how pods are written.
type podWrites struct {
	srv        *kube.Server
	collection string
	media      string // of bodies and of answers; patches are JSON
	template   []byte // of a pod that is to be created
	own        int    // pods of each writer
}

// podChange is one way to change a pod.
type podChange struct {
	method, suffix, sent string
	body                 func(last []byte) []byte // nil: what the server last answered
}

// A kubelet patches conditions of the status; a controller applies what it wants to own.
const (
	statusPatch = `{"metadata":{"uid":"%s"},"status":{"$setElementOrder/conditions":[{"type":"PodReadyToStartContainers"},` +
		`{"type":"Initialized"},{"type":"Ready"},{"type":"ContainersReady"},{"type":"PodScheduled"}],` +
		`"conditions":[{"type":"Ready","status":"True","message":"stamp-%019d"}],"message":"stamp-%019d"}}`
	appliedPod = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s","labels":{"app.kubernetes.io/name":"checkout",` +
		`"app.kubernetes.io/part-of":"shop"},"annotations":{"bench/stamp":"stamp-%019d","bench/owner":"applier"}}}`
)

func writePods(f *flag.FlagSet, args []string) (any, error) {
	connect := kube.Flags(f)
	writers := f.Int("writers", 16, "number of writers, at most 99")
	seconds := f.Float64("seconds", 10, "how long")
	mode := f.String("mode", "create", "create: a new pod each time; update, status (PUT), patch (strategic, of the status), apply: "+
		"each writer changes pods of its own in turn")
	format := f.String("format", "json", "json or protobuf: of bodies, unless they are patches, and of answers")
	own := f.Int("pods", 20, "pods of each writer, for modes other than create")
	namespace := f.String("namespace", "load-pods", "namespace to write in")
	connections := f.String("connections", "own", "own: one a writer; shared: one for all")
	_ = f.Parse(args)
	media := map[string]string{"json": "application/json", "protobuf": "application/vnd.kubernetes.protobuf"}[*format]
	known := map[string]bool{"create": true, "update": true, "status": true, "patch": true, "apply": true}
	if media == "" || !known[*mode] || *writers > 99 {
		return nil, fmt.Errorf("-mode %q, -format %q, -writers %d", *mode, *format, *writers)
	}
	srv, err := connect()
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	if err := createNamespace(ctx, srv, srv.Client(), *namespace); err != nil {
		return nil, err
	}
	p := &podWrites{srv: srv.As("kube-controller-manager/v1.36.3"), media: media, own: *own,
		collection: "/api/v1/namespaces/" + *namespace + "/pods"}
	if p.template, err = p.creatable(ctx); err != nil {
		return nil, err
	}
	client := srv.Clients(*connections == "own")
	steps := make([]func(n int) error, *writers)
	run := time.Now().Unix() % 1000
	for w := range steps {
		if steps[w], err = p.writer(ctx, client(w), w, int(run)*100_000, *mode); err != nil {
			return nil, err
		}
	}

	return writeFor(*seconds, steps, *mode), nil
}

// writer gives what one writer does for its n-th write. The pods that it is to change are made before.
func (p *podWrites) writer(ctx context.Context, c *http.Client, w, first int, mode string) (func(n int) error, error) {
	name := func(n int) string { return fmt.Sprintf("pod-%02d-%08d", w, first+n) }
	if mode == "create" {
		return func(n int) error {
			_, err := p.send(ctx, c, "POST", "", p.media, p.named(name(n)), 201, nil)
			return err
		}, nil
	}
	last, change := make([][]byte, p.own), make([]podChange, p.own)
	for i := range last {
		var err error
		if last[i], err = p.whole(ctx, c, name(i)); err != nil {
			return nil, err
		}
		if change[i], err = p.change(ctx, c, mode, name(i)); err != nil {
			return nil, err
		}
	}
	return func(n int) error {
		i := n % p.own
		how, stamp := change[i], fmt.Appendf(nil, "%019d", time.Now().UnixNano())
		body := last[i]
		if how.body != nil {
			body = how.body(body)
		}
		restamp(body, stamp)
		answer, err := p.send(ctx, c, how.method, "/"+name(i)+how.suffix, how.sent, body, 200, stamp)
		last[i] = answer
		return err
	}, nil
}

func (p *podWrites) change(ctx context.Context, c *http.Client, mode, name string) (podChange, error) {
	switch mode {
	case "update":
		return podChange{method: "PUT", sent: p.media}, nil
	case "status":
		return podChange{method: "PUT", suffix: "/status", sent: p.media}, nil
	case "apply":
		body := fmt.Appendf(nil, appliedPod, name, 0)
		return podChange{method: "PATCH", suffix: "?fieldManager=bench&force=true", sent: "application/apply-patch+yaml",
			body: func([]byte) []byte { return body }}, nil
	}
	status, answer, err := p.srv.Call(ctx, c, "GET", p.collection+"/"+name, "")
	var pod struct{ Metadata struct{ UID string } }
	if err == nil {
		err = json.Unmarshal(answer, &pod)
	}
	if err != nil || status != 200 {
		return podChange{}, fmt.Errorf("get %s: %d %v %.200s", name, status, err, answer)
	}
	body := fmt.Appendf(nil, statusPatch, pod.Metadata.UID, 0, 0)
	return podChange{method: "PATCH", suffix: "/status", sent: "application/strategic-merge-patch+json",
		body: func([]byte) []byte { return body }}, nil
}

// creatable is a pod as a controller sends it: what the server makes of it in a dry run, with all defaults, without the fields
// that only servers set.
func (p *podWrites) creatable(ctx context.Context) ([]byte, error) {
	status, answer, err := p.srv.Send(ctx, p.srv.Client(), "POST", p.collection+"?dryRun=All", "application/json", p.media, stampedPod())
	if err != nil || status != 201 {
		return nil, fmt.Errorf("a dry run: %d %v %.300s", status, err, answer)
	}
	if p.media != "application/json" {
		return withoutServerFields(answer)
	}
	var pod map[string]any
	if err := json.Unmarshal(answer, &pod); err != nil {
		return nil, err
	}
	delete(pod, "status")
	for _, field := range []string{"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"} {
		delete(pod["metadata"].(map[string]any), field)
	}
	return json.Marshal(pod)
}

// whole creates a pod and gives it the status that a kubelet reports; returns what the server then has.
func (p *podWrites) whole(ctx context.Context, c *http.Client, name string) ([]byte, error) {
	if _, err := p.send(ctx, c, "POST", "", p.media, p.named(name), 201, nil); err != nil {
		return nil, err
	}
	body := bytes.ReplaceAll(stampedPod(), []byte(noPod), []byte(name))
	status, answer, err := p.srv.As("kubelet/v1.36.3").Send(ctx, c, "PUT", p.collection+"/"+name+"/status", "application/json", p.media, body)
	if err == nil && status != 200 {
		err = fmt.Errorf("status of %s: %d %.300s", name, status, answer)
	}
	return answer, err
}

func (p *podWrites) named(name string) []byte {
	return bytes.ReplaceAll(p.template, []byte(noPod), []byte(name))
}

// send fails unless the answer has the code and, if one is told, the stamp.
func (p *podWrites) send(ctx context.Context, c *http.Client, method, suffix, sent string, body []byte, want int, stamp []byte) ([]byte, error) {
	status, answer, err := p.srv.Send(ctx, c, method, p.collection+suffix, sent, p.media, body)
	if err == nil && (status != want || !bytes.Contains(answer, stamp)) {
		err = fmt.Errorf("%s %s: %d %.300s", method, suffix, status, answer)
	}
	return answer, err
}

// restamp replaces the digits of every stamp in a body.
func restamp(body, stamp []byte) {
	for at := 0; ; {
		next := bytes.Index(body[at:], podStamp)
		if next < 0 {
			return
		}
		at += next + len(podStamp)
		copy(body[at:at+stampDigits], stamp)
	}
}

// stampedPod is the pod of the other benchmarks with the name of a template, without managedFields, with stamps.
func stampedPod() []byte {
	var pod map[string]any
	text := (&set{Kind: "pods", Prefix: "load", Count: 1, Namespaces: 1, Seed: 1, Nodes: 1}).pod(0)
	if err := json.Unmarshal([]byte(text), &pod); err != nil {
		panic(err) // the template is ours
	}
	metadata := pod["metadata"].(map[string]any)
	delete(metadata, "managedFields")
	delete(metadata, "namespace")
	metadata["name"] = noPod
	stamp := fmt.Sprintf("stamp-%019d", 0)
	metadata["annotations"].(map[string]any)["bench/stamp"] = stamp
	pod["status"].(map[string]any)["message"] = stamp
	b, err := json.Marshal(pod)
	if err != nil {
		panic(err)
	}
	return b
}
