package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes/scheme"

	"rheo.dev/compat/history/record"
)

// reference is the sequence of changes, from another source than the answers under test where there is one.
type reference interface {
	told() []record.Change
	fault() error
}

// changes is what a reference keeps.
type changes struct {
	lock sync.Mutex
	all  []record.Change
	err  error
}

func (c *changes) told() []record.Change {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.all[:len(c.all):len(c.all)]
}

func (c *changes) fault() error {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.err
}

func (c *changes) add(change record.Change, err error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if err != nil && c.err == nil {
		c.err = err
	}
	if err == nil {
		c.all = append(c.all, change)
	}
}

// fromEtcd watches etcd itself, around all proxies, from a revision on.
func fromEtcd(ctx context.Context, client *clientv3.Client, r *recorder, base uint64) *changes {
	c := &changes{}
	prefix := "/registry/configmaps/" + r.history.Meta.Run + "-"
	next := int64(base + 1)
	go func() {
		for ctx.Err() == nil {
			watching, stop := context.WithCancel(clientv3.WithRequireLeader(ctx))
			for response := range client.Watch(watching, prefix, clientv3.WithPrefix(), clientv3.WithRev(next)) {
				if response.CompactRevision != 0 {
					c.add(record.Change{}, fmt.Errorf("etcd compacted %d before it was watched", response.CompactRevision))
					stop()
					return
				}
				for _, e := range response.Events {
					next = e.Kv.ModRevision + 1
					key := strings.TrimPrefix(string(e.Kv.Key), "/registry/configmaps/")
					if e.Type == clientv3.EventTypeDelete {
						c.add(record.Change{RV: uint64(e.Kv.ModRevision), Key: key}, nil)
						continue
					}
					object, _, err := scheme.Codecs.UniversalDeserializer().Decode(e.Kv.Value, nil, nil)
					m, ok := object.(*corev1.ConfigMap)
					if err != nil || !ok {
						c.add(record.Change{}, fmt.Errorf("etcd has at %s what is no ConfigMap: %T %v", key, object, err))
						continue
					}
					c.add(record.Change{RV: uint64(e.Kv.ModRevision), Key: key, Digest: r.digest(m)}, nil)
				}
			}
			stop()
			time.Sleep(50 * time.Millisecond)
		}
	}()
	return c
}

// fromServer follows one server, for stores that nobody else can look into. A version that is gone is a fault.
func fromServer(ctx context.Context, e *endpoint, r *recorder, base uint64) *changes {
	c := &changes{}
	go func() {
		at := fmt.Sprint(base)
		for ctx.Err() == nil {
			w := record.Watch{Selector: r.selector(), RV: at, Bookmarks: true}
			e.watch(ctx, r, &w, 0, func(event record.Event) bool {
				switch event.Type {
				case "DELETED":
					c.add(record.Change{RV: event.RV, Key: event.Key}, nil)
				case "ADDED", "MODIFIED":
					c.add(record.Change{RV: event.RV, Key: event.Key, Digest: event.Digest}, nil)
				}
				at = fmt.Sprint(event.RV)
				return true
			})
			if w.Code == 410 {
				c.add(record.Change{}, fmt.Errorf("the watch that everything is held against: %d %s", w.Code, w.Message))
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	return c
}
