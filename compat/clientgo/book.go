package main

import (
	"context"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/cache"
)

// follower is what a book is kept about: an informer, or something like it.
type follower interface {
	HasSynced() bool
	// stored is what it holds: key → uid/resourceVersion.
	stored() map[string]string
}

// book is what the handler of one informer was told, checked as it comes.
type book struct {
	way
	follower follower
	seen     *requests
	begun    int // lists and watch lists when it had synced

	lock    sync.Mutex
	objects map[string]string // key → uid/resourceVersion
	history map[string]int    // uid → number of adds, updates and deletes
	wrong   []string
	adds    int
	updates int
	deletes int
}

func newBook(w way) *book {
	return &book{way: w, seen: newRequests(), objects: map[string]string{}, history: map[string]int{}}
}

// informed is a shared informer.
type informed struct{ cache.SharedIndexInformer }

func (i informed) stored() map[string]string {
	out := map[string]string{}
	for _, o := range i.GetStore().List() {
		key, _, state := identity(o)
		out[key] = state
	}
	return out
}

// follow keeps the book about a shared informer.
func (b *book) follow(informer cache.SharedIndexInformer) {
	b.follower = informed{informer}
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(o any) { b.add(o) },
		UpdateFunc: func(old, now any) { b.update(old, now) },
		DeleteFunc: func(o any) { b.remove(o) },
	})
	if err != nil {
		panic(err)
	}
}

func identity(o any) (key, uid, state string) {
	m, err := meta.Accessor(o)
	if err != nil {
		panic(err)
	}
	return m.GetNamespace() + "/" + m.GetName(), string(m.GetUID()), string(m.GetUID()) + "/" + m.GetResourceVersion()
}

func (b *book) fault(format string, args ...any) {
	if len(b.wrong) < 5 {
		b.wrong = append(b.wrong, fmt.Sprintf(format, args...))
	}
}

func (b *book) add(o any) {
	b.lock.Lock()
	defer b.lock.Unlock()
	key, uid, state := identity(o)
	if had, ok := b.objects[key]; ok {
		b.fault("added twice: %s, %s and %s", key, had, state)
	}
	b.objects[key] = state
	b.history[uid]++
	b.adds++
}

func (b *book) update(old, now any) {
	b.lock.Lock()
	defer b.lock.Unlock()
	key, uid, state := identity(now)
	_, _, before := identity(old)
	if b.objects[key] != before {
		b.fault("update of %s from %s, which was %s", key, before, b.objects[key])
	}
	if version(state) < version(before) {
		b.fault("%s went back from %s to %s", key, before, state)
	}
	if state != before { // a relist repeats what is known
		b.history[uid]++
		b.updates++
	}
	b.objects[key] = state
}

func (b *book) remove(o any) {
	b.lock.Lock()
	defer b.lock.Unlock()
	if gone, ok := o.(cache.DeletedFinalStateUnknown); ok {
		o = gone.Obj
	}
	key, uid, _ := identity(o)
	if _, ok := b.objects[key]; !ok {
		b.fault("deleted but not known: %s", key)
	}
	delete(b.objects, key)
	b.history[uid]++
	b.deletes++
}

func version(state string) uint64 {
	v, _ := strconv.ParseUint(state[strings.IndexByte(state, '/')+1:], 10, 64)
	return v
}

// told is what the handler believes to exist.
func (b *book) told() map[string]string {
	b.lock.Lock()
	defer b.lock.Unlock()
	out := make(map[string]string, len(b.objects))
	for k, v := range b.objects {
		out[k] = v
	}
	return out
}

// expectExactly checks that each change of an object was told once: one add, each update, one delete. Of one that had to list
// again because its connection broke, a list shows the last change alone.
func (b *book) expectExactly(c *churn, when string) {
	if again, torn := b.seen.again(b.begun); again > 0 && again <= torn {
		return
	}
	if b.selector != "" || *upstream && strings.Contains(when, "restart") {
		return
	}
	changes, unsure := c.changes(b.resource.Resource)
	b.lock.Lock()
	defer b.lock.Unlock()
	var bad []string
	for uid, n := range changes {
		if !b.isOfShard(uid) {
			n = 0
		}
		if got := b.history[uid]; got != n && !unsure[uid] {
			bad = append(bad, fmt.Sprintf("%s: %d of %d", uid, got, n))
		}
	}
	check(len(bad) == 0, "%s: %s, each of the changes of %d objects was told once %v", b.name, when, len(changes), first(bad, 3))
}

// isOfShard tells whether the informer follows an object with this uid, by Kubernetes' own judgement.
func (b *book) isOfShard(uid string) bool {
	matches, err := b.shard.Matches(&metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{UID: types.UID(uid)}})
	return err == nil && matches
}

func (b *book) verdict() {
	b.lock.Lock()
	defer b.lock.Unlock()
	check(len(b.wrong) == 0, "%s: no missed or doubled event (%d adds, %d updates, %d deletes) %v",
		b.name, b.adds, b.updates, b.deletes, b.wrong)
}

func first(v []string, n int) []string {
	sort.Strings(v)
	return v[:min(n, len(v))]
}

// settle waits until each informer holds what the server holds, and says so.
func settle(ctx context.Context, client dynamic.Interface, books []*book, when string) {
	for _, b := range books {
		var problem string
		end := time.Now().Add(40 * time.Second)
		for {
			want, err := onServer(ctx, client, b)
			if err != nil {
				problem = err.Error()
			} else if problem = difference(want, b.follower.stored(), "store"); problem == "" {
				problem = difference(want, b.told(), "handler")
			}
			if problem == "" || time.Now().After(end) {
				check(problem == "", "%s: %s, equals the server's %d objects %s", b.name, when, len(want), problem)
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
}

func onServer(ctx context.Context, client dynamic.Interface, b *book) (map[string]string, error) {
	list, err := client.Resource(b.resource).Namespace(b.namespace).List(ctx, metav1.ListOptions{LabelSelector: b.selector, ShardSelector: b.shard.String()})
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	return out, list.EachListItem(func(o runtime.Object) error {
		key, _, state := identity(o)
		out[key] = state
		return nil
	})
}

func difference(want, got map[string]string, who string) string {
	for k, v := range want {
		if got[k] != v {
			return fmt.Sprintf("(%s: %s is %q, on the server %q)", who, k, got[k], v)
		}
	}
	for k, v := range got {
		if _, ok := want[k]; !ok {
			return fmt.Sprintf("(%s: %s is %q, not on the server)", who, k, v)
		}
	}
	return ""
}
