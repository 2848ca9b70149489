package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

const tables = "application/json;as=Table;v=v1;g=meta.k8s.io"

// table follows a resource by what a person sees with kubectl get -w. client-go has no informer for that.
type table struct {
	book   *book
	client rest.Interface
	stream bool // by a watch list

	lock    sync.Mutex
	objects map[string]*metav1.PartialObjectMetadata
	columns int
	version string // of the last event; empty: nothing is known yet
	wrong   string
}

func followTable(ctx context.Context, b *book, c *rest.Config, watchList bool) {
	t := &table{book: b, stream: watchList, objects: map[string]*metav1.PartialObjectMetadata{},
		client: kubernetes.NewForConfigOrDie(c).CoreV1().RESTClient()}
	b.follower = t
	go func() {
		for ctx.Err() == nil {
			_ = t.follow(ctx) // a cut connection is resumed
			time.Sleep(100 * time.Millisecond)
		}
	}()
}

func (t *table) HasSynced() bool {
	t.lock.Lock()
	defer t.lock.Unlock()
	return t.version != ""
}

func (t *table) stored() map[string]string {
	t.lock.Lock()
	defer t.lock.Unlock()
	if t.wrong != "" {
		return map[string]string{"wrong": t.wrong}
	}
	out := map[string]string{}
	for key, o := range t.objects {
		_, _, out[key] = identity(o)
	}
	return out
}

func (t *table) request(options map[string]string) *rest.Request {
	r := t.client.Get().Resource(t.book.resource.Resource).SetHeader("Accept", tables)
	if t.book.namespace != "" {
		r = r.Namespace(t.book.namespace)
	}
	if t.book.selector != "" {
		r = r.Param("labelSelector", t.book.selector)
	}
	for name, value := range options {
		r = r.Param(name, value)
	}
	return r
}

func (t *table) follow(ctx context.Context) error {
	if t.version == "" && !t.stream {
		answer, err := t.request(nil).Do(ctx).Raw()
		if err != nil {
			return err
		}
		var list metav1.Table
		if err := json.Unmarshal(answer, &list); err != nil {
			return err
		}
		if err := t.replace(&list, list.ResourceVersion); err != nil {
			return err
		}
	}
	options := map[string]string{"watch": "true", "allowWatchBookmarks": "true", "resourceVersion": t.version}
	if t.version == "" {
		options["sendInitialEvents"], options["resourceVersionMatch"] = "true", "NotOlderThan"
	}
	stream, err := t.request(options).Stream(ctx)
	if err != nil {
		return err
	}
	defer stream.Close()
	return t.read(stream)
}

// event is a watch event whose object is a table, or a Status.
type event struct {
	Type   string
	Object struct {
		metav1.Table
		Code int32
	}
}

func (t *table) read(stream io.Reader) error {
	events := json.NewDecoder(stream)
	var initial metav1.Table
	for first := true; ; first = false {
		var e event
		if err := events.Decode(&e); err != nil {
			return err
		}
		if e.Type == "ERROR" {
			if e.Object.Code == http.StatusGone {
				t.version = ""
			}
			return fmt.Errorf("status %d", e.Object.Code)
		}
		if e.Object.Kind != "Table" || len(e.Object.Rows) != 1 || (len(e.Object.ColumnDefinitions) > 0) != first {
			t.fault("first=%v: %s of a %s, %d rows, %d columns", first, e.Type, e.Object.Kind, len(e.Object.Rows), len(e.Object.ColumnDefinitions))
		}
		if first {
			t.columns = len(e.Object.ColumnDefinitions)
		}
		if t.version != "" {
			if err := t.hear(e.Type, &e.Object.Table); err != nil {
				return err
			}
			continue
		}
		if e.Type != "BOOKMARK" {
			initial.Rows = append(initial.Rows, e.Object.Rows...)
			continue
		}
		o, err := partial(e.Object.Rows[0])
		if err != nil {
			return err
		}
		if o.Annotations[metav1.InitialEventsAnnotationKey] == "true" {
			if err := t.replace(&initial, o.ResourceVersion); err != nil {
				return err
			}
		}
	}
}

func (t *table) fault(format string, args ...any) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.wrong = fmt.Sprintf(format, args...)
}

func partial(row metav1.TableRow) (*metav1.PartialObjectMetadata, error) {
	o := &metav1.PartialObjectMetadata{}
	return o, json.Unmarshal(row.Object.Raw, o)
}

// hear takes up one event.
func (t *table) hear(kind string, now *metav1.Table) error {
	o, err := partial(now.Rows[0])
	if err != nil {
		return err
	}
	key, _, _ := identity(o)
	t.lock.Lock()
	defer t.lock.Unlock()
	t.version = o.ResourceVersion
	if kind == "BOOKMARK" {
		return nil
	}
	if cells := now.Rows[0].Cells; len(cells) != t.columns || cells[0] != o.Name {
		t.wrong = fmt.Sprintf("cells %v of %s", cells, key)
	}
	had := t.objects[key]
	switch {
	case kind == "DELETED":
		delete(t.objects, key)
		t.book.remove(o)
	case had == nil:
		t.objects[key] = o
		t.book.add(o)
	default:
		t.objects[key] = o
		t.book.update(had, o)
	}
	return nil
}

// replace takes up all that there is at a version.
func (t *table) replace(all *metav1.Table, version string) error {
	listed := map[string]*metav1.PartialObjectMetadata{}
	for _, row := range all.Rows {
		o, err := partial(row)
		if err != nil {
			return err
		}
		key, _, _ := identity(o)
		listed[key] = o
	}
	t.lock.Lock()
	defer t.lock.Unlock()
	for key, o := range t.objects {
		if listed[key] == nil {
			t.book.remove(o)
		}
	}
	for key, o := range listed {
		if had := t.objects[key]; had != nil {
			t.book.update(had, o)
		} else {
			t.book.add(o)
		}
	}
	t.objects, t.version = listed, version
	return nil
}
