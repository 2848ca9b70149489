package main

import (
	"fmt"
	"math/rand"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"rheo.dev/compat/history/record"
)

const (
	names                              = 8 // in each namespace
	jsonForm, mergeForm, strategicForm = "application/json", "application/merge-patch+json", "application/strategic-merge-patch+json"
)

var colors = []string{"red", "blue", "green"}

// sight is the versions that anybody has seen, so that one server is asked for what another one has told.
type sight struct {
	lock   sync.Mutex
	all    []uint64
	newest uint64
}

func (s *sight) saw(rv uint64) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.newest = max(s.newest, rv)
	s.all = append(s.all, rv)
}

// some is any version, or the newest.
func (s *sight) some(random *rand.Rand, newest bool) string {
	s.lock.Lock()
	defer s.lock.Unlock()
	if newest || len(s.all) == 0 {
		return strconv.FormatUint(s.newest, 10)
	}
	return strconv.FormatUint(s.all[random.Intn(len(s.all))], 10)
}

// client sends one operation after the other to one server and records each.
type client struct {
	id       int
	endpoint *endpoint
	recorder *recorder
	random   *rand.Rand
	sight    *sight
	known    map[string]*corev1.ConfigMap // as last seen
	marks    int
}

func newClient(id int, e *endpoint, r *recorder, s *sight) *client {
	return &client{id: id, endpoint: e, recorder: r, random: rand.New(rand.NewSource(r.history.Meta.Seed + int64(id))), sight: s,
		known: map[string]*corev1.ConfigMap{}}
}

// work goes on until it is told to stop. What it has asked is answered or given up by then.
func (c *client) work(stop *atomic.Bool) {
	for !stop.Load() {
		c.one()
		time.Sleep(time.Duration(15+c.random.Intn(50)) * time.Millisecond)
	}
}

func (c *client) one() {
	key := c.recorder.history.Meta.Namespaces[c.random.Intn(2)] + "/" + fmt.Sprintf("c%d", c.random.Intn(names))
	color := colors[c.random.Intn(len(colors))]
	known := c.known[key]
	var rv string
	var uid types.UID
	if known != nil {
		rv, uid = known.ResourceVersion, known.UID
	}
	switch n := c.random.Intn(100); {
	case n < 14:
		c.create(key, color)
	case n < 28 && known != nil:
		c.update(key, color, rv)
	case n < 34:
		c.update(key, color, "")
	case n < 40:
		c.patch(key, color, "")
	case n < 46 && known != nil:
		c.patch(key, color, rv)
	case n < 50:
		c.delete(key, "", "")
	case n < 53 && known != nil:
		c.delete(key, "", uid)
	case n < 56 && known != nil:
		c.delete(key, rv, uid)
	case n < 68:
		c.get(key, "")
	case n < 72:
		c.get(key, "0")
	case n < 78:
		c.get(key, c.sight.some(c.random, c.random.Intn(2) == 0))
	default:
		c.listSomehow()
	}
}

func (c *client) begin(verb, key string) record.Operation {
	return record.Operation{Client: c.id, Verb: verb, Key: key, Start: c.recorder.now()}
}

// end records the operation; what was answered is remembered.
func (c *client) end(o *record.Operation, got *corev1.ConfigMap) {
	o.End = c.recorder.now()
	if o.Outcome == record.Refused && o.Code == 0 { // nobody is there
		time.Sleep(200 * time.Millisecond)
	}
	switch {
	case o.Outcome == record.OK && got != nil:
		v := c.recorder.version(got)
		o.Object = &v
		c.known[o.Key] = got
		c.sight.saw(v.RV)
	case o.Outcome == record.NotFound:
		delete(c.known, o.Key)
	}
	if o.Outcome == record.Unknown && o.IsWrite() {
		o.End = record.Never
	}
	c.recorder.operation(*o)
}

func (c *client) mark() string {
	c.marks++
	return fmt.Sprintf("%d-%d", c.id, c.marks)
}

func (c *client) object(key, color, mark, rv string) *corev1.ConfigMap {
	namespace, name, _ := strings.Cut(key, "/")
	return &corev1.ConfigMap{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, ResourceVersion: rv,
			Labels: map[string]string{"history": c.recorder.history.Meta.Run, "color": color}},
		Data: map[string]string{"mark": mark},
	}
}

func (c *client) create(key, color string) *record.Operation {
	o := c.begin("create", key)
	o.Mark = c.mark()
	namespace, _, _ := strings.Cut(key, "/")
	var got corev1.ConfigMap
	c.endpoint.do(&o, "POST", path(namespace, ""), nil, jsonForm, c.object(key, color, o.Mark, ""), &got)
	c.end(&o, &got)
	return &o
}

func (c *client) update(key, color, rv string) {
	o := c.begin("update", key)
	o.Mark = c.mark()
	o.IfRV, _ = strconv.ParseUint(rv, 10, 64)
	var got corev1.ConfigMap
	c.endpoint.do(&o, "PUT", named(key), nil, jsonForm, c.object(key, color, o.Mark, rv), &got)
	c.end(&o, &got)
}

func named(key string) string {
	namespace, name, _ := strings.Cut(key, "/")
	return path(namespace, name)
}

func (c *client) patch(key, color, rv string) *record.Operation {
	o := c.begin("patch", key)
	o.Mark = c.mark()
	o.IfRV, _ = strconv.ParseUint(rv, 10, 64)
	metadata := map[string]any{"labels": map[string]string{"color": color}}
	if rv != "" {
		metadata["resourceVersion"] = rv
	}
	form := mergeForm
	if c.random.Intn(2) == 0 {
		form = strategicForm
	}
	var got corev1.ConfigMap
	c.endpoint.do(&o, "PATCH", named(key), nil, form, map[string]any{"metadata": metadata, "data": map[string]string{"mark": o.Mark}}, &got)
	c.end(&o, &got)
	return &o
}

func (c *client) delete(key, rv string, uid types.UID) {
	o := c.begin("delete", key)
	o.IfRV, _ = strconv.ParseUint(rv, 10, 64)
	o.IfUID = string(uid)
	options := metav1.DeleteOptions{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "DeleteOptions"}}
	if uid != "" {
		options.Preconditions = &metav1.Preconditions{UID: &uid}
		if rv != "" {
			options.Preconditions.ResourceVersion = &rv
		}
	}
	var got metav1.Status
	c.endpoint.do(&o, "DELETE", named(key), nil, jsonForm, options, &got)
	if o.Outcome == record.OK {
		delete(c.known, key)
	}
	c.end(&o, nil)
}

func (c *client) get(key, rv string) *record.Operation {
	o := c.begin("get", key)
	o.RV = rv
	query := url.Values{}
	set(query, "resourceVersion", rv)
	var got corev1.ConfigMap
	c.endpoint.do(&o, "GET", named(key), query, "", nil, &got)
	c.end(&o, &got)
	return &o
}

// listSomehow picks what to list and how.
func (c *client) listSomehow() {
	o := c.begin("list", "")
	namespaces := c.recorder.history.Meta.Namespaces
	switch c.random.Intn(4) {
	case 0:
		o.Selector = c.recorder.selector()
	case 1:
		o.Namespace, o.Selector = namespaces[c.random.Intn(2)], "color="+colors[c.random.Intn(3)]
	default:
		o.Namespace = namespaces[c.random.Intn(2)]
	}
	switch n := c.random.Intn(22); {
	case n < 8:
	case n < 11:
		o.RV = "0"
	case n < 15:
		o.RV, o.Match = c.sight.some(c.random, c.random.Intn(2) == 0), "NotOlderThan"
	case n < 18:
		o.RV, o.Match = c.sight.some(c.random, false), "Exact"
	default:
		o.Limit = 3
	}
	c.list(o)
}

// list records each page as an operation of its own.
func (c *client) list(o record.Operation) *record.Operation {
	token := ""
	for {
		o.Start = c.recorder.now()
		query := url.Values{}
		set(query, "labelSelector", o.Selector)
		set(query, "resourceVersion", o.RV)
		set(query, "resourceVersionMatch", o.Match)
		set(query, "continue", token)
		if o.Limit > 0 {
			query.Set("limit", strconv.Itoa(o.Limit))
		}
		var got corev1.ConfigMapList
		c.endpoint.do(&o, "GET", path(o.Namespace, ""), query, "", nil, &got)
		if o.Outcome == record.OK {
			o.ListRV, _ = strconv.ParseUint(got.ResourceVersion, 10, 64)
			o.Continue, o.Remaining = got.Continue != "", got.RemainingItemCount
			o.Items = nil
			for i := range got.Items {
				m := &got.Items[i]
				v := c.recorder.version(m)
				o.Items = append(o.Items, v)
				c.known[v.Key] = m
			}
			c.sight.saw(o.ListRV)
		}
		c.end(&o, nil)
		if token = got.Continue; o.Outcome != record.OK || token == "" {
			return &o
		}
		o = record.Operation{Client: c.id, Verb: "list", Namespace: o.Namespace, Selector: o.Selector, Limit: o.Limit,
			PageOf: o.ListRV, After: after(&o)}
		time.Sleep(time.Duration(c.random.Intn(80)) * time.Millisecond)
	}
}

func after(o *record.Operation) string {
	if len(o.Items) == 0 {
		return o.After
	}
	return o.Items[len(o.Items)-1].Key
}
