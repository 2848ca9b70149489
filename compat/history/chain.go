package main

import (
	"context"
	"fmt"
	"math/rand"
	"strconv"
	"sync/atomic"
	"time"

	"rheo.dev/compat/history/record"
)

// chain follows changes by one stream after the other, on the servers in turn. It gives up streams by itself, and goes on where the
// last event or bookmark was; or begins anew, as a watch list or from any version.
type chain struct {
	id        int
	namespace string
	selector  string
	bookmarks bool
	initial   bool
	version   string // of a watch list: "" and "0" as they are, "seen" some version; of others: "seen" some version each time
	random    *rand.Rand
	target    atomic.Uint64 // the last event that there will be, once it is known
	clients   []*client     // one for each server, for the list after a 410
}

func (c *chain) String() string {
	return fmt.Sprintf("chain %d namespace=%q selector=%q bookmarks=%v initial=%v %s", c.id, c.namespace, c.selector, c.bookmarks, c.initial, c.version)
}

// newChains makes them, in each way on each server.
func newChains(r *recorder, endpoints []*endpoint, s *sight) []*chain {
	one, two := r.history.Meta.Namespaces[0], r.history.Meta.Namespaces[1]
	kinds := []chain{
		{selector: r.selector(), bookmarks: true},
		{namespace: one},
		{namespace: two, bookmarks: true},
		{namespace: one, selector: "color=red"},
		{selector: r.selector() + ",color in (red,blue)", bookmarks: true},
		{selector: r.selector() + ",color!=green"},
		{namespace: one, bookmarks: true, version: "seen"},
		{selector: r.selector(), bookmarks: true, initial: true},
		{namespace: two, bookmarks: true, initial: true, version: "0"},
		{namespace: one, selector: "color=blue", bookmarks: true, initial: true, version: "seen"},
	}
	var all []*chain
	for first := range max(len(endpoints), 2) {
		for i := range kinds {
			k := &kinds[i]
			c := &chain{id: len(all), namespace: k.namespace, selector: k.selector, bookmarks: k.bookmarks, initial: k.initial, version: k.version}
			c.random = rand.New(rand.NewSource(r.history.Meta.Seed - int64(c.id)))
			for j := range endpoints {
				c.clients = append(c.clients, newClient(1000+c.id, endpoints[(first+j)%len(endpoints)], r, s))
			}
			all = append(all, c)
		}
	}
	return all
}

// follow goes on until it has been told of the last change. It starts at a revision, unless it is a watch list.
func (c *chain) follow(ctx context.Context, r *recorder, base uint64) {
	at := base
	for turn := 0; ctx.Err() == nil; turn++ {
		client := c.clients[turn%len(c.clients)]
		w := record.Watch{Chain: c.id, Namespace: c.namespace, Selector: c.selector, Bookmarks: c.bookmarks, Initial: c.initial, RV: fmt.Sprint(at)}
		if c.initial {
			w.RV = c.version
		}
		if c.version == "seen" {
			w.RV = client.sight.some(c.random, c.random.Intn(2) == 0)
			at, _ = strconv.ParseUint(w.RV, 10, 64)
		}
		streaming, stop := context.WithTimeout(ctx, time.Duration(500+c.random.Intn(4500))*time.Millisecond)
		inside := !c.initial
		if c.initial {
			at = 0
		}
		// Before a stream ends by itself there is a bookmark.
		client.endpoint.watch(streaming, r, &w, 1+c.random.Intn(5), func(e record.Event) bool {
			inside = inside || e.End
			if inside { // initial events come in the order of keys
				at = e.RV
			}
			return !c.told(at)
		})
		stop()
		w.Last = c.told(at)
		if w.Code == 0 && len(w.Events) == 0 && !w.Last { // nobody was there
			time.Sleep(200 * time.Millisecond)
			continue
		}
		r.watch(w)
		if w.Last {
			return
		}
		if w.Code == 410 && !c.initial {
			o := client.begin("list", "")
			o.Namespace, o.Selector = c.namespace, c.selector
			if listed := client.list(o); listed.Outcome == record.OK {
				at = listed.ListRV
			}
		}
		if w.Code != 200 {
			time.Sleep(50 * time.Millisecond)
		}
	}
}

func (c *chain) told(at uint64) bool {
	target := c.target.Load()
	return target != 0 && at >= target
}
