package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"rheo.dev/compat/history/record"
)

// patience is how long a client waits for an answer.
const patience = 8 * time.Second

// endpoint sends requests to one server, each once. (What net/http sends again by itself is what the server cannot have begun with,
// and reads, which begin anew within the time of the request.)
type endpoint struct {
	server int
	base   string
	client *http.Client
}

func newEndpoint(server int, kubeconfig string) (*endpoint, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	client, err := rest.HTTPClientFor(config)
	return &endpoint{server, strings.TrimSuffix(config.Host, "/"), client}, err
}

func path(namespace, name string) string {
	p := "/api/v1"
	if namespace != "" {
		p += "/namespaces/" + namespace
	}
	p += "/configmaps"
	if name != "" {
		p += "/" + name
	}
	return p
}

func (e *endpoint) request(ctx context.Context, method, path string, query url.Values, form string, body any) (*http.Response, error) {
	var in io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		in = bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(ctx, method, e.base+path+"?"+query.Encode(), in)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	if body != nil {
		request.Header.Set("Content-Type", form)
	}
	return e.client.Do(request)
}

// do sends a request and fills in what came of it; into gets the body of a good answer.
func (e *endpoint) do(o *record.Operation, method, path string, query url.Values, form string, body, into any) {
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	o.Server, o.Outcome = e.server, record.Unknown
	response, err := e.request(ctx, method, path, query, form, body)
	if err != nil {
		o.Message = err.Error()
		if errors.Is(err, syscall.ECONNREFUSED) {
			o.Outcome = record.Refused
		}
		return
	}
	defer response.Body.Close()
	o.Code = response.StatusCode
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		o.Message = err.Error()
		return
	}
	if o.Code < 300 {
		if err := json.Unmarshal(raw, into); err != nil {
			o.Outcome, o.Message = record.Broken, err.Error()
			return
		}
		o.Outcome = record.OK
		return
	}
	var status metav1.Status
	if err := json.Unmarshal(raw, &status); err != nil {
		status.Message = string(raw)
	}
	o.Message = status.Message
	o.Outcome = outcome(o.Code, &status)
}

// outcome tells by its meaning whether a bad answer can be one of a request that had an effect.
func outcome(code int, status *metav1.Status) string {
	named := status.Details != nil && status.Details.Kind == "configmaps"
	switch {
	case code == 404 && status.Reason == metav1.StatusReasonNotFound && named:
		return record.NotFound
	case status.Reason == metav1.StatusReasonAlreadyExists:
		return record.Exists
	case status.Reason == metav1.StatusReasonConflict:
		return record.Conflict
	case code == 410:
		return record.Expired
	case code < 500:
		return record.Refused
	}
	return record.Unknown
}

type watchEvent struct {
	Type   string          `json:"type"`
	Object json.RawMessage `json:"object"`
}

// watch reads a stream until it ends, which the server is asked to do after some seconds unless they are 0, ctx does, or each returns
// false. It completes w, but does not record it.
func (e *endpoint) watch(ctx context.Context, r *recorder, w *record.Watch, seconds int, each func(record.Event) bool) {
	w.Server, w.Start = e.server, r.now()
	defer func() { w.End = r.now() }()
	query := url.Values{"watch": {"true"}}
	set(query, "labelSelector", w.Selector)
	set(query, "resourceVersion", w.RV)
	if seconds > 0 {
		query.Set("timeoutSeconds", strconv.Itoa(seconds))
	}
	if w.Bookmarks {
		query.Set("allowWatchBookmarks", "true")
	}
	if w.Initial {
		query.Set("sendInitialEvents", "true")
		query.Set("resourceVersionMatch", "NotOlderThan")
	}
	response, err := e.request(ctx, "GET", path(w.Namespace, ""), query, "", nil)
	if err != nil {
		w.Message = err.Error()
		return
	}
	defer response.Body.Close()
	w.Code = response.StatusCode
	if w.Code != 200 {
		raw, _ := io.ReadAll(io.LimitReader(response.Body, 1<<16))
		w.Message = string(raw)
		return
	}
	for decoder := json.NewDecoder(response.Body); ; {
		var got watchEvent
		if err := decoder.Decode(&got); err != nil {
			var syntax *json.SyntaxError
			w.Message, w.Broken = err.Error(), errors.As(err, &syntax)
			return
		}
		event := record.Event{At: r.now(), Type: got.Type}
		if got.Type == "ERROR" {
			var status metav1.Status
			_ = json.Unmarshal(got.Object, &status)
			w.Code, w.Message = int(status.Code), status.Message
			return
		}
		var m corev1.ConfigMap
		if err := json.Unmarshal(got.Object, &m); err != nil {
			w.Message, w.Broken = err.Error(), true
			return
		}
		if got.Type == "BOOKMARK" {
			event.RV, _ = strconv.ParseUint(m.ResourceVersion, 10, 64)
			event.End = m.Annotations[metav1.InitialEventsAnnotationKey] == "true"
		} else {
			v := r.version(&m)
			event.Key, event.RV, event.Digest = v.Key, v.RV, v.Digest
		}
		w.Events = append(w.Events, event)
		if !each(event) {
			return
		}
	}
}

func set(query url.Values, name, value string) {
	if value != "" {
		query.Set(name, value)
	}
}
